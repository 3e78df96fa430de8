"""Damages each file of a device in each way, and counts what comes back: `python -m tests.soak.damage`.

Each case starts from the same state: 60 examinations of a person with a lesion, and an owner with a
token. The damage is done as if the power was off. Then the device starts, saves one more examination,
takes its next copy, and what can be brought back is brought back.
"""

import argparse
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from device.access import Access, open_access
from device.errors import RecordsError
from device.records import Query, Records
from model_build.marks import write_between_marks
from tests.soak.kills import FRAMES, make_examination

COUNT = 60
RECORDS, ACCESS = "records.sqlite3", "access.sqlite3"
FILES = (RECORDS, "newest copy of the records", "announced", "a picture", ACCESS)
PIXELS = np.full((24, 32, 3), 90, np.uint8)


def _spoil(path: Path, start: int, length: int) -> None:
    data = bytearray(path.read_bytes())
    end = min(len(data), start + length)
    data[start:end] = b"\xa5" * (end - start)
    path.write_bytes(data)


def _flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


KINDS: dict[str, Callable[[Path, random.Random], object]] = {
    "header": lambda path, chance: _spoil(path, 0, 100),
    "half": lambda path, chance: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "zero": lambda path, chance: path.write_bytes(b""),
    "middle": lambda path, chance: _spoil(path, path.stat().st_size // 2 & ~4095, 4096),
    "one bit": _flip,
    "missing": lambda path, chance: path.unlink(),
}


@dataclass(frozen=True)
class Outcome:
    """Examinations that are whole, of how many known; if the PIN still opens; if the damage was reported."""

    examinations: int
    known: int
    may_enter: bool
    reported: bool

    def __str__(self) -> str:
        entry = "" if self.may_enter else ", a new PIN is needed"
        return f"{self.examinations} of {self.known}{entry}"


def make_state(folder: Path, copied: bool) -> str:
    """A device as it stands after some days, without or with a copy of what it holds; the owner's PIN."""
    with closing(open_access(folder)) as access, closing(Records(folder)) as records:
        pin = access.accounts.first_pin()
        access.audit.write("owner", "login")
        person = records.persons.add("P-1", name="Ann")
        lesion = records.lesions.add(person.id, region="face")
        for number in range(COUNT):
            name = f"20260101T{number:012}-abcd"
            records.save(make_examination(name), *[PIXELS] * FRAMES)
            records.assign(name, lesion.id)
            records.note(name, f"note {number}")
        if copied:
            records.copies.take()
            access.keep_copy()
    assert pin
    return pin


def find(folder: Path, file: str) -> Path:
    """Where a file of the table lies."""
    if file.startswith("newest"):
        return max((folder / "backups").glob("records-*.sqlite3"))
    return folder / f"images/20260101T{30:012}-abcd.jpg" if file == "a picture" else folder / file


def try_case(state: Path, pin: str, file: str, kind: str, seed: int = 0) -> Outcome:
    """Damage a copy of the state, start, go on, recover, and count."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(shutil.copytree(state, Path(name) / "state"))
        KINDS[kind](find(folder, file), random.Random(f"{file} {kind} {seed}"))
        with closing(open_access(folder)) as access, closing(Records(folder)) as records:
            reported = bool(records.trouble)
            records.save(make_examination("20260102T000000000000-abcd"), *[PIXELS] * FRAMES)
            if not records.trouble:
                _look_at_everything(records)
            reported = reported or bool(records.trouble or records.warnings)
            _take_next_copies(records, access)
            found = records.recovery.recover()
            whole = [line for line in records.search(Query(), 999) if _is_whole(records, line.id)]
            assert not records.trouble, records.trouble
            assert "20260102T000000000000-abcd" in {line.id for line in whole}, "the newest was lost"
            return Outcome(len(whole) - 1, found.known - 1, access.accounts.find(pin) is not None, reported)


def _look_at_everything(records: Records) -> None:
    for _ in range(COUNT + 2):
        records.integrity.check_next()
    records.integrity.check_persons_and_lesions()


def _take_next_copies(records: Records, access: Access) -> None:
    """As after some days: the copies of before the damage must not be worsened by them."""
    for _ in range(5):
        # The caretaker goes on when a copy is refused.
        with suppress(RecordsError):
            records.copies.take()
        access.audit.write("owner", "login")
        access.keep_copy()


def _is_whole(records: Records, examination_id: str) -> bool:
    try:
        details = records.details(examination_id)
    except Exception:
        return False
    if details is None or details.faults or details.line.damaged:
        return False
    number = int(examination_id[9:21])
    mine = examination_id.startswith("20260101")
    return not mine or (
        details.line.notes == f"note {number}"
        and details.person is not None
        and not details.person.damaged
        and details.person.name == "Ann"
    )


def run(seeds: int = 1) -> Iterator[tuple[str, str, bool, Outcome]]:
    """Every case: file, kind of damage, whether a copy had been taken, and the worst outcome."""
    with tempfile.TemporaryDirectory() as name:
        states = {copied: Path(name) / str(copied) for copied in (False, True)}
        pins = {copied: make_state(state, copied) for copied, state in states.items()}
        for file in FILES:
            for kind in KINDS:
                tries = seeds if kind == "one bit" else 1
                for copied, state in states.items():
                    outcomes = [try_case(state, pins[copied], file, kind, seed) for seed in range(tries)]
                    worst = min(outcomes, key=lambda each: (each.examinations, each.may_enter))
                    yield file, kind, copied, worst


def table(seeds: int) -> str:
    """The outcomes as Markdown: a row a file and kind of damage."""
    found = {(file, kind, copied): outcome for file, kind, copied, outcome in run(seeds)}
    lines = ["| file | damage | before the first copy | after it |", "|---|---|---|---|"]
    lines += [
        f"| {file} | {kind} | {found[file, kind, False]} | {found[file, kind, True]} |"
        for file in FILES
        for kind in KINDS
    ]
    return "\n".join(lines)


def main() -> None:
    """Try all, print the table, and write it into the document that is named."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.damage")
    parser.add_argument("--into", type=Path, metavar="FILE", help="a Markdown file with a place for it")
    parser.add_argument("--seeds", type=int, default=25, help="how many single bits are flipped in each file")
    given = parser.parse_args()
    written = table(given.seeds)
    print(written)
    if given.into:
        write_between_marks(given.into, written, "damage")


if __name__ == "__main__":
    main()
