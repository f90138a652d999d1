"""Pin the newest releases of lists of Node packages that run on Node.js 20, whichever Node.js npm itself runs on.

    python requirements/lock_node.py FOLDER...

npm picks the newest releases whose ``engines`` take the running Node.js, so it is told another version. A package that names
no ``engines``, but depends on one that needs a newer Node.js, is held back by ``lockOnly`` in package.json: a range that holds
for the lock, and not for who asks for the newest releases.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

_AS_NODE_20 = Path(__file__).resolve().with_name("as_node_20.cjs")
_UPDATE = (
    "npm", "update", "--package-lock-only", "--omit-lockfile-registry-resolved", "--ignore-scripts", "--no-audit", "--no-fund",
)  # fmt: skip


def lock(folder: Path) -> None:
    """Renew the lock of one *folder*; its package.json stays as it is, also when npm fails."""
    file, pinned = folder / "package.json", folder / "package-lock.json"
    text = file.read_text("utf-8")
    asked = json.loads(text)
    ranges = asked.get("dependencies", {})
    held = {name: f"{ranges[name]} {bound}" for name, bound in asked.get("lockOnly", {}).items()}
    environ = {**os.environ, "NODE_OPTIONS": f'--require "{_AS_NODE_20}"'}
    try:
        if held:
            file.write_text(json.dumps({**asked, "dependencies": {**ranges, **held}}), "utf-8")
        subprocess.run(_UPDATE, cwd=folder, env=environ, check=True)
    finally:
        file.write_text(text, "utf-8")
    if held:
        written = json.loads(pinned.read_text("utf-8"))
        written["packages"][""]["dependencies"].update({name: ranges[name] for name in held})
        pinned.write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    for word in sys.argv[1:]:
        lock(Path(word))
