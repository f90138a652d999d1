"""Where Node scripts state their dependencies, and how a folder of packages comes from that."""

TYPESCRIPT = (".ts", ".mts", ".cts", ".tsx")
"""The endings of TypeScript's scripts."""
