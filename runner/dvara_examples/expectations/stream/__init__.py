"""Expectations whose witness is the stream: one file each."""
