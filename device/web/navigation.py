"""The pages that every other page leads to."""

from flask import Flask

from device.web.auth import may_open
from device.words.marks import N_

ENTRIES = (
    ("pages.home", N_("Live")),
    ("persons.index", N_("People")),
    ("history.page", N_("History")),
    ("browser.page", N_("Try a picture")),
    ("report.page", N_("Report")),
    ("exports.page", N_("Exports")),
    ("health.page", N_("Health")),
    ("settings.page", N_("Settings")),
    ("about.page", N_("About")),
)
"""Endpoints, and what their links are called."""


def install(app: Flask) -> None:
    """Give every template of `app` the entries, as pairs of endpoint and title, that one may open.

    And `may_open(endpoint)` for all others.
    """

    def describe() -> dict[str, object]:
        return {
            "ways": [each for each in ENTRIES if may_open(each[0])],
            "may_open": may_open,
        }

    app.context_processor(describe)
