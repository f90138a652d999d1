"""Options and words of other test runners, with their equivalents here."""

from collections.abc import Mapping

OPTIONS: Mapping[str, str] = {
    "-k": "-E 'id(*WORD*)'",  # pytest
    "-m": "--tag TAG",
    "-x": "--fail-fast",
    "-n": "--jobs N",
    "-s": "--verbose",
    "--lf": "--last-failed",
    "--ff": "--last-failed",
    "--maxfail": "--fail-fast",
    "--exitfirst": "--fail-fast",
    "--junitxml": "--report junit=PATH",
    "--junit-xml": "--report junit=PATH",
    "--collect-only": "the command `plan`",
    "--co": "the command `plan`",
    "--reruns": "--retries N",
    "--numprocesses": "--jobs N",
    "--timeout": "limits: {wall_s: N} in the manifest",
    "--session": "a selector: `dvara-examples run ID`",  # nox
    "--sessions": "a selector: `dvara-examples run ID`",
    "--list-sessions": "the command `list`",
    "--no-install": "--offline",
    "--reporter": "--report KIND[=PATH]",  # Playwright
    "--workers": "--jobs N",
    "--grep": "-E 'id(*WORD*)'",
    "-g": "-E 'id(*WORD*)'",
    "--project": "--language LANGUAGE",
    "--repeat-each": "--repeat N",
    "--max-failures": "--fail-fast",
    "--test": "the default: every run is judged",  # hurl
    "--glob": "a glob as selector: `dvara-examples run 'stream-*'`",
    "--report-junit": "--report junit=PATH",
    "--report-html": "--report html=PATH",
    "--report-json": "--report json=PATH",
    "--max-time": "limits: {wall_s: N} in the manifest",
    "--retry": "--retries N",
    "--parallel": "--jobs N",
    "--variable": "env in the manifest",
}
"""Options of pytest and its plug-ins, nox, Playwright and hurl."""

KEYS: Mapping[str, str] = {
    "xfail": "known_failure",
    "timeout": "limits: {wall_s: N}",
    "skipif": "skip, or needs",
    "marks": "tags",
    "markers": "tags",
    "retries": "the option --retries",
    "asserts": "expect",
    "assertions": "expect",
    "environment": "env",
    "name": "id, or title",
    "script": "variants",
    "scripts": "variants",
    "command": "variants, with args",
}
"""Keys that manifests of other tools have."""
