"""The page's certificate, made and renewed by the device itself, and the authority that phones may trust."""

import hashlib
import logging
import os
import secrets
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from device.certificate.leaf import Leaf, plan, read_leaf
from device.certificate.names import own_names
from device.certificate.openssl import make_authority, make_leaf
from device.errors import CertificateError
from device.records.files import sync_folder

__all__ = ["SECONDS", "Certificate", "fingerprint_of", "open_certificate"]

SECONDS = 60.0
"""How often to `look` whether a new one is needed."""

LEAF = "page.pem"
_AUTHORITY = "authority.pem"
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

# Whatever the clock says today: who trusts it does so once. A lost device is answered by trust taken back.
_BEGINS, _ENDS = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)

log = logging.getLogger(__name__)


class Certificate:
    """What encrypts the page on `host`; `folder` keeps its keys, for the owner of the process alone."""

    def __init__(self, folder: Path, host: str) -> None:
        self._folder, self._host, self._lock = folder, host, threading.Lock()
        self._leaf: Leaf | None = None
        self._context: ssl.SSLContext | None = None
        self._authority = self._open_authority()
        self.look()

    @property
    def context(self) -> ssl.SSLContext:
        """For a new connection; another after each renewal."""
        assert self._context
        return self._context

    @property
    def authority(self) -> bytes:
        """The certificate of the authority, DER: public."""
        return _der(self._authority)

    @property
    def fingerprint(self) -> str:
        """Of the authority: SHA-256 in hexadecimal pairs, as phones show it."""
        return fingerprint_of(self.authority)

    def look(self) -> None:
        """Renew the page's certificate when its names, its end or the clock ask for it.

        Raises CertificateError when it can't be made and there is none that could go on serving.
        """
        with self._lock:
            names, now = own_names(self._host), _now()
            leaf = self._leaf or self._read_leaf()
            if leaf and leaf is self._leaf and leaf.serves(names, now):
                return
            try:
                if not leaf or not leaf.serves(names, now):
                    leaf = self._renew(plan(names, leaf, now))
                self._context = _context(self._folder / LEAF)
                self._leaf = leaf
                _lend(leaf)
            except (CertificateError, OSError) as error:
                if self._context is None:
                    raise
                log.error("certificate: %s; the old one stays", error)

    def _renew(self, planned: Leaf) -> Leaf:
        pem = make_leaf(self._authority, planned.names, planned.begins, planned.ends)
        leaf = replace(planned, pem=pem)
        _write(self._folder / LEAF, leaf.to_text())
        log.info("certificate for %s until %s", ", ".join(leaf.names), leaf.ends.date())
        return leaf

    def _read_leaf(self) -> Leaf | None:
        try:
            leaf = read_leaf((self._folder / LEAF).read_text())
            _context(self._folder / LEAF)
            return leaf
        except (OSError, UnicodeDecodeError, CertificateError):
            return None

    def _open_authority(self) -> str:
        path = self._folder / _AUTHORITY
        try:
            kept = path.read_text()
            _context(path)
            return kept
        except FileNotFoundError:
            pass
        except (OSError, UnicodeDecodeError, CertificateError) as error:
            log.warning("certificate: %s (%s); a new authority is made, to be trusted anew", path, error)
        name = "".join(secrets.choice(_LETTERS) for _ in range(4))
        made = make_authority(f"Dermapoint {name}", _BEGINS, _ENDS)
        # What an authority before it has signed is worth nothing now.
        (self._folder / LEAF).unlink(missing_ok=True)
        _write(path, made)
        return made


def open_certificate(state: Path, host: str) -> Certificate:
    """The certificate of the device whose state folder this is. Raises CertificateError without one."""
    try:
        return Certificate(state / "certificate", host)
    except OSError as error:
        raise CertificateError("certificate_unusable", path=state / "certificate", error=error) from error


def read_authority(state: Path) -> bytes:
    """The authority's certificate, DER, as it is kept. Raises CertificateError when there is none to read."""
    path = state / "certificate" / _AUTHORITY
    try:
        return _der(path.read_text())
    except FileNotFoundError as error:
        raise CertificateError("no_certificate_yet") from error
    except (OSError, ValueError) as error:
        raise CertificateError("certificate_unreadable", path=path, error=error) from error


def fingerprint_of(der: bytes) -> str:
    """SHA-256 of a certificate in hexadecimal pairs."""
    return hashlib.sha256(der).digest().hex(":").upper()


def _lend(leaf: Leaf) -> None:
    """For the page that says why the daemon doesn't run (device/service/explain.py)."""
    if folder := os.environ.get("RUNTIME_DIRECTORY"):
        with suppress(OSError):
            _write(Path(folder.partition(":")[0], LEAF), leaf.to_text())


def _now() -> datetime:
    # A clock that is older than this program is wrong.
    installed = Path(__file__).stat().st_mtime
    return datetime.fromtimestamp(max(time.time(), installed), UTC)


def _context(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(path)
    except ssl.SSLError as error:
        raise CertificateError("certificate_damaged", path=path, error=error.reason or str(error)) from error
    return context


def _der(pem: str) -> bytes:
    begin = pem.index("-----BEGIN CERTIFICATE-----")
    return ssl.PEM_cert_to_DER_cert(pem[begin:].strip())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)
