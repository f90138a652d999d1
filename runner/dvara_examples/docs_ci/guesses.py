"""Guesses about unmarked code of a page: placeholders, addresses, keys, variables and packages."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from dvara_examples.scaffold.adopt.script import ADDRESS_VARIABLE, KEY_VARIABLE
from dvara_examples.scaffold.script_lines import code_of, variables_read

SHELLS = frozenset({"bash", "sh", "shell", "zsh", "console", "shell-session", "terminal", "cmd"})

_ADDRESS = re.compile(
    r"(?P<base>https?://(?:<[^>\s]+>|[\w.-]+)(?::\d+)?(?:/[\w.-]+)*?/v1)\b/?"
    r"|(?P<bare>https?://(?:localhost|127\.0\.0\.1|\[::1\]|<[^>\s]+>|(?:your|my)[\w.-]*|[\w.-]*\.example(?:\.\w+)?|example\.\w+)(?::\d+)?)"
    r"(?=[\"'`/\s]|$)"
)
_GIVEN_ADDRESS = re.compile(
    r"\b(?:base_?url|api_base)[\"']?\s*[=:]\s*[\"'`](https?://[\w.-]+(?::\d+)?(?:/[\w.-]+)*/?)[\"'`]", re.IGNORECASE
)
_ADDRESS_TEXT = re.compile(r"[\"'`](<[^<>\n\"']*(?:base[-_ ]?url|endpoint)[^<>\n\"']*>)[\"'`]", re.IGNORECASE)
_KEY = re.compile(
    r"<[^<>\n\"']*(?:key|token)[^<>\n\"']*>|\b(?:YOUR|MY)_[A-Z_]*(?:KEY|TOKEN)\b"
    r"|\byour[-_ ][\w -]*(?:key|token)(?:[-_]here)?\b|\b(?:sk|gw|pk)[-_](?:[\w-]*(?:\.\.\.|…|xxx|XXX)[\w.…-]*|[\w-]{8,})",
    re.IGNORECASE,
)
_INSTALLS = (
    ("python", re.compile(r"^(?:\$ |> |! ?)?(?:python3? -m )?(?:uv )?pip3? install (?P<rest>.+)$")),
    ("python", re.compile(r"^(?:\$ |> )?(?:uv|poetry|pdm) add (?P<rest>.+)$")),
    ("node", re.compile(r"^(?:\$ |> )?(?:npm|pnpm|bun) (?:install|i|add) (?P<rest>.+)$")),
    ("node", re.compile(r"^(?:\$ |> )?yarn add (?P<rest>.+)$")),
)
_PACKAGE = re.compile(r"^[@A-Za-z0-9][\w./@~^=<>!,*\[\]-]*$")
_CURL = re.compile(r"^\s*(?:\$ |> )?curl\b")
_SENDS_KEY = re.compile(
    r"authorization|api[-_]?key|[?&]key=|\s(?:-u|--user|--oauth2-bearer|--netrc\S*|-n|-K|--config)\s", re.IGNORECASE
)
_PROMPT = re.compile(r"^\s*(?:\$|>) ?(?=\S)")
_MOST_CHARS = 60


@dataclass(frozen=True, slots=True)
class Guess:
    """An assumption, and the line of the page that it is about."""

    line: int
    sentence: str


@dataclass(slots=True)
class Guesses:
    """The guesses about one page, each once."""

    pairs: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    found: list[Guess] = field(default_factory=list)

    def text(self, line: int, text: str, variable: str) -> None:
        """Take *text* for the value of *variable*."""
        if self.pairs.setdefault(text, variable) == variable and not any(g.sentence.startswith(f'"{text}" ') for g in self.found):
            self.found.append(Guess(line, f'"{text}" stands for {variable}'))

    def variable(self, line: int, name: str, ours: str) -> None:
        """Take the variable *name* for *ours*."""
        if name not in self.variables:
            self.variables[name] = ours
            self.found.append(Guess(line, f"the variable {name} is {ours}"))

    def say(self, line: int, sentence: str) -> None:
        """Add another guess."""
        self.found.append(Guess(line, sentence))


def placeholders(code: str, first_line: int, guesses: Guesses) -> None:
    """Note what in *code*, which begins on *first_line* of the page, stands for the gateway's address and key."""
    for number, line in enumerate(code.split("\n"), first_line):
        for match in _ADDRESS.finditer(line):
            text = match["base"] or match["bare"]
            guesses.text(number, text, "DVARA_URL")
        for match in _GIVEN_ADDRESS.finditer(line):
            if not _ADDRESS.search(match[1]):
                guesses.text(number, match[1], "DVARA_URL")
        for match in _ADDRESS_TEXT.finditer(line):
            guesses.text(number, match[1], "DVARA_URL")
        for match in _KEY.finditer(line):
            guesses.text(number, match[0], "DVARA_API_KEY")
    for read in variables_read(code_of(code)):
        if read.name in ("DVARA_URL", "DVARA_API_KEY", "ANTHROPIC_BASE_URL"):  # a run sets them anyway
            continue
        if ADDRESS_VARIABLE.search(read.name):
            guesses.variable(first_line + read.line - 1, read.name, "DVARA_URL")
        elif KEY_VARIABLE.search(read.name):
            guesses.variable(first_line + read.line - 1, read.name, "DVARA_API_KEY")


def installed_packages(lines: Iterable[str]) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Yield, for each line that installs packages, its language, its index, and the packages."""
    for index, line in enumerate(lines):
        for language, pattern in _INSTALLS:
            match = pattern.match(line.strip())
            if match is None:
                continue
            words = match["rest"].partition("#")[0].split()
            named = tuple(word.strip("\"'") for word in words if not word.startswith("-"))
            packages = tuple(word for word in named if _PACKAGE.match(word) and not word.endswith((".txt", ".toml")))
            if packages and "-r" not in words:
                yield language, index, packages
            break


def curl_commands(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield each ``curl`` command of a shell fence, with the index of its line, without prompts and output."""
    index = 0
    while index < len(lines):
        if not _CURL.match(lines[index]):
            index += 1
            continue
        start, command = index, [_PROMPT.sub("", lines[index])]
        while index + 1 < len(lines) and (command[-1].rstrip().endswith("\\") or _quote_at_end("\n".join(command))):
            index += 1
            command.append(lines[index])
        yield start, "\n".join(command)
        index += 1


def shell_with_values(command: str, guesses: Guesses) -> str:
    """Return *command* with the placeholders of *guesses* as shell variables, also inside single quotes."""
    for name, ours in guesses.variables.items():
        command = re.sub(rf"\$\{{?{re.escape(name)}\b\}}?", f"${{{ours}}}", command)
    for text, variable in sorted(guesses.pairs.items(), key=lambda pair: -len(pair[0])):
        command = _replaced(command, text, variable)
    return command


def _replaced(command: str, text: str, variable: str) -> str:
    made, *parts = re.split(rf"(?<![\w${{]){re.escape(text)}(?!\w)", command)
    for part in parts:
        single = _quote_at_end(made) == "'"
        made += f"'\"${{{variable}}}\"'" if single else f"${{{variable}}}"
        made += part
    return made


def _quote_at_end(text: str) -> str:
    """Return the quote that is still open at the end of *text*, as a shell reads it, or an empty text."""
    quote, escaped = "", False
    for sign in text:
        if escaped:
            escaped = False
        elif sign == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
    return quote


def shell_variables(command: str) -> tuple[str, ...]:
    """Return the names of the variables that a shell *command* reads."""
    return tuple(dict.fromkeys(re.findall(r"\$\{?([A-Za-z_]\w*)", command)))


def begins_address(command: str, name: str) -> bool:
    """Tell whether the variable *name* is at the start of the address in a shell *command*."""
    return re.search(rf"(?:^|[\s\"'])(?:https?://)?\$\{{?{re.escape(name)}\b\}}?/", command) is not None


def sets_variable(line: str, name: str) -> bool:
    """Tell whether a shell *line* only sets the variable *name*."""
    return (
        re.match(rf"(?:export\s+)?{re.escape(name)}=\S*\s*(?:#.*)?$|(?:export\s+)?{re.escape(name)}=([\"'])[^\"']*\1\s*$", line)
        is not None
    )


def sends_key(command: str) -> bool:
    """Tell whether a ``curl`` *command* sends a key of any kind."""
    return _SENDS_KEY.search(command) is not None


def with_key(command: str) -> str:
    """Return a ``curl`` *command* with the key of the run."""
    return re.sub(r"\bcurl\b", 'curl -H "Authorization: Bearer ${DVARA_API_KEY}"', command, count=1)


def short(text: str) -> str:
    """Return *text* as one line, short enough for a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST_CHARS else f"{line[: _MOST_CHARS - 4]} ..."
