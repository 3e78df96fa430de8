"""Two have changed the same at the same time: both texts are shown, and nothing is lost."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import render_template, request

from device.web.people.bodymap import REGION_TITLES
from device.words.marks import N_

REVISION = "revision"
"""The field of a form that tells which state of the record was changed."""

_TITLES = {
    "pseudonym": N_("Pseudonym or number"),
    "name": N_("Name"),
    "birth_year": N_("Year of birth"),
    "sex": N_("Sex"),
    "skin_type": N_("Skin type (Fitzpatrick)"),
    "notes": N_("Notes"),
    "label": N_("Label"),
    "region": N_("Where on the body"),
    "confirmed_by": N_("How it was confirmed"),
    "confirmed_on": N_("Date of the report"),
    "in_words": N_("In the report's own words"),
}


def show_changed(
    now: Mapping[str, object], revision: str, back: str, **titles: str
) -> tuple[str, HTTPStatus]:
    """What the record says `now` beside what the form says, and a choice; `back` is where the record is."""
    rows = [
        (title, _text(name, now.get(name)), _text(name, request.form[name]))
        for name, title in (_TITLES | titles).items()
        if name in request.form and _plain(now.get(name)) != _plain(request.form[name])
    ]
    mine = [(name, text) for name, text in request.form.items(multi=True) if name != REVISION]
    page = render_template("people/changed.html", rows=rows, mine=mine, revision=revision, back=back)
    return page, HTTPStatus.CONFLICT


def _plain(value: object) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _text(name: str, value: object) -> str:
    text = _plain(value)
    return REGION_TITLES.get(text, text) if name == "region" else text
