"""Times the pages over 100,000 examinations: `python -m tests.soak.pages`, which can write into a document.

Each page is asked for over HTTP, one after the other, so that what disturbs the machine disturbs all of them.
"""

import argparse
import http.client
import posixpath
import re
import statistics
import tempfile
import time
from http import HTTPStatus
from pathlib import Path

from device.app import App, build_app
from device.records import Query
from device.settings import Settings
from device.web.server import serve
from model_build.marks import write_between_marks
from tests.soak.many import fill
from tests.support import ServerThread, free_port

COUNT, ROUNDS = 100_000, 100
_SECRET = "of the bench"


def paths(house: App) -> dict[str, str]:
    """The pages by name, with an examination, a lesion and a person from the middle."""
    records = house.records
    middle = records.search(Query(assigned=True), before=COUNT // 2)[0]
    lesion = records.lesions.get(middle.lesion)
    return {
        "Live": "/",
        "Finding": f"/examinations/{middle.id}",
        "Person": f"/persons/{lesion.person}",
        "Lesion": f"/lesions/{lesion.id}",
        "People": "/persons",
        "People, by a name": "/persons?q=P-00042",
        "History": "/history",
        "History, from the middle": f"/history?before={COUNT // 2}",
        "History, text in every third": "/history?text=itchy",
        "History, class and triage": "/history?class=vasc&triage=retake",
        "History, text of nobody": "/history?text=zzzz",
        "Report": "/report",
        "Exports": "/exports",
        "Health": "/health",
        "Settings": "/settings",
        "Log": "/settings/log",
        "About": "/about",
        "API, examinations": "/api/v1/examinations",
    }


def time_pages(port: int, pages: dict[str, str]) -> dict[str, list[float]]:
    """Milliseconds of each page, from the request to the last byte."""
    client = http.client.HTTPConnection("127.0.0.1", port)
    times: dict[str, list[float]] = {name: [] for name in pages}
    for number in range(ROUNDS + 1):
        for name, path in pages.items():
            begun = time.perf_counter()
            client.request("GET", path, headers={"Authorization": f"Bearer {_SECRET}"})
            answer = client.getresponse()
            answer.read()
            if answer.status != HTTPStatus.OK:
                raise SystemExit(f"{path} answers with {answer.status}")
            # The first round fills the caches, as an open device has them.
            if number:
                times[name].append(1000 * (time.perf_counter() - begun))
    return times


def weigh(port: int) -> int:
    """Bytes of the live page and of all that it loads, without the live pictures."""
    client = http.client.HTTPConnection("127.0.0.1", port)
    waiting, seen, weight = ["/"], {"/"}, 0
    while waiting:
        path = waiting.pop()
        client.request("GET", path, headers={"Authorization": f"Bearer {_SECRET}"})
        body = client.getresponse().read()
        weight += len(body)
        if path == "/" or path.endswith(".js"):
            found = re.findall(r'(?:href|src)="(/static/[^"]+)"|from "\./([^"]+)"', body.decode())
            named = {
                linked or posixpath.join(posixpath.dirname(path), imported) for linked, imported in found
            } - seen
            waiting += named
            seen |= named
    return weight


def describe(times: dict[str, list[float]]) -> str:
    """Median and 95th percentile as a Markdown table."""
    lines = ["| page | median, ms | p95, ms |", "|---|---|---|"]
    for name, each in times.items():
        lines.append(
            f"| {name} | {statistics.median(each):.1f} | {statistics.quantiles(each, n=20)[-1]:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Fill, time, print, and write into the document that is named."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.pages")
    parser.add_argument("--into", type=Path, metavar="FILE", help="a Markdown file with a place for them")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), COUNT).close()
        settings = Settings(mock_pins=True, state=Path(folder), port=free_port())
        with (
            build_app(settings) as house,
            ServerThread(serve(house.app, settings.host, settings.port)),
        ):
            house.access.admit_local(_SECRET)
            house.ring.newest()
            table = describe(time_pages(settings.port, paths(house)))
            first = (
                f"The first load of the live page is {weigh(settings.port) / 1000:.0f} kB, without pictures."
            )
    table = f"{table}\n\n{first}"
    print(table)
    if given.into:
        write_between_marks(given.into, table)


if __name__ == "__main__":
    main()
