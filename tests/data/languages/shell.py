"""POSIX shell with curl: a language in one file, outside the package."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from dvara_examples.core.language import Language, Reading
from dvara_examples.core.world import World
from dvara_examples.toolchains import (
    Candidate,
    Command,
    Declared,
    Deps,
    Fitness,
    Missing,
    Packages,
    PreparedRuntime,
    Progress,
    Runtime,
    Toolchain,
)

STARTER = """\
#!/bin/sh
# Prints an answer as it arrives, and fails unless a finish reason says that it is whole.
body='{"model": "gpt-4o", "stream": true, "messages": [{"role": "user", "content": "Hello!"}]}'
curl -sSNf "$DVARA_URL/chat/completions" -H "Authorization: Bearer $DVARA_API_KEY" -H "Content-Type: application/json" -d "$body" |
    {
        while IFS= read -r line; do
            case $line in *'"content":"'*) text=${line#*'"content":"'} && printf '%s' "${text%%'"'*}" ;; esac
            case $line in *'"finish_reason":"stop"'*) whole=yes ;; esac
        done
        echo
        [ "${whole:-}" = yes ] || { echo "the answer is not whole" >&2 && exit 1; }
    }
"""


def _with_variables(_prefix: str, _quote: str, texts: Sequence[str], values: Sequence[str]) -> str:
    """Return one string with the variables in it; a shell's single quotes keep them out, so double ones take their place."""
    return '"' + "".join(part for pair in zip_longest(texts, values, fillvalue="") for part in pair) + '"'


@dataclass(frozen=True, slots=True)
class PreparedShell:
    """A shell that runs scripts as they are."""

    runtime: Runtime

    def command(self, script: Path, args: Sequence[str] = ()) -> Command:
        """Return how *script* is started."""
        return Command((str(self.runtime.executable), str(script), *args), {}, "sh", {"shell": self.runtime.version})


class Shell:
    """The toolchain of shell scripts."""

    language = "shell"
    spelling = Language(
        title="POSIX shell",
        fences=("sh", "shell", "bash"),
        strings=re.compile(r"(?P<prefix>)(?P<quote>[\"'])(?P<body>(?:\\.|(?!(?P=quote)).)*)(?P=quote)|#[^\n]*", re.DOTALL),
        reads="${{{}}}",
        with_variables=_with_variables,
        starter=STARTER,
        reading=Reading(variables=re.compile(r"\$\{?([A-Z_][A-Z0-9_]*)")),
    )
    suffixes: tuple[str, ...] = (".sh",)
    floor = "2"
    lists: tuple[str, ...] = ()
    has_builds = False

    def probe(self, world: World) -> Runtime | Missing:
        """Return the shell on ``PATH``, if there is a curl too."""
        found = {name: shutil.which(name, path=world.env("PATH")) for name in ("sh", "curl")}
        if found["sh"] is None or found["curl"] is None:
            return Missing(self.language, "expected sh and curl on PATH, found only one of them; install both")
        return Runtime(self.language, "posix", Path(found["sh"]), "PATH")

    def candidates(self, world: World) -> Sequence[Candidate]:
        """Look at the shell."""
        found = self.probe(world)
        if isinstance(found, Missing):
            return [Candidate("sh", "", Fitness.MISSING, found.reason)]
        return [Candidate("sh", str(found.executable), Fitness.FITS, "runs scripts as they are")]

    def declared(self, script: Path, packages: Packages | None, world: World) -> Declared:
        """A shell script depends on nothing that is installed for it."""
        return Declared()

    def sources(self, declared: Declared, world: World) -> tuple[Path, ...]:
        """Nothing comes from elsewhere."""
        return ()

    def resolved_on(self, declared: Declared, runtime: Runtime, world: World) -> str:
        """Nothing is resolved."""
        return ""

    def prepare(
        self,
        runtime: Runtime,
        project: Path,
        world: World,
        progress: Progress,
        deps: Deps = Deps.LOCKED,
        declared: Declared | None = None,
    ) -> PreparedRuntime:
        """Nothing has to be put in place."""
        return PreparedShell(runtime)


def toolchain() -> Toolchain:
    """Return the toolchain of this module."""
    return Shell()
