"""Finds the declared dependencies of Python scripts, and turns them into an environment; imported on demand."""

PACKAGES = "packages"
"""The place of a script's dependencies: the manifest."""
ASKED_FOR, LOCK, FLOORS = "requirements.in", "requirements.txt", "requirements-lowest.txt"
"""The lists next to a script: the requirements, the pins, and the oldest releases that work."""
