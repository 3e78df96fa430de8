"""Makes keys and certificates with the `openssl` command.

It is on every Raspberry Pi OS and mended by its updates. A Python package for this would add megabytes of
compiled code, and updates of its own, for what is done every other year.
"""

import subprocess
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Network
from pathlib import Path

from device.certificate.names import DOMAIN, NETWORKS
from device.errors import CertificateError

_SECONDS = 30.0
_NEW_KEY = ("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")

_COMMON = """
[ca]
default_ca = here
[here]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = names
unique_subject = no
x509_extensions = extensions
[names]
commonName = supplied
[req]
distinguished_name = nothing
[nothing]
[extensions]
"""


def make_authority(name: str, begins: datetime, ends: datetime) -> str:
    """Key and certificate, as PEM, of an authority for this device's names and private addresses alone.

    So who steals its key can pass for no other site at who trusts it (RFC 5280, 4.2.1.10).
    """
    permitted = [f"permitted;DNS:{DOMAIN}", *(f"permitted;IP:{_with_mask(each)}" for each in NETWORKS)]
    extensions = {
        "basicConstraints": "critical,CA:TRUE,pathlen:0",
        "keyUsage": "critical,keyCertSign",
        "extendedKeyUsage": "serverAuth",
        "nameConstraints": ",".join(["critical", *permitted]),
        "subjectKeyIdentifier": "hash",
    }
    return _make(name, extensions, begins, ends, None)


def make_leaf(authority: str, names: tuple[str, ...], begins: datetime, ends: datetime) -> str:
    """Key and certificate, as PEM, for a page with these names and addresses."""
    extensions = {
        "basicConstraints": "critical,CA:FALSE",
        "keyUsage": "critical,digitalSignature",
        "extendedKeyUsage": "serverAuth",
        "subjectKeyIdentifier": "hash",
        "authorityKeyIdentifier": "keyid",
        "subjectAltName": ",".join(f"{'IP' if _is_number(each) else 'DNS'}:{each}" for each in names),
    }
    return _make(names[0], extensions, begins, ends, authority)


def _make(
    name: str, extensions: Mapping[str, str], begins: datetime, ends: datetime, authority: str | None
) -> str:
    # Readable by its owner alone, and removed in any case, since a key is in it.
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        lines = "".join(f"{key} = {value}\n" for key, value in extensions.items())
        (folder / "config").write_text(_COMMON + lines)
        (folder / "index").touch()
        _run(folder, *_NEW_KEY, "-config", "config", "-subj", f"/CN={name}", "-keyout", "key", "-out", "wish")
        signer = ["-selfsign", "-keyfile", "key"]
        if authority:
            (folder / "authority").write_text(authority)
            signer = ["-keyfile", "authority", "-cert", "authority"]
        # Of openssl's commands that sign, this alone takes dates on Bookworm and on Trixie.
        _run(
            folder,
            *("ca", "-batch", "-notext", "-config", "config", "-in", "wish", "-out", "certificate"),
            *("-startdate", _date(begins), "-enddate", _date(ends), *signer),
        )
        return (folder / "key").read_text() + (folder / "certificate").read_text()


def _run(folder: Path, *arguments: str) -> None:
    try:
        done = subprocess.run(
            ["openssl", *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise CertificateError("openssl_missing") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CertificateError("openssl_not_run", error=error) from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise CertificateError("openssl_refused", reason=reason)


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")


def _is_number(name: str) -> bool:
    return name.replace(".", "").isdigit()


def _with_mask(network: IPv4Network) -> str:
    return network.with_netmask
