"""Expectations whose witness is the output: one file each."""
