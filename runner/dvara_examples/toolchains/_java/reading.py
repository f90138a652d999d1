"""What the text of a Java class says: its imports, its variables, and whether it is a program."""

import re

from dvara_examples.core.language import Reading, block_comment

_CLIENT_PREFIXES = ("com.openai", "com.anthropic", "dev.langchain4j", "org.springframework.ai")
_IMPORT = re.compile(r"^import[ \t]+(?:static[ \t]+)?([\w.]+)", re.MULTILINE)
_MAIN = re.compile(r"\bmain\s*\(")
_NO_PROGRAM = re.compile(r"@(?:Service|RestController|Controller|Component|Configuration|SpringBootApplication)\b")


def _imports(code: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_IMPORT.findall(code)))


def _is_client(name: str) -> bool:
    return name.startswith(_CLIENT_PREFIXES)


def _runs(_text: str, code: str) -> bool:
    return _MAIN.search(code) is not None and not _NO_PROGRAM.search(code)


def _not_alone(_text: str, code: str) -> str | None:
    return None if _MAIN.search(code) else "has no main method"


READING = Reading(
    lists=("pom.xml", "build.gradle", "build.gradle.kts"),
    variables=re.compile(r"""\bSystem\.getenv\(\s*"(\w+)"|\bSystem\.getenv\(\s*\)\s*\.\s*get(?:OrDefault)?\(\s*"(\w+)\""""),
    says=block_comment,
    imports=_imports,
    is_client=_is_client,
    runs=_runs,
    not_alone=_not_alone,
)
