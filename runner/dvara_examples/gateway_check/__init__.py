"""How a gateway, or any proxy, passes on each thing that a provider can do.

A scripted provider (``provider``) plays the cases of ``cases`` behind the gateway, a raw-socket client (``client``) sends
requests to it, and both sides are recorded. ``reading`` parses both recordings with the same code, ``judge`` compares the results
and is pure, ``check`` runs it all, ``expected`` compares results with a file, and ``tables`` prints them.
"""
