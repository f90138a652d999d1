"""Reads the text of a Java class: its imports, its variables, and whether it is a program."""

import re
from pathlib import Path

from dvara_examples.core.language import BuiltClass, Reading, block_comment

BUILD_FILES = ("pom.xml", "build.gradle", "build.gradle.kts")
"""What describes a build, in the folder of the project."""

_CLIENT_PREFIXES = ("com.openai", "com.anthropic", "org.springframework.ai", "dev.langchain4j.service.AiServices")
_OF_PROVIDER = re.compile(
    r"dev\.langchain4j\.model\.(?!(?:chat|embedding|input|output|scoring|moderation|image|language|audio|catalog|batch|localai)\b)[a-z]\w*\."
)
"""The parts of LangChain4j that differ between providers."""
_IMPORT = re.compile(r"^import[ \t]+(?:static[ \t]+)?([\w.]+)", re.MULTILINE)
_OF_JAVA = ("java.", "javax.", "jdk.", "com.sun.")
_MAIN = re.compile(r"\bmain\s*\(")
_SOURCES = ("src", "main", "java")
_SOURCE_DIRS = re.compile(r"\bsrcDirs?\b([^\n]*)")
_QUOTED = re.compile(r"[\"']([^\"'$]+)[\"']")
_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_SCRIPT_OF_JBANG = re.compile(r"^(?:///usr/bin/env jbang|//(?:DEPS|JAVA|SOURCES|FILES|REPOS)\s)", re.MULTILINE)
_NO_PROGRAM = re.compile(r"@(?:Service|RestController|Controller|Component|Configuration|SpringBootApplication)\b")


def _imports(code: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_IMPORT.findall(code)))


def _is_client(name: str) -> bool:
    return name.startswith(_CLIENT_PREFIXES) or _OF_PROVIDER.match(name) is not None


def _runs(_text: str, code: str) -> bool:
    return _MAIN.search(code) is not None and not _NO_PROGRAM.search(code)


def _not_alone(_text: str, code: str) -> str | None:
    return None if _MAIN.search(code) else "has no main method"


def class_of(script: Path, text: str) -> str:
    """Return the name of the class that *script*, a file with *text*, is called like, with its package before it."""
    found = _PACKAGE.search(_COMMENT.sub("", text))
    return f"{found[1]}.{script.stem}" if found else script.stem


def _build_of(script: Path, text: str, root: Path) -> BuiltClass | None:
    """Return the class that *script* is among the sources of the nearest build; a JBang script is never one."""
    if _SCRIPT_OF_JBANG.search(text):
        return None
    for home in script.parents:
        if not home.is_relative_to(root):
            return None
        if any((home / name).is_file() for name in BUILD_FILES):
            among = any(script.is_relative_to(folder) for folder in _source_folders(home))
            return BuiltClass(home, class_of(script, text)) if among else None
    return None


def _source_folders(home: Path) -> list[Path]:
    """Return where the build in *home* has its sources: in the usual folder, and in those that its file names."""
    usual = home.joinpath(*_SOURCES)
    if (home / BUILD_FILES[0]).is_file():
        from dvara_examples.toolchains._java.pom import sources_of  # not needed if there is no build

        return [usual, *sources_of(home)]
    file = next(home / name for name in BUILD_FILES if (home / name).is_file())
    said = _COMMENT.sub("", file.read_text("utf-8", errors="replace"))
    named = (name for match in _SOURCE_DIRS.findall(said) for name in _QUOTED.findall(match))
    return [usual, *(home / name for name in named)]


READING = Reading(
    lists=BUILD_FILES,
    variables=re.compile(r"""\bSystem\.getenv\(\s*"(\w+)"|\bSystem\.getenv\(\s*\)\s*\.\s*get(?:OrDefault)?\(\s*"(\w+)\""""),
    says=block_comment,
    imports=_imports,
    is_client=_is_client,
    is_foreign=lambda name: not name.startswith(_OF_JAVA),
    runs=_runs,
    not_alone=_not_alone,
    build_of=_build_of,
)
