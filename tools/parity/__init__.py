"""Holds the page that classifies in the browser to the device, in a real browser."""

import functools
import http.server
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

WORKER = Path(__file__).with_name("parity.js")

_ASK = """async addresses => {
    const ask = (own) => new Promise((resolve, reject) => {
        const worker = new Worker('parity.js');
        const answers = [];
        worker.onerror = ({message}) => reject(new Error(message));
        worker.onmessage = ({data}) => {
            if (data.fault) reject(new Error(data.fault));
            else if (data.done) { worker.terminate(); resolve(answers); }
            else answers.push(data);
        };
        worker.postMessage({addresses: own});
    });
    const half = Math.ceil(addresses.length / 2);
    const [first, second] = await Promise.all([ask(addresses.slice(0, half)), ask(addresses.slice(half))]);
    return [...first, ...second];
}"""
"""Two workers, since each has a core of its own."""

SECURITY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' blob:"
"""As strict as the device's own."""


class _Handler(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", SECURITY)
        super().end_headers()

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


@contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine as any web server would; its address."""
    handler = functools.partial(_Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def ask_browser(page: Any, address: str, pictures: Sequence[str]) -> list[dict[str, Any]]:
    """What the page's modules say of each picture; `page` is Playwright's, `address` the site's.

    `parity.js` has to lie in the site. Each answer, in the order of the pictures, has the
    `vector`, as `browser.vectors` makes it, and the `milliseconds` that it took.
    """
    # Not the page itself: that would keep a second network in memory.
    page.goto(f"{address}{WORKER.name}")
    answers: list[dict[str, Any]] = page.evaluate(_ASK, list(pictures))
    return answers


def differences(wanted: dict[str, Any], found: dict[str, Any], tolerance: float = 1e-6) -> list[str]:
    """The names of the values of two vectors that aren't the same; probabilities may be `tolerance` apart."""
    exact = ("field", "maps", "advice", "prediction_set", "foreign", "triage", "reasons")
    apart = [name for name in exact if wanted[name] != found[name]]
    for name in ("probabilities", "beside"):
        if any(abs(wanted[name][code] - found[name][code]) > tolerance for code in wanted[name]):
            apart.append(name)
    # The device rounds its measures to four places.
    if any(abs(value - found["measures"][name]) > 1e-4 for name, value in wanted["measures"].items()):
        apart.append("measures")
    if abs(wanted["malignancy"] - found["malignancy"]) > tolerance:
        apart.append("malignancy")
    if any(abs(one - other) > 1e-5 for one, other in zip(wanted["saliency"], found["saliency"], strict=True)):
        apart.append("saliency")
    return apart
