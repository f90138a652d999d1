"""Where Python scripts state their dependencies, and how an environment comes from that; not imported before it is needed."""

PACKAGES = "packages"
"""Where a script states its dependencies: in the manifest."""
ASKED_FOR, LOCK, FLOORS = "requirements.in", "requirements.txt", "requirements-lowest.txt"
"""The lists next to a script: what is asked for, what is pinned, and the oldest releases that do."""
