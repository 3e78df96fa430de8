"""`make page-load`: the page behind nginx under what phones and strangers do to it, and what it costs.

All of it comes from this machine, to 127.0.0.1. tests/device/front/test_load.py runs the same in short.
"""

import argparse
import socket
import sys
import tempfile
import time
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from device.announcer import Event
from model_build.marks import write_between_marks
from tests.browser import ARGUMENTS, BROWSER
from tests.device.front.support import OTHER, Front, request_for

CROWD = 200
TABS = 8
FRAME_SHAPE = (1520, 2028, 3)
"""The large frames of a Camera Module 3 in its binned mode."""
MIB = 1 << 20


def owner_goes_on(front: Front, cookie: str) -> float:
    """Seconds that a press and the first page take together, for an owner at another address."""
    began = time.monotonic()
    assert front.ask("POST", "/api/v1/press", source=OTHER, Cookie=cookie)[0] == 201
    assert front.ask("GET", "/", source=OTHER, Cookie=cookie)[0] == 200
    return time.monotonic() - began


def half_open(front: Front, count: int = CROWD) -> str:
    """Sockets that begin a handshake, a head or a body and say no more; nginx ends them by itself."""
    cookie = front.log_in(OTHER)
    beginnings = [b"\x16\x03\x01", b"", b"POST /login HTTP/1.1\r\nHost: localhost\r\n"]
    beginnings.append(beginnings[-1] + b"Content-Length: 100\r\n\r\npin=")
    with ExitStack() as stack:
        sockets = [stack.enter_context(front.connect()) for _ in range(count)]
        for number, each in enumerate(sockets):
            each.sendall(beginnings[number % len(beginnings)])
        seconds = owner_goes_on(front, cookie)
        began = time.monotonic()
        for each in sockets:
            each.settimeout(60)
            with suppress(ConnectionResetError):
                while each.recv(4096):
                    pass
        ended = time.monotonic() - began
    return f"press and page {seconds:.2f} s beside {count} half-open sockets, which ended {ended:.0f} s later"


def crowd(front: Front, count: int = CROWD) -> str:
    """As many connections from one address, each of which asks for events and stays."""
    cookie = front.log_in()
    with ExitStack() as stack:
        answers = []
        for _ in range(count):
            connection = stack.enter_context(front.secured())
            connection.sendall(request_for("/api/v1/events", cookie))
            answers.append(connection.recv(12))
        seconds = owner_goes_on(front, cookie)
    served = sum(answer.endswith(b"200") for answer in answers)
    refused = sum(answer.endswith(b"429") for answer in answers)
    assert served == front.site.limits.events_per_address
    assert served + refused == count
    return f"press and page {seconds:.2f} s beside {count} connections, {served} served and {refused} refused"


def sleepers(front: Front, count: int = TABS) -> str:
    """Open pages of a phone that sleeps: it reads nothing more, and says no goodbye."""
    cookie, announcer = front.log_in(), front.house.announcer
    before = announcer.listeners
    with ExitStack() as stack:
        for _ in range(count):
            sleeper = front.connect()
            # What the kernel holds for it; with the usual one it takes longer, and ends the same.
            sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection = stack.enter_context(front.secured_over(sleeper))
            connection.sendall(request_for("/api/v1/events", cookie))
            connection.recv(1)
        assert announcer.listeners == before + count
        began = time.monotonic()
        # News of many hours, since all buffers on the way take some.
        while announcer.listeners > before:
            announcer.announce(Event("quality", {"advice": ["x" * 50_000]}))
            time.sleep(0.02)
            assert time.monotonic() - began < 120
        freed = time.monotonic() - began
        seconds = owner_goes_on(front, cookie)
    return f"{count} pages asleep, let go after {freed:.0f} s; press and page {seconds:.2f} s"


def tabs(front: Front, browser: Browser, count: int = TABS) -> str:
    """Tabs of one browser that all hear of news; one more still gets through."""
    with closing(browser.new_context(ignore_https_errors=True)) as context:
        address = f"https://127.0.0.1:{front.port}/"
        name, _, value = front.log_in().partition("=")
        context.add_cookies([{"name": name, "value": value, "url": address, "secure": True}])
        for _ in range(count):
            page = context.new_page()
            page.goto(f"{address}about")
            page.evaluate(
                """() => new Promise((done, failed) => {
                    window.events = new EventSource("/api/v1/events");
                    window.events.onopen = () => done();
                    window.events.onerror = failed;
                })"""
            )
        last = context.new_page()
        began = time.monotonic()
        last.goto(f"{address}health")
        seconds = time.monotonic() - began
        protocol = last.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol")
        assert protocol == "h2", protocol
    return f"{count} tabs hear of news over {protocol}; one more page in {seconds:.2f} s"


def restore(front: Front, folder: Path, size: int, shape: tuple[int, int, int] = FRAME_SHAPE) -> str:
    """A backup of at least `size` bytes comes back over HTTPS; its frames are noise of this shape."""
    cookie, records = front.log_in(), front.house.records
    pressed = front.house.examiner.press()
    pixels = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    saved: list[str] = []
    while sum(file.stat().st_size for file in records.folder.rglob("*.jpg")) < size:
        saved.append(f"20260102T{len(saved):012d}-beef")
        records.save(replace(pressed, id=saved[-1]), *[pixels] * len(pressed.frames))
    backup = folder / "backup.tar"
    records.backups.write(backup)
    records.deletion.examinations(saved)
    began = time.monotonic()
    with closing(HTTPConnection("dermapoint.local", front.port)) as connection, backup.open("rb") as body:
        connection.sock = front.secured()
        length = backup.stat().st_size
        headers = {"Cookie": cookie, "Content-Length": str(length)}
        connection.request("POST", "/api/v1/restorations", body, headers)
        answer = connection.getresponse()
        assert answer.status == 202, answer.read()
    sent = time.monotonic() - began
    while b"running" in front.ask("GET", "/api/v1/restorations", Cookie=cookie)[2]:
        time.sleep(0.2)
    back = [each for each in saved if records.get(each)]
    assert back == saved, f"{len(back)} of {len(saved)} came back"
    return f"{length // MIB} MiB sent in {sent:.1f} s, and all {len(saved)} examinations are back"


def memory(front: Front) -> str:
    """What nginx's two processes take, each shared page counted once (proc(5), Pss)."""
    children = Path(f"/proc/{front.nginx.pid}/task/{front.nginx.pid}/children").read_text().split()
    parts = [_proportional_kib(int(pid)) for pid in (front.nginx.pid, *children)]
    return f"{sum(parts) / 1024:.1f} MiB"


def _proportional_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def main() -> int:
    """All of it, and the figures as a table."""
    parser = argparse.ArgumentParser(prog="page-load", description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="size of the backup that is restored")
    parser.add_argument("--into", type=Path, help="the document that gets the table")
    given = parser.parse_args()
    rows: list[tuple[str, str]] = []

    def note(what: str, found: str) -> None:
        rows.append((what, found))
        print(f"{what}: {found}", flush=True)

    # On the disk and not in /tmp, which may be memory.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place, sync_playwright() as playwright:
        folder = Path(place)
        browser = playwright.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
        with Front(folder) as front:
            note("memory of nginx, idle", memory(front))
            for what, act in (("half-open", half_open), ("crowd", crowd), ("asleep", sleepers)):
                note(what, act(front))
                note(f"memory of nginx after {what}", memory(front))
            note("tabs", tabs(front, browser))
            note("restore", restore(front, folder, given.mib * MIB))
            note("memory of nginx after all", memory(front))
        browser.close()
    if given.into:
        table = [("what", "figure"), ("---", "---"), *rows]
        write_between_marks(given.into, "\n".join(f"| {what} | {found} |" for what, found in table), "load")
    return 0


if __name__ == "__main__":
    sys.exit(main())
