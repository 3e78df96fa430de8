"""QR codes: one that joins the Wi-Fi, one that opens the page."""

import io
from dataclasses import dataclass

import segno

from device.wifi.profile import ADDRESS, AccessPoint

_USUAL = {"http": 80, "https": 443}
_ESCAPED = str.maketrans({sign: f"\\{sign}" for sign in '\\;,":'})


def joining_text(own: AccessPoint) -> str:
    r"""What a phone's camera reads to join, `WIFI:T:WPA;S:name;P:passphrase;;`.

    Backslash stands before \ ; , " and : (ZXing, "Barcode Contents", Wi-Fi network config). What is made of
    hexadecimal digits alone would need quotes; the hyphen in our names and passphrases sees to that.
    """
    return f"WIFI:T:WPA;S:{own.ssid.translate(_ESCAPED)};P:{own.passphrase.translate(_ESCAPED)};;"


def page_address(port: int, host: str = ADDRESS, scheme: str = "http") -> str:
    """Where the page is, for who has joined: by number, as not every phone knows names in .local."""
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}/" if port == _USUAL[scheme] else f"{scheme}://{host}:{port}/"


@dataclass(frozen=True)
class Code:
    """One QR code (ISO/IEC 18004) at error correction M: 15 % of it may be hidden or dirty."""

    text: str

    def svg(self) -> str:
        """As a drawing, dark on white with the quiet zone of four modules that the standard asks for."""
        out = io.BytesIO()
        # Without a size of its own, it takes that of the place where it is shown.
        self._code().save(
            out, kind="svg", border=4, light="#fff", omitsize=True, svgclass=None, lineclass=None
        )
        return out.getvalue().decode()

    def terminal(self) -> str:
        """As text for a terminal, two modules a character."""
        out = io.StringIO()
        self._code().terminal(out, compact=True)
        return out.getvalue()

    def _code(self) -> segno.QRCode:
        return segno.make_qr(self.text, error="m")
