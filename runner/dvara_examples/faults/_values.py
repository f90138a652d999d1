"""Values that several faults take."""

from dvara_examples.core.shapes import seconds

SECONDS = seconds(most=3600.0)
