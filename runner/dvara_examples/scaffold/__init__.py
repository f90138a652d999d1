"""Adding to a manifest: a new example in several languages, or an entry for an existing script.

names       what a script is called in each language, and how a template is made one's own
entry       the YAML of one entry
insertion   where in a manifest it goes; no other byte changes
listings    what a language needs next to its scripts
writing     all files or none
new         puts these together
"""
