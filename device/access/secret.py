"""Secrets of browsers and programs: 256 random bits."""

import hashlib
import secrets

_BYTES = 32


def new_secret() -> str:
    """A secret fit for a cookie or a header."""
    return secrets.token_urlsafe(_BYTES)


def hash_secret(secret: str) -> bytes:
    """What is kept of it; so many random bits need no salt and no stretching."""
    return hashlib.sha256(secret.encode()).digest()
