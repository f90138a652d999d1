"""Documentation pages: check, sync, run and gate the examples that their fences show.

Reading and checking start nothing: a page is text, compared with the scripts that the manifest names. ``run`` and ``gate`` plan
what pages print like any example and run it in a session.
"""
