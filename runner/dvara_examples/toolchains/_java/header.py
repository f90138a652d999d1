"""The directives of a JBang script, such as ``//DEPS g:a:v`` and ``//JAVA 21+``.

The grammar is JBang's own and stricter than it looks: a directive starts at column 0 directly after ``//``, is upper
case, and counts anywhere, even inside a block comment. JBang ignores unknown directives, and so do we.
A variable ``JBANG_APP_<NAME>`` adds a value to some of the directives, after those of the script.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from dvara_examples.core.errors import ToolchainError
from dvara_examples.toolchains._java.jdk import RequiredJava

_LINE_END = re.compile(r"\r\n|\r|\n")
_DIRECTIVE = re.compile(r"//((?:[A-Z]+:)?[A-Z_]+)(?:\s+(.*?))?(?:\s//\s.*)?", re.ASCII)
_LIST_ITEM = re.compile(r"""[^\s;,"']+|"([^"]*)"|'([^']*)'""", re.ASCII)
_OPTION = re.compile(r"""[^\s"']+|"([^"]*)"|'([^']*)'""", re.ASCII)
_JAVA = re.compile(r"(\d+)(\+?)", re.ASCII)
_CLASS_NAME = re.compile(r"[\w$]+(?:\.[\w$]+)*")
_ANNOTATION = re.compile(r"@Grab(?:Resolver)?\(")
_ONLY_WITH_JBANG = frozenset({"JAVAAGENT"})
_NONE: Mapping[str, str] = MappingProxyType({})
Directive = tuple[str, str]
"""Name and value."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a script asks for. Lists keep the order of the lines; *wanted* is None if any Java will do.

    *files* are as written (``src`` or ``target=src``); *manifest* holds attributes for the jar's manifest;
    *module* and *integrates* say whether ``//MODULE`` is there and ``//NOINTEGRATIONS`` is not;
    *only_with_jbang* names the directives that need JBang itself.
    """

    deps: tuple[str, ...] = ()
    repos: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    wanted: RequiredJava | None = None
    main: str | None = None
    compile_options: tuple[str, ...] = ()
    runtime_options: tuple[str, ...] = ()
    manifest: Mapping[str, str] = field(default_factory=dict)
    preview: bool = False
    module: bool = False
    integrates: bool = True
    only_with_jbang: tuple[str, ...] = ()

    def joined(self, other: "Header") -> "Header":
        """Return this header combined with that of another source.

        Main class, preview, module and integrations stay the script's own. Of two sources, the one that requests an
        exact Java wins, else the first; within one source it is the other way round.
        """
        return Header(
            deps=_once(self.deps + other.deps),
            repos=_once(self.repos + other.repos),
            sources=self.sources,
            files=self.files,
            wanted=stricter(self.wanted, other.wanted),
            main=self.main,
            compile_options=self.compile_options + other.compile_options,
            runtime_options=self.runtime_options + other.runtime_options,
            manifest={**self.manifest, **other.manifest},
            preview=self.preview,
            module=self.module,
            integrates=self.integrates,
            only_with_jbang=_once(self.only_with_jbang + other.only_with_jbang),
        )


def parse_header(text: str, expand: Callable[[str], str] = str, environ: Mapping[str, str] = _NONE) -> Header:
    """Return the directives in *text*; *expand* replaces the ``${…}`` of a value.

    Raises ToolchainError if ``//JAVA``, ``//MAIN`` or ``//MANIFEST`` holds what JBang refuses.
    """
    found = list(directives(text, expand))

    def values(*names: str) -> list[str]:
        return [value for wanted in names for name, value in found if name == wanted]

    def and_variable(*names: str) -> list[str]:
        return [value for name in names for value in (*values(name), *from_variable(name, environ))]

    return Header(
        deps=items(values("DEPS")),
        repos=items(values("REPOS")),
        sources=items(values("SOURCES")),
        files=items(values("FILES")),
        wanted=_wider([_wanted(value) for value in and_variable("JAVA")]),
        main=_main(values("MAIN")),
        compile_options=_options(and_variable("COMPILE_OPTIONS", "JAVAC_OPTIONS")),
        runtime_options=_options(and_variable("RUNTIME_OPTIONS", "JAVA_OPTIONS")),
        manifest=dict(_attribute(written) for written in _options(and_variable("MANIFEST"))),
        preview=bool(and_variable("PREVIEW")),
        module=bool(values("MODULE")),
        integrates=not and_variable("NOINTEGRATIONS"),
        only_with_jbang=_once(f"//{name}" if name in _ONLY_WITH_JBANG else name for name, _ in found if _needs_jbang(name)),
    )


def wanted_java(found: Iterable[Directive], environ: Mapping[str, str] = _NONE) -> RequiredJava | None:
    """Return the Java that one source requests, skipping invalid numbers: JBang itself refuses those."""
    values = [*(value for name, value in found if name == "JAVA"), *from_variable("JAVA", environ)]
    return _wider([_wanted(value) for value in values if _JAVA.fullmatch(value)])


def stricter(first: RequiredJava | None, second: RequiredJava | None) -> RequiredJava | None:
    """Return the effective request of two sources: an exact one, else the first."""
    exact = (wanted for wanted in (first, second) if wanted is not None and not wanted.or_newer)
    return next(exact, first or second)


def from_variable(name: str, environ: Mapping[str, str]) -> list[str]:
    """Return the value that an environment variable adds to the directive *name*, if there is one."""
    value = environ.get(f"JBANG_APP_{name}")
    return [] if value is None else [value]


def directives(text: str, expand: Callable[[str], str]) -> Iterator[Directive]:
    """Yield name and value of each directive; a Groovy annotation is yielded under its own name."""
    for line in _LINE_END.split(text):
        if (match := _DIRECTIVE.fullmatch(line)) is not None:
            yield match.group(1), expand(match.group(2) or "").strip()
        elif (grab := _ANNOTATION.search(line)) is not None and "//" not in line[: grab.start()]:
            yield grab.group().rstrip("("), ""


def _needs_jbang(name: str) -> bool:
    """Say whether only JBang itself can do what the directive asks for."""
    return name in _ONLY_WITH_JBANG or name.startswith("@")


def items(values: Iterable[str]) -> tuple[str, ...]:
    """Split values at white space, commas and semicolons; quotes keep a part together and are dropped."""
    return tuple(_unquoted(match) for value in values for match in _LIST_ITEM.finditer(value))


def _options(values: Iterable[str]) -> tuple[str, ...]:
    """Split values at white space; quotes keep a part together and are dropped."""
    return tuple(_unquoted(match) for value in values for match in _OPTION.finditer(value))


def _unquoted(match: re.Match[str]) -> str:
    """Return what *match* found without its quotes."""
    return next((group for group in match.groups() if group is not None), match.group())


def _wanted(value: str) -> RequiredJava:
    """Read the value of ``//JAVA``."""
    match = _JAVA.fullmatch(value)
    if match is None:
        raise ToolchainError(f"//JAVA says {value!r}", "a number, with a plus sign for `or newer`, is accepted: write //JAVA 21+")
    return RequiredJava(int(match.group(1)), bool(match.group(2)))


def _wider(asked: list[RequiredJava]) -> RequiredJava | None:
    """Return the effective one of several requests: the first with a plus sign, else the first."""
    return next((w for w in asked if w.or_newer), asked[0] if asked else None)


def _main(values: list[str]) -> str | None:
    """Return the first main class that is named."""
    if values and not _CLASS_NAME.fullmatch(values[0]):
        raise ToolchainError(f"//MAIN says {values[0]!r}", "the full name of a class is accepted, such as com.example.Hello")
    return values[0] if values else None


def _attribute(written: str) -> tuple[str, str]:
    """Read one item of ``//MANIFEST``: ``name=value``, or a name alone for ``true``."""
    name, equals, value = written.partition("=")
    if "=" in value or "\n" in written:
        raise ToolchainError(f"//MANIFEST says {written!r}", "name=value with one equals sign is accepted")
    return name, value if equals else "true"


def _once(values: Iterable[str]) -> tuple[str, ...]:
    """Return *values* without repetitions, in order."""
    return tuple(dict.fromkeys(values))
