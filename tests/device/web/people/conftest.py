"""The page over real parts, a person with a lesion, and examinations."""

from dataclasses import replace

import pytest

from device.records.values import Sex


@pytest.fixture
def save(site, examination, picture):
    """Saves an examination with a number, and gives its id."""

    def save(number):
        made = replace(examination, id=f"20260102T0304050006{number:02}-beef")
        site.records.save(made, picture)
        return made.id

    return save


@pytest.fixture
def ann(site):
    return site.records.persons.add("P-1", name="Ann", birth_year=1950, sex=Sex.FEMALE, skin_type=2)


@pytest.fixture
def mole(site, ann):
    return site.records.lesions.add(ann.id, label="the large one", region="left-shin", notes="grows")
