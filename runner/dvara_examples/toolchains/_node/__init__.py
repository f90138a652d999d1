"""Where Node scripts state their dependencies, and how a folder of packages comes from that."""
