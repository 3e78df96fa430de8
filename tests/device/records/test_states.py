"""The records against a plain model, by hypothesis: whatever is done in whatever order."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from device.errors import RecordsError
from device.examination import Triage
from device.records import Query, Records
from device.records.sites import REGIONS
from tests.soak.kills import FRAMES, make_examination

PIXELS = np.full((12, 16, 3), 90, np.uint8)
texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12)


class Ledger(RuleBasedStateMachine):
    """`model` holds what must be there: notes, lesion and protection by id, in the order saved."""

    examinations, persons, lesions = Bundle("examinations"), Bundle("persons"), Bundle("lesions")

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.records = Records(self.folder / "state")
        self.model, self.owner = {}, {}
        self.turn = 0

    def teardown(self):
        self.records.close()
        shutil.rmtree(self.folder)

    @rule(target=examinations, triage=st.sampled_from(Triage), keep=st.booleans())
    def press(self, triage, keep):
        self.turn += 1
        # The clock jumps at will, and with it the id; a restore takes no id of another form.
        name = f"20260101T{hash((self.turn, triage)) % 10**12:012}-{self.turn:04x}"
        made = make_examination(name)
        made = replace(made, finding=replace(made.finding, triage=triage))
        with self.records.draft(name) as draft:
            for number in range(FRAMES):
                draft.add(number, PIXELS)
            if not keep:
                return multiple()
            draft.save(made)
        self.model[name] = {"notes": "", "lesion": None, "protected": False, "triage": triage}
        return name

    @rule(target=persons, name=texts)
    def meet(self, name):
        self.turn += 1
        return self.records.persons.add(f"P-{self.turn}", name=name).id

    @rule(target=lesions, person=persons, region=st.sampled_from(["", *REGIONS]))
    def find_lesion(self, person, region):
        try:
            lesion = self.records.lesions.add(person, region=region)
        except RecordsError:
            assert self.records.persons.get(person) is None
            return multiple()
        self.owner[lesion.id] = person
        return lesion.id

    @rule(name=examinations, lesion=lesions)
    def assign(self, name, lesion):
        if lesion not in self.owner:
            return
        assert self.records.assign(name, lesion) == (name in self.model)
        if name in self.model:
            self.model[name]["lesion"] = lesion

    @rule(name=examinations, notes=texts, protected=st.booleans())
    def edit(self, name, notes, protected):
        assert self.records.note(name, notes) == self.records.protect(name, protected) == (name in self.model)
        if name in self.model:
            self.model[name] |= {"notes": notes, "protected": protected}

    @rule(name=consumes(examinations))
    def delete(self, name):
        self.records.deletion.examinations([name])
        self.model.pop(name, None)

    @rule(person=consumes(persons))
    def forget(self, person):
        self.records.deletion.person(person)
        gone = {lesion for lesion, owner in self.owner.items() if owner == person}
        self.model = {name: kept for name, kept in self.model.items() if kept["lesion"] not in gone}
        self.owner = {lesion: owner for lesion, owner in self.owner.items() if owner != person}

    @rule()
    def start_again(self):
        self.records.close()
        self.records = Records(self.folder / "state")

    @rule()
    def move_to_another_device(self):
        self.records.backups.write(self.folder / "all.tar")
        self.records.close()
        shutil.rmtree(self.folder / "state")
        self.records = Records(self.folder / "state")
        self.records.backups.restore(self.folder / "all.tar")

    @rule(triage=st.none() | st.sampled_from(Triage), size=st.integers(1, 3))
    def search(self, triage, size):
        found, before = [], None
        while page := self.records.search(Query(triage=triage), size, before):
            found += [line.id for line in page]
            before = page[-1].number
        assert found == [
            name for name, expected in reversed(self.model.items()) if triage in (None, expected["triage"])
        ]

    @invariant()
    def the_records_are_what_was_done(self):
        lines = {line.id: line for line in reversed(self.records.search(Query(), 10_000))}
        assert list(lines) == list(self.model)
        for name, expected in self.model.items():
            line = lines[name]
            assert (line.notes, line.lesion or None, line.protected) == (
                expected["notes"],
                expected["lesion"],
                expected["protected"],
            )
            assert self.records.integrity.check(name) == {}
        assert self.records.integrity.find_strays() == []


Ledger.TestCase.settings = settings(
    max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLedger = Ledger.TestCase
