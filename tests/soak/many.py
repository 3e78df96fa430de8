"""Times the history over 100,000 examinations: `python -m tests.soak.many` prints one line a query.

CPU time stands beside wall time, since that one is noisy on a busy machine.
"""

import json
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from device.classes import HAM10000
from device.examination import Triage
from device.records import Query, Records
from device.records.sites import REGIONS
from device.records.words import fold
from device.serialization import examination_to_json
from tests.soak.kills import make_examination

START = datetime(2020, 1, 1, tzinfo=UTC)
MARCH = {"since": datetime(2020, 3, 1, tzinfo=UTC), "until": datetime(2020, 4, 1, tzinfo=UTC)}
QUERIES = {
    "newest": Query(),
    "triage": Query(triage=Triage.RETAKE),
    "class": Query(likeliest="vasc"),
    "class, triage, confirmed": Query(likeliest="vasc", triage=Triage.RETAKE, confirmed=True),
    "confirmed": Query(confirmed=True),
    "not confirmed": Query(confirmed=False),
    "not assigned": Query(assigned=False),
    "site, class, triage": Query(site="oral/genital", likeliest="vasc", triage=Triage.REFER),
    "a month": Query(**MARCH),
    "a month, class": Query(**MARCH, likeliest="vasc"),
    "text in every third": Query(text="itchy"),
    "text of one person": Query(text="P-00042"),
    "text of nobody": Query(text="zzzz"),
    "text of nobody, confirmed": Query(text="zzzz", confirmed=True),
}
REPEATS = 9


def fill(folder: Path, count: int) -> Records:
    """Records of so many examinations, a tenth as many persons and a quarter as many lesions; no pictures."""
    chance, records = random.Random(1), Records(folder)
    document = examination_to_json(make_examination("x"))
    document["frames"] = [
        {**document["frames"][0], "metadata": {f"key {n}": n * 1.2345 for n in range(30)}}
    ] * 8
    with records._database.alone() as writer:
        writer.execute("PRAGMA synchronous = OFF")
        writer.execute("BEGIN")
        for n in range(count // 10):
            writer.execute(
                "INSERT INTO person (id, pseudonym, name, sex, notes, words) VALUES (?, ?, ?, '', '', ?)",
                (f"{n:016x}", f"P-{n:05}", f"Name {n}", fold(f"P-{n:05}", f"Name {n}")),
            )
        for n in range(count // 4):
            confirmed = chance.random() < 0.3
            writer.execute(
                "INSERT INTO lesion (id, person, label, region, notes, diagnosis, confirmed_by, confirmed_on,"
                " in_words, words) VALUES (?, ?, '', ?, '', ?, ?, '', '', ?)",
                (
                    f"{n:016x}",
                    f"{chance.randrange(count // 10):016x}",
                    chance.choice(list(REGIONS)),
                    "mel" if confirmed else "",
                    "histopathology" if confirmed else "",
                    f"spot {n}",
                ),
            )
        for n in range(count):
            taken_at = START + timedelta(minutes=20 * n)
            name = f"{taken_at:%Y%m%dT%H%M%S%f}-{n % 65536:04x}"
            note = f"note {n}: itchy for a while" if n % 3 == 0 else ""
            writer.execute(
                "INSERT INTO examination (id, taken_at, triage, likeliest, malignancy, lesion, notes, words)"
                " VALUES (?, ?, ?, ?, 0.5, ?, ?, ?)",
                (
                    name,
                    int(taken_at.timestamp()),
                    chance.choices(list(Triage), [5, 20, 3, 2])[0].value,
                    chance.choices(HAM10000.codes, [2, 3, 8, 1, 2, 80, 1])[0],
                    f"{chance.randrange(count // 4):016x}" if n % 5 else None,
                    note,
                    fold(note),
                ),
            )
            document |= {"id": name, "taken_at": taken_at.isoformat()}
            writer.execute("INSERT INTO document VALUES (?, ?)", (name, json.dumps(document)))
        writer.execute("COMMIT")
    return records


def main() -> None:
    """Fill, and time each query for the first page and for one from the middle."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        records = fill(Path(folder), count)
        print("| query | CPU, ms | wall, median ms | from the middle, CPU ms |\n|---|---|---|---|")
        for name, query in QUERIES.items():
            cpu, wall, middle = [], [], []
            for _ in range(REPEATS):
                start = time.perf_counter(), time.process_time()
                records.search(query)
                wall.append(1000 * (time.perf_counter() - start[0]))
                cpu.append(1000 * (time.process_time() - start[1]))
                begin = time.process_time()
                records.search(query, before=count // 2)
                middle.append(1000 * (time.process_time() - begin))
            print(
                f"| {name} | "
                + " | ".join(f"{statistics.median(each):.1f}" for each in (cpu, wall, middle))
                + " |"
            )
        records.close()


if __name__ == "__main__":
    main()
