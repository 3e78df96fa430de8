"""Persons and their lesions: pages, and the same for programs. One room a concern."""

from flask import Flask

from device.records import Records
from device.visit import Visits
from device.web.people import api, assignment, compare, lesions, persons
from device.web.people.bodymap import REGION_TITLES, VIEWS
from device.web.people.words import CONFIRMATIONS, SEXES, SKIN_TYPES


def install(app: Flask, records: Records, visits: Visits) -> None:
    """Give the templates of `app` the words and the drawing that the pages need."""

    def assigned(examination_id: str) -> assignment.Assignment:
        visit = visits.current
        return assignment.look(records, examination_id, visit.person if visit else "")

    app.jinja_env.globals.update(
        body_views=VIEWS,
        regions=REGION_TITLES,
        sexes=SEXES,
        skin_types=SKIN_TYPES,
        confirmations=CONFIRMATIONS,
        assignment=assigned,
    )


ROOMS = (persons.room, lesions.room, assignment.room, api.room, compare.room)
