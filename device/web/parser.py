"""How waitress reads requests here."""

from waitress.parser import HTTPRequestParser


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """waitress's own, for rubbish too."""

    path = ""
    """waitress tells of a client that left, by this, also when its request was rubbish and has none."""
