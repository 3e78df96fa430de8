"""Kills a process in the middle of saves, edits and deletions, and holds the records to what it said.

`python -m tests.soak.kills FOLDER --kills 200` does it; `--work SEED` is the process that gets killed.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from device.classes import HAM10000
from device.examination import BurstFrame, Examination, Finding, Quality, Triage
from device.records import Query, Records

FRAMES = 3
LONGEST_SECONDS = 0.6
MOST_KEPT = 60
"""Examinations; then more are deleted than saved, or each check would take longer than the one before."""


@dataclass
class Said:
    """What the process announced: notes by id, what it deleted, and what it was about when it was killed."""

    notes: dict[str, set[str]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)

    def hear(self, line: dict[str, str]) -> None:
        name, note = line["id"], line.get("note", "")
        match line["say"], line["what"]:
            case "begin", "note":
                self.notes[name].add(note)
            case "done", "note":
                self.notes[name] = {note}
            case "begin", _:
                self.doubtful.add(name)
            case "done", what:
                self.doubtful.discard(name)
                if what == "delete":
                    self.deleted.add(name)
                    self.notes.pop(name, None)
                else:
                    self.notes[name] = {""}


def make_examination(name: str) -> Examination:
    finding = Finding(
        dict.fromkeys(HAM10000.codes, 1 / 7),
        ("nv",),
        0.4,
        False,
        Triage.WATCH,
        (),
        np.zeros((7, 7), np.float32),
        "m",
        HAM10000,
    )
    frames = tuple(BurstFrame(Quality({"focus": 0.5})) for _ in range(FRAMES))
    return Examination(name, datetime.now(UTC), finding, frames)


def work(folder: Path, seed: int) -> None:
    """Change the records at random for ever, saying each time what comes and what is done."""
    chance = random.Random(seed)
    records = Records(folder)
    pixels = np.full((48, 64, 3), 90, np.uint8)
    known = [each.id for each in records.search(QUERY, 10_000)]
    tell(say="ready", what="", id="")
    for turn in range(10**6):
        what = chance.choice(("save", "save" if len(known) < MOST_KEPT else "delete", "note", "delete"))
        name = f"{seed}-{turn}" if what == "save" or not known else chance.choice(known)
        what = "save" if name not in known else what
        note = f"note {seed} {turn}" if what == "note" else ""
        tell(say="begin", what=what, id=name, note=note)
        if what == "save":
            examination = make_examination(name)
            with records.draft(name) as draft:
                for number in range(FRAMES):
                    draft.add(number, pixels)
                if chance.random() < 0.2:
                    continue
                draft.save(replace(examination, best=chance.randrange(FRAMES)))
            known.append(name)
        elif what == "note":
            records.note(name, note)
        else:
            records.deletion.examinations([name])
            known.remove(name)
        tell(say="done", what=what, id=name, note=note)


def tell(**line: str) -> None:
    print(json.dumps(line), flush=True)


def run(folder: Path, kills: int, seed: int = 1) -> dict[str, int]:
    """Kill so many times, checking after each. Returns what was checked; raises AssertionError."""
    chance, said = random.Random(seed), Said()
    counts = {"kills": 0, "announced": 0, "in the middle": 0}
    for turn in range(kills):
        command = [sys.executable, "-m", "tests.soak.kills", str(folder), "--work", str(seed * 1000 + turn)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert json.loads(process.stdout.readline())["say"] == "ready"
            time.sleep(chance.uniform(0, LONGEST_SECONDS))
            process.send_signal(signal.SIGKILL)
            lines = [
                json.loads(line)
                for line in process.stdout.read().splitlines(keepends=True)
                if line[-1] == "\n"
            ]
        for line in lines:
            said.hear(line)
        counts["kills"] += 1
        counts["announced"] += sum(line["say"] == "done" for line in lines)
        counts["in the middle"] += bool(lines) and lines[-1]["say"] == "begin"
        check(folder, said)
    return counts


def check(folder: Path, said: Said) -> None:
    """Nothing announced is lost, nothing deleted is left, and files and rows are there together or not."""
    records = Records(folder)
    kept = {line.id: line for line in records.search(QUERY, 100_000)}
    for name in said.doubtful:
        # Either is right of what was not announced.
        if name in kept:
            said.notes.setdefault(name, {""})
        else:
            said.notes.pop(name, None)
    said.doubtful.clear()
    assert set(kept) == set(said.notes)
    for name, notes in said.notes.items():
        assert kept[name].notes in notes
        said.notes[name] = {kept[name].notes}
        assert records.get(name) is not None
        assert records.integrity.check(name) == {}
    assert not said.deleted & set(kept)
    assert records.integrity.find_strays() == []
    assert not records.trouble
    records.close()


QUERY = Query()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--work", type=int)
    parser.add_argument("--kills", type=int, default=200)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    if given.work is not None:
        work(given.folder, given.work)
    elif given.folder:
        print(run(given.folder, given.kills))
    else:
        with tempfile.TemporaryDirectory() as folder:
            print(run(Path(folder), given.kills))


if __name__ == "__main__":
    main()
