"""The directives of a JBang script: ``//DEPS g:a:v``, ``//JAVA 21+`` and their kin.

The grammar is JBang's own and stricter than it looks: a directive starts at column 0 directly behind ``//``, is upper
case, and counts wherever it stands, even inside a block comment. What JBang does not know it ignores, and so do we.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dvara_examples.core.errors import ToolchainError
from dvara_examples.toolchains._java.jdk import Wanted

_LINE_END = re.compile(r"\r\n|\r|\n")
_DIRECTIVE = re.compile(r"//((?:[A-Z]+:)?[A-Z_]+)(?:\s+(.*?))?(?:\s//\s.*)?", re.ASCII)
_LIST_ITEM = re.compile(r"""[^\s;,"']+|"([^"]*)"|'([^']*)'""", re.ASCII)
_OPTION = re.compile(r"""[^\s"']+|"([^"]*)"|'([^']*)'""", re.ASCII)
_JAVA = re.compile(r"(\d+)(\+?)", re.ASCII)
_CLASS_NAME = re.compile(r"[\w$]+(?:\.[\w$]+)*")
_ANNOTATION = re.compile(r"@Grab(?:Resolver)?\(")
_ONLY_WITH_JBANG = frozenset({"KOTLIN", "GROOVY", "MODULE", "JAVAAGENT"})


@dataclass(frozen=True, slots=True)
class Header:
    """What a script asks for. Lists keep the order of the lines; *wanted* is None where any Java will do.

    *files* are as written (``src`` or ``target=src``); *only_with_jbang* names the directives that need JBang itself.
    """

    deps: tuple[str, ...] = ()
    repos: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    wanted: Wanted | None = None
    main: str | None = None
    compile_options: tuple[str, ...] = ()
    runtime_options: tuple[str, ...] = ()
    preview: bool = False
    only_with_jbang: tuple[str, ...] = ()

    def joined(self, other: "Header") -> "Header":
        """Return this header with what a further source asks for; the main class stays the script's own."""
        return Header(
            deps=_once(self.deps + other.deps),
            repos=_once(self.repos + other.repos),
            sources=self.sources,
            files=self.files,
            wanted=_wider([w for w in (self.wanted, other.wanted) if w is not None]),
            main=self.main,
            compile_options=self.compile_options + other.compile_options,
            runtime_options=self.runtime_options + other.runtime_options,
            preview=self.preview or other.preview,
            only_with_jbang=_once(self.only_with_jbang + other.only_with_jbang),
        )


def parse_header(text: str, expand: Callable[[str], str] = str) -> Header:
    """Return what the directives in *text* ask for; *expand* replaces the ``${…}`` of a value.

    Raises ToolchainError where ``//JAVA`` or ``//MAIN`` holds what JBang refuses.
    """
    found = list(_directives(text, expand))

    def values(*names: str) -> list[str]:
        return [value for wanted in names for name, value in found if name == wanted]

    return Header(
        deps=_items(values("DEPS")),
        repos=_items(values("REPOS")),
        sources=_items(values("SOURCES")),
        files=_items(values("FILES")),
        wanted=_wider([_wanted(value) for value in values("JAVA")]),
        main=_main(values("MAIN")),
        compile_options=_options(values("COMPILE_OPTIONS", "JAVAC_OPTIONS")),
        runtime_options=_options(values("RUNTIME_OPTIONS", "JAVA_OPTIONS")),
        preview=bool(values("PREVIEW")),
        only_with_jbang=_once(f"//{name}" if name in _ONLY_WITH_JBANG else name for name, _ in found if _needs_jbang(name)),
    )


def wanted_java(text: str) -> Wanted | None:
    """Return the Java that *text* asks for, passing over what is no plain number: whoever runs the script will tell."""
    values = (value for name, value in _directives(text, str) if name == "JAVA")
    return _wider([_wanted(value) for value in values if _JAVA.fullmatch(value)])


def _directives(text: str, expand: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield name and value of each directive; a Groovy annotation is yielded under its own name."""
    for line in _LINE_END.split(text):
        if (match := _DIRECTIVE.fullmatch(line)) is not None:
            yield match.group(1), expand(match.group(2) or "").strip()
        elif (grab := _ANNOTATION.search(line)) is not None and "//" not in line[: grab.start()]:
            yield grab.group().rstrip("("), ""


def _needs_jbang(name: str) -> bool:
    """Say whether only JBang itself can do what the directive asks for."""
    return name in _ONLY_WITH_JBANG or name.startswith("@")


def _items(values: Iterable[str]) -> tuple[str, ...]:
    """Split values at white space, commas and semicolons; quotes keep a part together and are dropped."""
    return tuple(_unquoted(match) for value in values for match in _LIST_ITEM.finditer(value))


def _options(values: Iterable[str]) -> tuple[str, ...]:
    """Split values at white space; quotes keep a part together and are dropped."""
    return tuple(_unquoted(match) for value in values for match in _OPTION.finditer(value))


def _unquoted(match: re.Match[str]) -> str:
    """Return what *match* found without its quotes."""
    return next((group for group in match.groups() if group is not None), match.group())


def _wanted(value: str) -> Wanted:
    """Read the value of ``//JAVA``."""
    match = _JAVA.fullmatch(value)
    if match is None:
        raise ToolchainError(f"//JAVA says {value!r}; a number, with a plus sign for `or newer`, is accepted: write //JAVA 21+")
    return Wanted(int(match.group(1)), bool(match.group(2)))


def _wider(asked: list[Wanted]) -> Wanted | None:
    """Return the one of several requests that counts: the first with a plus sign, else the first."""
    return next((w for w in asked if w.or_newer), asked[0] if asked else None)


def _main(values: list[str]) -> str | None:
    """Return the first main class that is named."""
    if values and not _CLASS_NAME.fullmatch(values[0]):
        raise ToolchainError(f"//MAIN says {values[0]!r}; the full name of a class is accepted, such as com.example.Hello")
    return values[0] if values else None


def _once(values: Iterable[str]) -> tuple[str, ...]:
    """Return *values* without repetitions, in order."""
    return tuple(dict.fromkeys(values))
