"""The pages that every other page leads to."""

from flask import Flask

_ENTRIES = (
    ("pages.home", "Live"),
    ("persons.index", "People"),
    ("history.page", "History"),
    ("report.page", "Report"),
    ("exports.page", "Exports"),
    ("health.page", "Health"),
    ("settings.page", "Settings"),
    ("pages.about_page", "About"),
)


def install(app: Flask) -> None:
    """Give every template of `app` the entries, as pairs of endpoint and title, of the pages that it has."""
    app.context_processor(lambda: {"entries": [each for each in _ENTRIES if each[0] in app.view_functions]})
