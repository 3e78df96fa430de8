"""How fast exports are: `python -m device.bench.exports`, which can write its table into a document.

Each format is made by the process that the device makes it with, of bursts of eight frames of
`bench.FRAME_SIZE`, on a disk that holds them already.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from device.bench import large_frame
from device.classifier import load_classifier
from device.classifier.preprocess import resize_field
from device.examination import BurstFrame, Examination
from device.examiner import BURST
from device.export import FORMATS, Order
from device.export.order import to_json
from device.quality import measure
from device.records import Query, Records
from device.settings import Settings

EXAMINATIONS = 60
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_BEGIN, _END = "<!-- figures -->", "<!-- end of figures -->"


def time_exports(state: Path, folder: Path) -> list[dict[str, Any]]:
    """Each format in turn, and the import of the ZIP.

    Seconds to the `start` and from there on, bytes of the file, and the most memory of the process.
    """
    figures = []
    for chosen in FORMATS:
        path = folder / f"of.{chosen}"
        count = FORMATS[chosen].most or EXAMINATIONS
        order = Order(chosen, Query(until=_FIRST + timedelta(minutes=count)))
        task = {"state": str(state), "path": str(path), "reserve": 0, "order": to_json(order)}
        figures.append({"what": chosen, "count": count} | _time(task, path))
    other, path = folder / "other", folder / "of.zip"
    Records(other).close()
    task = {"state": str(other), "path": str(path), "reserve": 0, "again": False}
    figures.append({"what": "import of the ZIP", "count": EXAMINATIONS} | _time(task, path))
    return figures


def describe(figures: Sequence[dict[str, Any]]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| what | examinations a second | MB a second | MB an examination | start, s | memory, MiB |",
        "|---|---|---|---|---|---|",
    ]
    for each in figures:
        rate, megabytes = each["count"] / each["seconds"], each["bytes"] / 1e6
        lines.append(
            f"| {each['what']} | {rate:.0f} | {megabytes / each['seconds']:.1f} "
            f"| {megabytes / each['count']:.3f} | {each['start']:.2f} | {each['peak_mib']:.0f} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write into the document that is named."""
    parser = argparse.ArgumentParser(prog="python -m device.bench.exports")
    parser.add_argument("--into", type=Path, metavar="FILE", help="a Markdown file with a place for them")
    given = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        _fill(state)
        table = describe(time_exports(state, Path(folder)))
    print(table)
    if given.into:
        text = given.into.read_text()
        head, _, rest = text.partition(_BEGIN)
        given.into.write_text(f"{head}{_BEGIN}\n{table}\n{_END}{rest.partition(_END)[2]}")
    return 0


def _fill(state: Path) -> None:
    settings = Settings()
    pixels = large_frame(settings)
    field = resize_field(pixels)
    finding = load_classifier(settings.bundle).classify([field], ())
    frames = (BurstFrame(measure(field), {"source": "bench"}),) * BURST
    first = Examination("20260101T000000000000-0000", _FIRST, finding, frames)
    records = Records(state)
    for number in range(EXAMINATIONS):
        moment = first.taken_at + timedelta(minutes=number)
        examination = replace(first, id=f"{moment:%Y%m%dT%H%M%S%f}-{number:04x}", taken_at=moment)
        records.save(examination, *[pixels] * BURST)
    records.close()


def _time(task: dict[str, Any], path: Path) -> dict[str, Any]:
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "device.export"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin as stdin:
        json.dump(task, stdin)
    first, peak = 0.0, 0.0
    # The first line comes when the process has found what to export.
    for _ in process.stdout:
        first = first or time.perf_counter()
        peak = _peak_mib(process.pid) or peak
    ended = time.perf_counter()
    if process.wait():
        raise SystemExit(f"{path}: it failed; try again")
    return {
        "start": first - begun,
        "seconds": ended - first,
        "bytes": path.stat().st_size,
        "peak_mib": peak,
    }


def _peak_mib(pid: int) -> float:
    """The most memory that a process has held (proc_pid_status(5)); 0 when it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
