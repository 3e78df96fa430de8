"""When to look at a lesion again, and the photograph of where it is."""

from flask import Flask

from device.examination import day_known
from device.records import Records
from device.web.follow_ups import api, overviews, pages


def install(app: Flask, records: Records) -> None:
    """Give the templates of `app` what the panel below a finding and the mark on the home page ask."""
    app.jinja_env.globals.update(
        follow_up_of=records.follow_ups.of,
        day_known=day_known,
        has_overview=records.overviews.has,
        due_now=lambda: len(pages.due_now(records)),
    )


ROOMS = (pages.room, overviews.room, api.room)
