"""Persons and their lesions: pages, and the same for programs. One room a concern."""

from flask import Flask

from device.records import Records
from device.web.people import api, assignment, compare, lesions, persons
from device.web.people.bodymap import REGION_TITLES, VIEWS
from device.web.people.words import CONFIRMATIONS, SEXES, SKIN_TYPES


def install(app: Flask, records: Records) -> None:
    """Give the templates of `app` the words and the drawing that the pages need."""
    app.jinja_env.globals.update(
        body_views=VIEWS,
        regions=REGION_TITLES,
        sexes=SEXES,
        skin_types=SKIN_TYPES,
        confirmations=CONFIRMATIONS,
        assignment=lambda examination_id: assignment.look(records, examination_id),
    )


ROOMS = (persons.room, lesions.room, assignment.room, api.room, compare.room)
