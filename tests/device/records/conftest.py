from dataclasses import replace

import pytest

from device.records import Records


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def records(state):
    records = Records(state)
    yield records
    records.close()


@pytest.fixture
def save(records, examination, picture):
    """Saves an examination of two small frames under a number, and gives its id."""

    def save(number, into=None, **changes):
        name = f"2026010{number}T000000000000-abcd"
        made = replace(examination, id=name, frames=examination.frames * 2, **changes)
        (into or records).save(made, picture[:30, :40], picture[30:60, :40])
        return name

    return save
