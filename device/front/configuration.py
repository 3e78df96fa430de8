"""What nginx is told: its whole configuration, from one template."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path

from device.errors import SettingsError
from device.front.answers import ANSWERED, LANGUAGES
from device.web.problems import FOR_PROGRAMS

TEMPLATE = Path(__file__).with_name("nginx.conf")

_REQUEST_HEADERS = {
    "Host": "$http_host",
    # What a client says of itself is replaced: the daemon believes these, and these alone.
    "X-Forwarded-For": "$remote_addr",
    "X-Forwarded-Proto": "$client_scheme",
    "X-Forwarded-Port": "$server_port",
    "X-Forwarded-Host": '""',
    "Forwarded": '""',
}


@dataclass(frozen=True)
class Limits:
    """How long nginx waits, in seconds, and how much it takes."""

    header_seconds: int = 10
    """For a whole TLS handshake, and for all headers of a request."""
    body_seconds: int = 10
    """For the next part of a small body."""
    upload_seconds: int = 60
    """For the next part of a large one: a phone may come out of reach for a moment."""
    send_seconds: int = 30
    """For a reader to take something."""
    idle_seconds: int = 60
    """For the next request on an open connection."""
    connections: int = 2048
    """All that are open at once, those to the daemon among them."""
    requests_per_address: int = 64
    """Under way at once."""
    streams: int = 32
    """Under way at once on one HTTP/2 connection, which all tabs of a browser share; others wait."""
    events_per_address: int = 12
    """Open pages that hear of news."""
    live_at_once: int = 12
    """Requests for a live frame that wait at once, of everyone."""
    backups_at_once: int = 2
    """Of everyone: each holds a thread of the daemon for as long as it is read."""
    logins_a_minute: int = 20
    """From one address, on average."""
    logins_at_once: int = 10
    """Of these, so many may come at once."""
    largest_body: int = 64 * 1024
    """Bytes, of all but uploads."""


@dataclass(frozen=True)
class Site:
    """What is served, and where: `folder` is nginx's own, and the other paths are those that it reads.

    `certificate` holds key and certificates as PEM. `uploads` are the paths that take large bodies. `headers`
    are added to what nginx answers by itself. `proxy` is the address of another proxy in front, if any, and
    `user` whom nginx becomes when root starts it.
    """

    host: str
    port: int
    folder: Path
    socket: Path
    certificate: Path
    web: Path
    uploads: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    proxy: str = ""
    user: str = ""
    limits: Limits = field(default_factory=Limits)


def configuration(site: Site) -> str:
    """The text of nginx.conf. Raises SettingsError for an address or path that can't stand in one."""
    for path in (site.folder, site.socket, site.certificate, site.web):
        if not set(str(path)).isdisjoint(" \t\r\n;{}\"'\\$#"):
            raise SettingsError("path_refused", path=repr(str(path)))
    proxy = _address(site.proxy) if site.proxy else ""
    real_address = f"set_real_ip_from {proxy};\nreal_ip_header X-Forwarded-For;" if proxy else ""
    values: dict[str, object] = {
        "listen": listening(site.host, site.port),
        "folder": site.folder,
        "socket": site.socket,
        "certificate": site.certificate,
        "web": site.web,
        "uploads": "|".join(site.uploads) or "(?!)",
        "languages": "|".join(LANGUAGES),
        "for_programs": "|".join(each.replace(".", r"\.") for each in FOR_PROGRAMS),
        "user": f"user {site.user};" if site.user else "",
        "own_proxy": f"{proxy} 1;" if proxy else "",
        "real_address": real_address,
        "request_headers": _lines("proxy_set_header {} {};", _REQUEST_HEADERS),
        "headers": _lines('add_header {} "{}" always;', site.headers),
        "error_pages": _lines("error_page {} $answers/{};", {str(each): each for each in ANSWERED}),
    }
    values |= {each.name: getattr(site.limits, each.name) for each in fields(Limits)}

    # Named locations look like @this: @{this} alone is filled in.
    def fill(place: re.Match[str]) -> str:
        return place[1] + str(values[place[2]]).replace("\n", f"\n{place[1]}")

    return re.sub(r"((?m:^) *|)@\{(\w+)\}", fill, TEMPLATE.read_text())


def listening(host: str, port: int) -> str:
    """Address and port as nginx has them. Raises SettingsError for a host that is no address."""
    address = _address("127.0.0.1" if host == "localhost" else host)
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _lines(form: str, values: Mapping[str, object]) -> str:
    return "\n".join(form.format(name, value) for name, value in values.items())


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise SettingsError("address_refused", text=repr(text)) from error
