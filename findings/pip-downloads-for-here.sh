#!/usr/bin/env bash
# pip 26.3, uv 0.13.8
# Expected: `pip download --platform win_amd64 --python-version 3.9` fetches what a Windows machine with Python 3.9 needs.
# Happens:  the options choose files only. Environment markers are still asked of the machine and the Python that run pip: on Linux with
#           Python 3.11 colorama (`platform_system == "Windows"`) and exceptiongroup (`python_version < "3.11"`) are left out, with exit
#           code 0. `uv pip compile --python-platform windows --python-version 3.9` lists both.
# Matters:  the folder is complete here and not there: an installation without the network fails on the machine it was made for.
# Upstream: the help says of --platform "only use wheels compatible with <platform>"; markers are not mentioned.
#           Reported again and again since 2017; seen as a feature that is still to be written.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) or sys.platform == "win32")' || { echo 'needs Python 3.11 or newer, not on Windows'; exit 1; }
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pip==26.3 uv==0.13.8
venv/bin/pip --version | cut -d' ' -f1,2
venv/bin/uv --version | cut -d' ' -f1,2

venv/bin/pip download -q --disable-pip-version-check -d there --platform win_amd64 --python-version 3.9 --only-binary=:all: click==8.1.8 anyio==4.9.0
printf 'click==8.1.8\nanyio==4.9.0\n' >wanted.in
venv/bin/uv pip compile -q --no-header --no-annotate --python-platform windows --python-version 3.9 wanted.in >wanted.txt

for name in click anyio colorama exceptiongroup; do
    echo "$name: pip $(ls there | grep -c "^$name-" || true), uv $(grep -c "^$name==" wanted.txt || true)"
done | tee seen

diff seen - <<'SEEN' || { echo 'the behaviour has changed'; exit 1; }
click: pip 1, uv 1
anyio: pip 1, uv 1
colorama: pip 0, uv 1
exceptiongroup: pip 0, uv 1
SEEN
