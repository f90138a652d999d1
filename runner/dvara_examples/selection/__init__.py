"""Which examples a command is about: ids, globs, tags, filters, and what a saved file affects."""
