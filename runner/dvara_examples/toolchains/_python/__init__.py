"""Where Python scripts state their dependencies, and how an environment comes from that; not imported before it is needed."""
