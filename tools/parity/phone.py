"""How the page does on a small phone: `python -m tools.parity.phone --into docs/browser.md`.

Chromium slows a page's thread down by its own means, but no worker's: the page's modules run in the page
itself here, as they do in its worker. Times are the thread's own on the processor, so that whatever else the
machine does isn't counted; on an idle machine they are what a reader waits. Memory is what the page's process
holds for itself alone while it looks at a picture of a phone, 12 million pixels.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from browser.site import write_site
from device.bench.timing import percentiles
from device.classifier.bundle import load_bundle
from device.images import find_images
from device.settings import SHIPPED
from tests.browser import ARGUMENTS, BROWSER, PHONE
from tools.parity import serve_folder
from tools.parity.tables import write_between

SLOWER = (1, 4, 6)
"""As many times slower: this machine, and what Chromium takes for a middling and a low phone."""

LARGE = (4032, 3024)

_OPEN = """async () => {
    const names = ['network', 'picture', 'quality', 'decision'];
    const modules = await Promise.all(names.map((name) => import(`./${name}.js`)));
    window.parts = Object.assign({}, ...modules);
    window.manifest = (await (await fetch('site.json')).json()).model;
    window.network = await parts.loadNetwork(manifest, () => {});
}"""

_EXAMINE = """async (address) => {
    const {decode, readField, measure, decide} = parts;
    const file = await (await fetch(address)).blob();
    const field = readField(await decode(file));
    const {advice} = measure(field, manifest.quality);
    decide(await network.maps(field), manifest, advice);
}"""


def main() -> int:
    """Measure, print, and write into the document that is named."""
    parser = argparse.ArgumentParser(prog="python -m tools.parity.phone", description=__doc__)
    parser.add_argument("--count", type=int, default=20, help="how many pictures at each speed (default: 20)")
    parser.add_argument(
        "--into", type=Path, metavar="FILE", help="a Markdown file with a place for the table"
    )
    given = parser.parse_args()
    table = _measure(given.count)
    print(table)
    if given.into:
        write_between(given.into, "phone", table)
    return 0


def _measure(count: int) -> str:
    bundle = load_bundle(SHIPPED / "bundle")
    (frame, *_) = find_images(SHIPPED / "frames")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder)
        write_site(bundle, site)
        picture, large = cv2.imread(str(frame)), site / "large.jpg"
        cv2.imwrite(str(site / "picture.jpg"), picture)
        cv2.imwrite(str(large), cv2.resize(picture, LARGE, interpolation=cv2.INTER_CUBIC))
        browser = playwright.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
        with serve_folder(site) as address:
            rows = _time(browser, address, count)
            before, loaded, most = _memory(browser, address, large)
        version = browser.version
        browser.close()
    millions = LARGE[0] * LARGE[1] / 1e6
    return "\n".join(
        [
            f"| Chromium {version}, {bundle.title}, {count} pictures each | fastest | median |",
            "|---|---|---|",
            *rows,
            "",
            "| memory of the page's own process | MB |",
            "|---|---|",
            f"| before the model is loaded | {before:.0f} |",
            f"| with the model | {loaded:.0f} |",
            f"| most, while it looks at a picture of {millions:.0f} million pixels | {most:.0f} |",
        ]
    )


def _time(browser: Browser, address: str, count: int) -> list[str]:
    page = browser.new_page(viewport=PHONE)
    # As text: the page itself would load a second model.
    page.goto(f"{address}network.js")
    page.evaluate(_OPEN)
    control = page.context.new_cdp_session(page)
    control.send("Performance.enable", {"timeDomain": "threadTicks"})
    rows = []
    for slower in SLOWER:
        control.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        took = [_examine(page, control) for _ in range(count)]
        what = "this machine" if slower == 1 else f"{slower} times slower"
        rows.append(f"| {what}, ms a picture | {min(took):.0f} | {percentiles(took)['p50']:.0f} |")
    page.close()
    return rows


def _examine(page: Page, control: CDPSession) -> float:
    """The time on the processor that a picture takes of the page's thread, in ms."""
    before = _thread_time(control)
    page.evaluate(_EXAMINE, "picture.jpg")
    return 1000 * (_thread_time(control) - before)


def _thread_time(control: CDPSession) -> float:
    metrics: list[dict[str, Any]] = control.send("Performance.getMetrics")["metrics"]
    return next(float(each["value"]) for each in metrics if each["name"] == "ThreadTime")


def _memory(browser: Browser, address: str, picture: Path) -> tuple[float, float, float]:
    """In MB: of an empty page, with the model, and the most with a picture."""
    control = browser.new_browser_cdp_session()
    known = _renderers(control)
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{address}network.js")
    before = {process: _own_memory(process) for process in _renderers(control) if process not in known}
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    # Chromium keeps a process in reserve, which the page doesn't use.
    process = max(before, key=_own_memory)
    loaded = _own_memory(process)
    page.set_input_files("#choose", picture)
    return before[process], loaded, max(loaded, _most(page, process))


def _most(page: Page, process: int) -> float:
    """The most that the process holds until the finding is there, looked at every 20 ms."""
    most = 0.0
    while not page.query_selector("#finding article"):
        most = max(most, _own_memory(process))
        time.sleep(0.02)
    return most


def _renderers(control: CDPSession) -> list[int]:
    processes: list[dict[str, Any]] = control.send("SystemInfo.getProcessInfo")["processInfo"]
    return [each["id"] for each in processes if each["type"] == "renderer"]


def _own_memory(process: int) -> float:
    """What a process holds for itself alone, not shared and not of a file, in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


if __name__ == "__main__":
    sys.exit(main())
