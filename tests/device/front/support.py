"""The page behind the real nginx, in the test's own process."""

import html
import http.client
import re
import socket
import ssl
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import urlencode

from device.app import build_app
from device.certificate import LEAF
from device.front.nginx import Nginx
from device.front.page import site_for
from device.settings import Settings
from device.web.server import keep_bodies_in, serve_behind
from tests.support import ServerThread, free_port

OTHER = "127.0.0.9"
"""Another address on this machine, so that one client can be told from another."""


class Front:
    """A daemon's page as others reach it: on 127.0.0.1, over HTTPS, with some `limits` other than the usual.

    A proxy may stand in front at the address `proxy`, called lesions.clinic.example.
    """

    def __init__(self, folder, proxy="", **limits):
        self.state, own = folder / "state", folder / "nginx"
        own.mkdir(parents=True)
        # An address of the network that stays on this machine.
        self.settings = Settings(
            mock_pins=True,
            state=self.state,
            host="127.0.0.2",
            port=free_port(),
            frame_rate=20,
            proxy=proxy,
            proxy_name="lesions.clinic.example" if proxy else "",
        )
        with ExitStack() as stack:
            self.house = stack.enter_context(build_app(self.settings))
            keep_bodies_in(self.state)
            site = site_for(
                self.house.app,
                replace(self.settings, host="127.0.0.1"),
                own,
                socket=own / "page.sock",
                certificate=self.state / "certificate" / LEAF,
            )
            self.site = replace(site, limits=replace(site.limits, **limits))
            self.server = stack.enter_context(ServerThread(serve_behind(self.house.app, site.socket)))
            self.nginx = stack.enter_context(Nginx(self.site))
            self.house.ring.newest()
            self.house.panel.ready(self.house.examiner)
            self.house.access.accounts.first_pin()
            self.port = self.settings.port
            self.trust = ssl.create_default_context(cadata=self.house.certificate.authority)
            self._stack = stack.pop_all()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._stack.close()

    def connect(self, source="127.0.0.1"):
        return socket.create_connection(("127.0.0.1", self.port), timeout=10, source_address=(source, 0))

    def secured(self, source="127.0.0.1"):
        return self.secured_over(self.connect(source))

    def secured_over(self, connection):
        return self.trust.wrap_socket(connection, server_hostname="dermapoint.local")

    def ask(self, method, path, body=None, source="127.0.0.1", secure=True, **headers):
        """Status, headers and body of one answer; a header's underscores stand for hyphens."""
        connection = http.client.HTTPConnection("dermapoint.local", self.port, timeout=30)
        connection.sock = self.secured(source) if secure else self.connect(source)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def log_in(self, source="127.0.0.1"):
        """The owner's cookie."""
        pin = self.house.access.accounts.renew_pin("owner")
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        _, headers, _ = self.ask("POST", "/login", urlencode({"pin": pin, "next": "/"}), source, **kind)
        return str(headers["Set-Cookie"]).partition(";")[0]


def sentence(body):
    """The sentence of a page."""
    return html.unescape(re.search(r"<p>(.*?)</p>", body.decode(), re.DOTALL)[1])


def request_for(path, cookie):
    """The bytes that ask for a page."""
    return f"GET {path} HTTP/1.1\r\nHost: dermapoint.local\r\nCookie: {cookie}\r\n\r\n".encode()
