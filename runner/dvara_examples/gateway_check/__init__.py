"""What a gateway, or any proxy, makes of each thing that a provider can do.

A scripted provider (``provider``) plays the cases of ``cases`` behind the gateway, a raw-socket client (``client``) asks in front
of it, and both sides are recorded. ``reading`` reads either recording with the same code, ``judge`` compares the two readings
and is pure, ``check`` drives it all, and ``expected`` and ``tables`` hold results against a file and print them.
"""
