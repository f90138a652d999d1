"""Expectations whose witness is the wire: one file each."""
