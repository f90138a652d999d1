"""The embedded gateway: a *correct* DVARA on the wire, with scripted answers.

It speaks HTTP/1.1 as recorded from the gateway's own stack (``docs/decisions/0002-stand-in-and-recordings.md``), and never
misbehaves: the tap's faults are responsible for what the network does to bytes. From the socket upwards: ``reading``
and ``writing`` (HTTP), ``connection``, ``routes`` (filters and paths), ``chat`` (one answer), ``stream_script`` and ``chunks``
(its events), ``default_answers`` (answers without a script). ``server`` runs the gateway, ``answers`` parses the YAML of
answers; nothing is imported here, so that a manifest can be read without the server.
"""
