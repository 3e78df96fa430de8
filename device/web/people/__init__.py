"""Persons and their lesions: pages, and the same for programs. One blueprint a concern."""

from flask import Flask

from device.examination import MALIGNANT
from device.records import Records
from device.web.bodymap import REGION_TITLES, VIEWS
from device.web.people import api, assignment, lesions, persons
from device.web.people.words import CONFIRMATIONS, DIAGNOSES, SEXES, SKIN_TYPES


def install(app: Flask, records: Records) -> None:
    """Add the pages to `app`, and to its templates the words and the drawing that they need."""
    app.jinja_env.globals.update(
        body_views=VIEWS,
        regions=REGION_TITLES,
        malignant=MALIGNANT,
        sexes=SEXES,
        skin_types=SKIN_TYPES,
        diagnoses=DIAGNOSES,
        confirmations=CONFIRMATIONS,
        assignment=lambda examination_id: assignment.look(records, examination_id),
    )
    app.register_blueprint(persons.blueprint(records))
    app.register_blueprint(lesions.blueprint(records))
    app.register_blueprint(assignment.blueprint(records))
    app.register_blueprint(api.blueprint(records))
