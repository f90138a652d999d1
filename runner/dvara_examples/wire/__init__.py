"""What is known of the wire by whoever watches it and whoever spoils it: HTTP/1 heads, the framing of bodies, chat streams."""
