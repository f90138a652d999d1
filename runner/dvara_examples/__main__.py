"""``python -m dvara_examples``."""

from dvara_examples.cli import main

main()
