"""Hold the browser's page to the device, and write the table that says so into a document."""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
from playwright.sync_api import sync_playwright

from browser.site import write_site
from browser.vectors import vector
from device.classifier import open_classifier
from device.classifier.bundle import load_bundle
from device.images import find_images
from device.settings import SHIPPED
from tests.browser import ARGUMENTS, BROWSER
from tools.parity import WORKER, ask_browser, differences, serve_folder
from tools.parity.firefox import FIREFOX, open_firefox
from tools.parity.pictures import draw_pictures
from tools.parity.tables import write_between

_ROWS = {
    "field": "pixels of the field, every byte",
    "measures": "measures of quality, to 0.0001",
    "advice": "advice",
    "maps": "maps of eight views, every bit",
    "probabilities": "probabilities, to 0.000001",
    "malignancy": "malignancy, to 0.000001",
    "prediction_set": "prediction set",
    "foreign": "no lesion",
    "triage": "triage",
    "reasons": "reasons, as sentences in five languages",
    "saliency": "saliency, to 0.00001",
}


def main() -> int:
    """Compare, print, and write into the document that is named; 1 when anything differs."""
    parser = argparse.ArgumentParser(prog="python -m tools.parity", description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="how many pictures (default: 500)")
    parser.add_argument(
        "--pictures",
        type=Path,
        default=SHIPPED / "frames",
        metavar="FOLDER",
        help="what they are drawn from, half as they are, half with a fault (default: the shipped frames)",
    )
    parser.add_argument(
        "--into", type=Path, metavar="FILE", help="a Markdown file with a place for the table"
    )
    given = parser.parse_args()
    if not list(find_images(given.pictures)):
        parser.error(f"{given.pictures} holds no pictures; name a folder of them")
    apart, table = _compare(given.pictures, given.count)
    print(table)
    if given.into:
        write_between(given.into, "parity", table)
    return int(any(apart.values()))


def _compare(folder: Path, count: int) -> tuple[dict[str, Counter[str]], str]:
    """How many pictures differ in what, for each browser, and the table that says so."""
    bundle = load_bundle(SHIPPED / "bundle")
    classifier = open_classifier(bundle)
    pictures = draw_pictures(_spread(list(find_images(folder)), (count + 1) // 2), count)
    names = [f"picture_{number}.png" for number in range(count)]
    with tempfile.TemporaryDirectory() as site:
        write_site(bundle, Path(site))
        shutil.copy(WORKER, site)
        for name, pixels in zip(names, pictures, strict=True):
            cv2.imwrite(f"{site}/{name}", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
        with serve_folder(Path(site)) as address:
            answers = {title: ask_browser(page, address, names) for title, page in _browsers()}
    apart: dict[str, Counter[str]] = {title: Counter() for title in answers}
    triages: Counter[str] = Counter()
    for number, pixels in enumerate(pictures):
        wanted = vector(pixels, classifier)
        triages[wanted["triage"]] += 1
        for title, found in answers.items():
            apart[title].update(differences(wanted, found[number]["vector"]))
    return apart, _table(bundle.title, count, triages, apart)


def _spread(paths: Sequence[Path], count: int) -> list[Path]:
    """At most so many of the files, from all over their folders."""
    return (
        [paths[number * len(paths) // count] for number in range(count)] if len(paths) > count else [*paths]
    )


def _browsers() -> Iterator[tuple[str, Any]]:
    """The browsers that are there, one after the other: title with version, and a page."""
    with _open_chromium() as (version, page):
        yield f"Chromium {version}", page
    if FIREFOX.exists():
        with open_firefox() as firefox:
            yield f"Firefox {firefox.version}", firefox


@contextmanager
def _open_chromium() -> Iterator[tuple[str, Any]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
        page = browser.new_page()
        page.set_default_timeout(0)
        yield browser.version, page
        browser.close()


def _table(model: str, count: int, triages: Counter[str], apart: dict[str, Counter[str]]) -> str:
    kinds = ", ".join(f"{number} *{triage}*" for triage, number in triages.most_common())
    return "\n".join(
        [
            f"{count} pictures, {model}: {kinds}.\n",
            f"| equal | {' | '.join(apart)} |",
            f"|---|{'---|' * len(apart)}",
            *(
                f"| {text} | {' | '.join(str(count - each[name]) for each in apart.values())} |"
                for name, text in _ROWS.items()
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
