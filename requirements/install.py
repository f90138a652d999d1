"""Install from a lock, whatever the user's pip is set to.

    python requirements/install.py [LOCK...] [--project FOLDER [--editable]]

The lock is complete, so no resolver takes part (``--no-deps``), and every file must have its hash. Of pip's settings, in
variables and files, only those hold that say where packages come from and how to get there: a user's ``target`` or
``constraint`` is meant for other installs and breaks this one.
"""

import argparse
import ast
import os
import re
import subprocess
import sys
from collections.abc import Mapping

KEPT = frozenset(
    {
        "index-url", "pypi-url", "extra-index-url", "no-index", "find-links", "trusted-host",  # where packages come from
        "proxy", "cert", "client-cert", "use-feature", "use-deprecated", "keyring-provider", "no-input",  # how to get there
        "timeout", "default-timeout", "retries", "resume-retries", "cache-dir", "no-cache-dir",
    }
)  # fmt: skip
"""The settings of pip that hold here too."""
_DROPPED = re.compile(r"PIP_\w+|PYTHON(HOME|PATH|PLATLIBDIR|SAFEPATH|USERBASE|INSPECT|OPTIMIZE|WARNINGS|EXECUTABLE)|__PYVENV\w+")
_SETTING = re.compile(r"(?:global|install)\.([a-z-]+)=(.+)")
_PIP = (sys.executable, "-I", "-m", "pip", "--disable-pip-version-check")
_LOCKED = ("--require-hashes", "--no-deps", "--only-binary", ":all:")


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return *environ* without what could lead an install astray, and with what pip's own files say about indexes."""
    clean = {name: value for name, value in environ.items() if not _DROPPED.fullmatch(name)}
    files = {"PIP_CONFIG_FILE": environ["PIP_CONFIG_FILE"]} if environ.get("PIP_CONFIG_FILE") else {}
    asked = subprocess.run(
        [*_PIP, "config", "list"], env={**clean, **files, "PIP_QUIET": "0"}, stdout=subprocess.PIPE, text=True, check=True
    )
    found = sorted(match.groups() for match in map(_SETTING.fullmatch, asked.stdout.splitlines()) if match)
    settings = {_variable(key): " ".join(str(ast.literal_eval(value)).split()) for key, value in found if key in KEPT}
    settings |= {name: value for name in map(_variable, KEPT) if (value := environ.get(name))}
    return {**clean, **settings, "PIP_CONFIG_FILE": os.devnull}


def main() -> int:
    """Install what the command line names, with the Python that runs this file; return pip's exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("locks", nargs="*", metavar="LOCK")
    parser.add_argument("--project", metavar="FOLDER", help="install this project too, without its dependencies")
    parser.add_argument("--editable", action="store_true")
    asked = parser.parse_args()
    environ = clean_environment(os.environ)
    words = [*_LOCKED, *(word for lock in asked.locks for word in ("--requirement", lock))]
    code = subprocess.call([*_PIP, "install", "--quiet", *words], env=environ) if asked.locks else 0
    if code or not asked.project:
        return code
    words = ["--no-deps", "--no-build-isolation", *(["--editable"] if asked.editable else []), asked.project]
    return subprocess.call([*_PIP, "install", "--quiet", *words], env=environ)


def _variable(key: str) -> str:
    return f"PIP_{key.upper().replace('-', '_')}"


if __name__ == "__main__":
    sys.exit(main())
