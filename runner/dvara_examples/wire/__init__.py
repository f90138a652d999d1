"""The wire format that the tap and faults share: HTTP/1 heads, the framing of bodies, chat streams."""
