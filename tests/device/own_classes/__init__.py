"""The whole device on a bundle with somebody's own five or nine classes, one beside them, and side 160."""
