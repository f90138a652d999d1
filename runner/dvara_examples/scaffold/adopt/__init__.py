"""Reading a repository that does not use this tool, and writing the manifest for its scripts.

walk        which files may be scripts: not vendored, not built, not hidden
signs       words by which clients, endpoints, servers and services are known
script      what one script is and needs, told from its text alone
titles      titles, ids and tags, from docstrings, READMEs and folders
groups      the same behaviour in several languages is one example
text        the manifest's text, with a comment where something was guessed
survey      puts these together
"""
