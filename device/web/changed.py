"""Two have changed the same at the same time: both texts are shown, and nothing is lost."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask import render_template, request

REVISION = "revision"
"""The field of a form that tells which state of the record was changed."""


def show_changed(
    now: Mapping[str, object],
    revision: str,
    back: str,
    titles: Mapping[str, str],
    words: Mapping[str, str],
    boxes: Sequence[str] = (),
) -> tuple[str, HTTPStatus]:
    """What the record says `now` beside what the form says, and a choice; `back` is where the record is.

    `titles` are those of fields, and `words` those for values that are codes. `boxes` are fields to tick:
    empty, and not sent, where they aren't.
    """
    given = dict.fromkeys(boxes, "") | request.form.to_dict()
    both = {
        title: (_plain(now.get(name)), _plain(given[name])) for name, title in titles.items() if name in given
    }
    rows = [
        (title, words.get(theirs, theirs), words.get(mine, mine))
        for title, (theirs, mine) in both.items()
        if theirs != mine
    ]
    form = [(name, text) for name, text in request.form.items(multi=True) if name != REVISION]
    page = render_template("changed.html", rows=rows, mine=form, revision=revision, back=back)
    return page, HTTPStatus.CONFLICT


def _plain(value: object) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n").strip()
