"""Shows on machines made of Debian roots what a Raspberry Pi would have to show."""
