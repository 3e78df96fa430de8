"""Pulls the plug of a machine again and again while people use it, and looks after each boot what is lost."""

import http.client
import itertools
import json
import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from model_build.marks import write_between_marks
from tools.box.machine import Machine, wait_for
from tools.box.proof import Proof
from tools.box.system import System

PEOPLE = 3
LONGEST_SECONDS = 6.0
"""How long the device is used before the plug is pulled: at any moment up to this one."""
PATIENCE_SECONDS = 180.0
"""How long a boot may take until the device answers: the box shares its machine, and isn't timed."""
MOST_KEPT = 24
"""Examinations; then more are deleted than taken, or each look would take longer than the one before."""

_GOOD = ("camera", "model", "disk", "records", "front")
"""Parts whose health has to be good after each boot; no other may be bad."""
_AGAIN_SECONDS = 0.3
_NOBODY_BEHIND = (http.client.BAD_GATEWAY, http.client.GATEWAY_TIMEOUT)
"""What the server in front says when the device behind it has ended before it has itself."""


@dataclass
class Announced:
    """What the device answered that it has done, and what was asked of it when the plug was pulled.

    `notes` holds for each examination the notes that it may have: several where one wasn't answered yet.
    """

    notes: dict[str, set[str]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    doubtful: dict[str, set[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: {"examinations": 0, "notes": 0, "deletions": 0})

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._in_use: set[str] = set()

    def take(self, chance: random.Random) -> str | None:
        """An examination for one person alone, until it is given back."""
        with self._lock:
            free = sorted(set(self.notes) - self._in_use)
            if not free:
                return None
            name = chance.choice(free)
            self._in_use.add(name)
            return name

    def give_back(self, name: str) -> None:
        """Another person may take it."""
        with self._lock:
            self._in_use.discard(name)

    def count(self, what: str) -> None:
        """One more was announced."""
        with self._lock:
            self.counts[what] += 1

    def release(self) -> None:
        """Nobody uses any: the plug was pulled."""
        self._in_use.clear()

    def settle(self, name: str, notes: str | None) -> None:
        """What the device says after a boot: the notes of one that was doubtful, None: there is none."""
        allowed = self.doubtful.pop(name)
        if notes is None:
            self.deleted.add(name)
        else:
            self.notes[name] = allowed


class Person(threading.Thread):
    """Presses, writes notes and deletes until the plug is pulled.

    Where the device doesn't answer, as when its watchdog starts it again on a busy machine, it is asked
    again: only what it answered counts as announced. `fault` is a wrong answer.
    """

    def __init__(self, machine: Machine, announced: Announced, seed: int) -> None:
        super().__init__()
        self._machine, self._announced = machine, announced
        self._seed, self._chance = seed, random.Random(seed)
        self.stop = threading.Event()
        self.fault: Exception | None = None

    def run(self) -> None:
        """Until `stop` is set."""
        for turn in itertools.count():
            if self.stop.is_set():
                return
            try:
                self._do_something(f"note {self._seed} {turn}")
            except OSError:
                self.stop.wait(_AGAIN_SECONDS)
            except Exception as error:
                # Where the disk ends an instant before the device, it refuses, and says that the card fails.
                self.fault = None if self.stop.is_set() else error
                return

    def _do_something(self, note: str) -> None:
        known = self._announced
        crowded = len(known.notes) > MOST_KEPT
        rest = ("delete",) * 4 if crowded else ("press",) * 4
        what = self._chance.choice((*rest, "press", "note", "note", "delete"))
        name = None if what == "press" else known.take(self._chance)
        if name is None:
            self.press()
        elif what == "note":
            self._note(name, note)
            known.give_back(name)
        else:
            self._remove(name)
            known.give_back(name)

    def press(self) -> None:
        """Press once. Raises OSError where nobody answers."""
        status, examination = self._machine.press()
        # Another one's press may be under way.
        if answered((status, examination), http.client.CREATED, http.client.CONFLICT) == http.client.CREATED:
            self._announced.notes[examination["id"]] = {""}
            self._announced.count("examinations")

    def _note(self, name: str, note: str) -> None:
        self._announced.notes[name] |= {note}
        answer = self._machine.patch(f"/api/v1/examinations/{name}", json.dumps({"notes": note}))
        answered(answer, http.client.OK)
        self._announced.notes[name] = {note}
        self._announced.count("notes")

    def _remove(self, name: str) -> None:
        self._announced.doubtful[name] = self._announced.notes.pop(name)
        answered(self._machine.delete(f"/api/v1/examinations/{name}"), http.client.NO_CONTENT)
        del self._announced.doubtful[name]
        self._announced.deleted.add(name)
        self._announced.count("deletions")


def answered(answer: tuple[int, object], *expected: int) -> int:
    """The status of an answer, if it is one of these.

    Raises OSError where nobody answered, AssertionError for another.
    """
    status, body = answer
    if status in _NOBODY_BEHIND:
        raise ConnectionError("nobody answered")
    assert status in expected, f"answered with {status}: {body!r}"
    return status


class Plugs:
    """The steps, on one machine that the device was put on."""

    def __init__(self, system: System, seed: int = 1) -> None:
        self._system, self._machine = system, system.machine
        self._chance, self._announced = random.Random(seed), Announced()
        self._pulled = self._failed = 0
        self._slowest = 0.0

    def prove(self, proof: Proof, count: int) -> None:
        """Put the device on it, and pull its plug so many times."""
        for name, act in (("boot", self._system.boot), ("deploy", self._system.install)):
            if not proof.step(name, act):
                return
        for number in range(1, count + 1):
            passed = proof.step(f"plug {number} of {count}", self._pull_and_look)
            self._pulled, self._failed = number, self._failed + (not passed)
            if not self._machine.is_on:
                return

    def write(self, document: Path) -> None:
        """The counts as a table, between the marks of the document."""
        counts = self._announced.counts
        rows = {
            "plugs pulled": self._pulled,
            "examinations announced": counts["examinations"],
            "notes announced": counts["notes"],
            "deletions announced": counts["deletions"],
            "boots after which something was lost, damaged, locked or back": self._failed,
            "longest from power to ready": f"{self._slowest:.0f} s",
        }
        table = [("what", "how many"), ("---", "---"), *rows.items()]
        write_between_marks(document, "\n".join(f"| {what} | {figure} |" for what, figure in table), "plugs")

    def _pull_and_look(self) -> str:
        moment = self._chance.uniform(0, LONGEST_SECONDS)
        faults = self._use_until(moment)
        start = time.monotonic()
        self._machine.boot()
        wait_for(self._logs_in, PATIENCE_SECONDS, "ready, and the PIN of before opens")
        seconds = time.monotonic() - start
        self._slowest = max(self._slowest, seconds)
        self._look_at_announced()
        self._look_at_health()
        self._system.check_records()
        wait_for(self._presses, PATIENCE_SECONDS, "a press works")
        assert not faults, faults
        kept = len(self._announced.notes)
        return f"pulled after {moment:.2f} s, ready after {seconds:.1f} s, {kept} examinations are there"

    def _logs_in(self) -> bool:
        try:
            return bool(self._machine.status().get("ready")) and self._machine.get("/")[0] == http.client.OK
        except OSError:
            return False

    def _presses(self) -> bool:
        """Whether a press works now; it has to be there after the next plug, too."""
        before = self._announced.counts["examinations"]
        person = Person(self._machine, self._announced, 0)
        with suppress(OSError):
            person.press()
        return self._announced.counts["examinations"] > before

    def _use_until(self, moment: float) -> list[Exception]:
        """Let people use it, and pull the plug; what it answered wrong before."""
        wait_for(self._logs_in, PATIENCE_SECONDS, "the PIN of before opens")
        seeds = [self._chance.randrange(10**9) for _ in range(PEOPLE)]
        people = [Person(self._machine, self._announced, seed) for seed in seeds]
        for person in people:
            person.start()
        time.sleep(moment)
        for person in people:
            person.stop.set()
        self._machine.pull_the_plug()
        for person in people:
            person.join()
        return [person.fault for person in people if person.fault]

    def _look_at_announced(self) -> None:
        known = self._announced
        known.release()
        for name in list(known.doubtful):
            known.settle(name, self._notes_of(name))
        for name, allowed in known.notes.items():
            notes = self._notes_of(name)
            assert notes is not None, f"examination {name} was announced and is lost"
            assert notes in allowed, f"examination {name} says {notes!r}, not one of {allowed}"
            known.notes[name] = {notes}
        back = [name for name in known.deleted if self._notes_of(name) is not None]
        assert not back, f"deleted and back: {back}"
        # Looked for once: what stays away after one boot doesn't come back with a later one.
        known.deleted.clear()

    def _get(self, path: str) -> tuple[int, bytes]:
        """The answer of the device itself, which may start again meanwhile."""
        answers: list[tuple[int, bytes]] = []

        def is_answered() -> bool:
            with suppress(OSError):
                answers.append(self._machine.get(path))
            return bool(answers) and answers[-1][0] not in _NOBODY_BEHIND

        wait_for(is_answered, PATIENCE_SECONDS, path)
        return answers[-1]

    def _notes_of(self, name: str) -> str | None:
        """What the device says of the examination; None where it knows none."""
        status, body = self._get(f"/api/v1/examinations/{name}/assignment")
        if status == http.client.NOT_FOUND:
            return None
        assert status == http.client.OK, f"examination {name}: {status} {body[:200]!r}"
        examination, _ = self._get(f"/api/v1/examinations/{name}")
        assert examination == http.client.OK, f"examination {name}: {examination}"
        return str(json.loads(body)["notes"])

    def _look_at_health(self) -> None:
        faults: dict[str, str] = {}

        def is_good() -> bool:
            health = json.loads(self._get("/api/v1/health")[1])["health"]
            states = {each["part"]: each["state"] for each in health}
            bad = [part for part, state in states.items() if state == "bad"]
            unwell = [part for part in _GOOD if part in states and states[part] != "good"]
            faults.clear()
            faults.update({each["part"]: each["sentence"] for each in health if each["part"] in bad + unwell})
            return not faults

        try:
            wait_for(is_good, PATIENCE_SECONDS, "good health")
        except AssertionError as error:
            raise AssertionError(f"{error}: {faults}") from error
