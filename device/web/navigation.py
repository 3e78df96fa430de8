"""The pages that every other page leads to."""

from flask import Flask

from device.web.auth import may_open

ENTRIES = (
    ("pages.home", "Live"),
    ("persons.index", "People"),
    ("history.page", "History"),
    ("report.page", "Report"),
    ("exports.page", "Exports"),
    ("health.page", "Health"),
    ("settings.page", "Settings"),
    ("about.page", "About"),
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
