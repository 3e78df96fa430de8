"""Hold the browser's page to the device, and write the table that says so into a document."""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
from playwright.sync_api import sync_playwright

from browser.site import write_site
from browser.vectors import vector
from device.bench.timing import percentiles
from device.classifier import open_classifier
from device.classifier.bundle import load_bundle
from device.images import find_images
from device.settings import SHIPPED
from tests.browser import ARGUMENTS, BROWSER
from tools.parity import WORKER, ask_browser, differences, serve_folder
from tools.parity.pictures import draw_pictures

_BEGIN, _END = "<!-- parity -->", "<!-- end of parity -->"

_ROWS = {
    "field": "pixels of the field, every byte",
    "measures": "measures of quality, to 0.0001",
    "advice": "advice",
    "maps": "maps of eight views, every bit",
    "probabilities": "probabilities, to 0.000001",
    "prediction_set": "prediction set",
    "foreign": "no lesion",
    "triage": "triage",
    "saliency": "saliency, to 0.00001",
}


def main() -> int:
    """Compare, print, and write into the document that is named; 1 when anything differs."""
    parser = argparse.ArgumentParser(prog="python -m tools.parity", description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="how many pictures (default: 500)")
    parser.add_argument(
        "--into", type=Path, metavar="FILE", help="a Markdown file with a place for the table"
    )
    given = parser.parse_args()
    apart, table = _compare(given.count)
    print(table)
    if given.into:
        head, _, rest = given.into.read_text().partition(_BEGIN)
        given.into.write_text(f"{head}{_BEGIN}\n{table}\n{_END}{rest.partition(_END)[2]}")
    return int(bool(apart))


def _compare(count: int) -> tuple[Counter[str], str]:
    """How many pictures differ in what, and the table that says so."""
    bundle = load_bundle(SHIPPED / "bundle")
    classifier = open_classifier(bundle)
    pictures = draw_pictures(list(find_images(SHIPPED / "frames")), count)
    names = [f"picture_{number}.png" for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        write_site(bundle, Path(folder))
        shutil.copy(WORKER, folder)
        for name, pixels in zip(names, pictures, strict=True):
            cv2.imwrite(f"{folder}/{name}", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
        with serve_folder(Path(folder)) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
            answers = ask_browser(browser.new_page(), address, names)
            version = browser.version
            browser.close()
    apart: Counter[str] = Counter()
    for pixels, answer in zip(pictures, answers, strict=True):
        apart.update(differences(vector(pixels, classifier), answer["vector"]))
    return apart, _table(count, apart, answers, f"Chromium {version}, {bundle.title}")


def _table(count: int, apart: Counter[str], answers: list[dict[str, Any]], what: str) -> str:
    lines = [f"| equal, of {count} pictures ({what}) | |", "|---|---|"]
    lines += [f"| {text} | {count - apart[name]} |" for name, text in _ROWS.items()]
    took = percentiles([answer["milliseconds"] for answer in answers])
    lines.append(
        f"| milliseconds a picture, two at once: median, p95 | {took['p50']:.0f}, {took['p95']:.0f} |"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
