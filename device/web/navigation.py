"""The pages that every other page leads to."""

from flask import Flask

from device.web.entry import may_open

ENTRIES = (
    ("pages.home", "Live"),
    ("persons.index", "People"),
    ("history.page", "History"),
    ("report.page", "Report"),
    ("exports.page", "Exports"),
    ("health.page", "Health"),
    ("settings.page", "Settings"),
    ("pages.about_page", "About"),
)
"""Endpoints, and what their links are called."""


def install(app: Flask) -> None:
    """Give every template of `app` the entries, as pairs of endpoint and title, that one may open."""

    def describe() -> dict[str, object]:
        views = app.view_functions
        shown = [each for each in ENTRIES if each[0] in views and may_open(views[each[0]])]
        return {"ways": shown, "endpoints": views}

    app.context_processor(describe)
