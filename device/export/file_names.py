"""What the file of an export is called: of whom it is and when it was made, safe on every file system."""

import unicodedata
from datetime import date
from hashlib import sha256

_LONGEST = 120
"""Bytes of the pseudonym in it: a name has 255 at most (ext4, NTFS, APFS)."""
_DIGEST = 12


def file_name(whom: str | None, day: date, job: str, suffix: str) -> str:
    """The name of a file about `whom` (None: about several, or not known)."""
    parts = ["dermapoint", *([_safe(whom)] if whom else []), f"{day:%Y-%m-%d}", job]
    return f"{'-'.join(parts)}.{suffix}"


def _safe(pseudonym: str) -> str:
    """The pseudonym in letters, digits and hyphens; no two come out the same.

    All else is `_` and its code point in hexadecimal and `.`; what is too long ends in its SHA-256.
    """
    whole = unicodedata.normalize("NFC", pseudonym)
    safe = "".join(each if _is_plain(each) else f"_{ord(each):x}." for each in whole)
    if len(safe.encode()) <= _LONGEST:
        return safe
    cut = safe.encode()[: _LONGEST - _DIGEST - 1].decode(errors="ignore")
    return f"{cut}~{sha256(whole.encode()).hexdigest()[:_DIGEST]}"


def _is_plain(letter: str) -> bool:
    # Marks belong to letters of many scripts; a sign that turns the direction of a name is none of them.
    return letter == "-" or letter.isalnum() or unicodedata.category(letter) in ("Mn", "Mc")
