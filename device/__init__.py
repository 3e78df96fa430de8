"""Dermapoint's device side: a daemon that looks at skin lesions and says what it sees."""

__version__ = "0.1.0"
