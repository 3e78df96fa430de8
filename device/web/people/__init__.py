"""Persons and their lesions: pages, and the same for programs. One room a concern."""

from flask import Flask, g

from device.records import Records
from device.records.values import revision_of
from device.visit import Visits
from device.web.people import api, assignment, compare, lesions, persons
from device.web.people.bodymap import REGION_TITLES, VIEWS
from device.web.people.words import CONFIRMATIONS, CONFIRMED_BY, SEXES, SKIN_TYPES


def install(app: Flask, records: Records, visits: Visits) -> None:
    """Give the templates of `app` the words and the drawing that the pages need."""

    def assigned(examination_id: str) -> assignment.Assignment:
        # A page asks more than once.
        known: dict[str, assignment.Assignment] = g.setdefault("assignments", {})
        if examination_id not in known:
            visit = visits.current
            known[examination_id] = assignment.look(records, examination_id, visit.person if visit else "")
        return known[examination_id]

    app.jinja_env.globals.update(
        body_views=VIEWS,
        regions=REGION_TITLES,
        sexes=SEXES,
        skin_types=SKIN_TYPES,
        confirmations=CONFIRMATIONS,
        confirmed_by=CONFIRMED_BY,
        assignment=assigned,
        revision_of=revision_of,
    )


ROOMS = (persons.room, lesions.room, assignment.room, api.room, compare.room)
