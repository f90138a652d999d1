"""Finds the declared dependencies of Node scripts, and turns them into a folder of packages."""

TYPESCRIPT = (".ts", ".mts", ".cts", ".tsx")
"""The endings of TypeScript's scripts."""
MANAGERS = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json"),
    "pnpm": ("pnpm-lock.yaml",),
    "yarn": ("yarn.lock",),
    "bun": ("bun.lock", "bun.lockb"),
}
"""The lock files of each package manager."""
LOCKS = tuple(name for names in MANAGERS.values() for name in names)
LOCK = LOCKS[0]
MEMBERS_OF_PNPM = "pnpm-workspace.yaml"
"""The file that lists the members of a workspace of pnpm."""
