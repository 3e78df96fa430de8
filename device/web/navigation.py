"""The pages that every other page leads to."""

from flask import Flask, request

from device.web.auth import may_open
from device.words.marks import N_

ENTRIES = (
    ("pages.home", N_("Live")),
    ("persons.index", N_("People")),
    ("history.page", N_("History")),
    ("follow_ups.page", N_("Due")),
    ("browser.page", N_("Try a picture")),
    ("report.page", N_("Report")),
    ("exports.page", N_("Exports")),
    ("health.page", N_("Health")),
    ("settings.page", N_("Settings")),
    ("about.page", N_("About")),
)
"""Endpoints, and what their links are called."""


_WITHIN = {
    "lesions": "persons",
    "compare": "persons",
    "backup": "settings",
    "restore": "settings",
    "accounts": "settings",
    "audit_log": "settings",
    "calibration": "settings",
    "join": "about",
}
"""Rooms without an entry of their own, and under whose they are found."""


def _entry_of(endpoint: str) -> str:
    """The entry whose page, or a page below it, is shown; empty where none is."""
    room, _, _ = endpoint.partition(".")
    entries = {entry.partition(".")[0]: entry for entry, _ in ENTRIES}
    if endpoint not in entries.values() and room == "pages":
        # A finding is reached from the live page and from the history alike.
        return ""
    return entries.get(_WITHIN.get(room, room), "")


def install(app: Flask) -> None:
    """Give every template of `app` the entries, as pairs of endpoint and title, that one may open.

    And `may_open(endpoint)` for all others.
    """

    def describe() -> dict[str, object]:
        return {
            "ways": [each for each in ENTRIES if may_open(each[0])],
            "here_within": _entry_of(request.endpoint or ""),
            "may_open": may_open,
        }

    app.context_processor(describe)
