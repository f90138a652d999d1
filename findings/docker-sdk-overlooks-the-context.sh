#!/usr/bin/env bash
# docker (Python) 7.2.0
# Expected: `docker.from_env()` reaches the engine that the `docker` command reaches.
# Happens:  it looks at DOCKER_HOST alone. The context chosen with `docker context use`, and DOCKER_CONTEXT, are passed
#           over in silence; even `ContextAPI.get_current_context()` does not look at DOCKER_CONTEXT.
# Matters:  with rootless Docker, Colima or a remote context, a script says that no engine runs, or it starts, and
#           removes, containers on another engine than the one that `docker ps` shows.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check docker==7.2.0

cat >"$work/finding.py" <<'PY'
import hashlib, json, os, sys
from pathlib import Path

folder = Path(os.environ["DOCKER_CONFIG"])
for name in ("chosen", "named"):
    meta = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    meta.mkdir(parents=True)
    endpoint = {"docker": {"Host": f"unix:///run/{name}.sock", "SkipTLSVerify": False}}
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": endpoint}))
(folder / "config.json").write_text(json.dumps({"currentContext": "chosen"}))

import docker
from docker.context import ContextAPI


def context():
    return ContextAPI.get_current_context().Host


client = docker.APIClient(**docker.utils.kwargs_from_env(), version="1.41")  # what from_env() does, without asking an engine
plain, current = client.base_url, context()
os.environ["DOCKER_CONTEXT"] = "named"
named = context()
print(f"docker context use chosen:  from_env() has no host of its own and takes {plain}")
print(f"                            ContextAPI.get_current_context() says {current}")
print(f"DOCKER_CONTEXT=named:       ContextAPI.get_current_context() says {named}")
if docker.utils.kwargs_from_env() or current != "unix:///run/chosen.sock" or named != current:
    sys.exit("the behaviour has changed")
PY
env -u DOCKER_HOST -u DOCKER_CONTEXT DOCKER_CONFIG="$work/config" "$work/venv/bin/python" "$work/finding.py"
