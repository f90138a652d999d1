"""What the command costs before it does anything: ``--version`` and ``list`` against ``python -c "import click"``."""

import os
import sys
from pathlib import Path

from bench._timing import time_pairs


def main() -> None:
    """Print both ratios."""
    tool = str(Path(sys.executable).with_name("dvara-examples"))
    base = [sys.executable, "-c", "import click"]
    for name, goal, command in (("--version", 1.3, [tool, "--version"]), ("list", 2.0, [tool, "list"])):
        print(f"{name:<12} {time_pairs(command, base, pairs=21, env=os.environ)}   goal ≤ {goal}")


if __name__ == "__main__":
    main()
