"""Expectations whose witness is the process: one file each."""
