"""Places other than this machine in which scripts are prepared and run: currently containers."""
