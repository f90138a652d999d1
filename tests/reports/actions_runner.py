"""What the runner of GitHub Actions takes for a command, as its source has it (src/Runner.Common/ActionCommand.cs)."""

import re
from dataclasses import dataclass, field

COMMANDS = (
    *("add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice", "remove-matcher"),
    *("save-state", "set-env", "set-output", "stop-commands", "warning", "internal-set-repo-path"),
)


@dataclass(frozen=True)
class Command:
    """One command that the runner would carry out."""

    name: str
    properties: dict[str, str] = field(default_factory=dict)
    data: str = ""


def commands_in(output: str) -> list[Command]:
    """Return the commands in *output*, which .NET splits at LF, CR and CR LF."""
    found = (_parse(line) or _parse_old(line) for line in re.split(r"\r\n|\r|\n", output))
    return [command for command in found if command is not None]


def _parse(line: str) -> Command | None:
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, properties = line[2:end].partition(" ")
    if name.lower() not in COMMANDS:
        return None
    pairs = (pair.split("=", 1) for pair in properties.strip().split(",") if "=" in pair)
    return Command(name, {key: _unescaped(value, ":,") for key, value in pairs}, _unescaped(line[end + 2 :], ""))


def _parse_old(line: str) -> Command | None:
    begin = line.find("##[")
    end = line.find("]", begin)
    if begin < 0 or end < 0:
        return None
    name = line[begin + 3 : end].partition(" ")[0]
    return Command(name, {}, line[end + 1 :]) if name.lower() in COMMANDS else None


def _unescaped(text: str, more: str) -> str:
    for sign in f"\r\n{more}%":
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text
