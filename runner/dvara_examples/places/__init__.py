"""Other places than this machine itself for scripts to be prepared and run in: for now, containers."""
