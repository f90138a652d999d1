"""Documentation pages: which examples their fences show, whether they still do, and how they are brought back in step.

Nothing here starts anything: a page is text, and what it shows is held against the scripts that the manifest names.
"""
