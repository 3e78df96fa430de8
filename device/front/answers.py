"""What nginx answers by itself: a page with a sentence, and for programs problem details (RFC 9457)."""

import html
import json
from http import HTTPStatus
from pathlib import Path

from device.serialization import NOT_A_DEVICE
from device.words.catalog import LANGUAGES as NAMES
from device.words.catalog import catalog
from device.words.marks import N_

LANGUAGES = tuple(NAMES)
AGAIN_SECONDS = 5
"""After so long a page of a daemon that doesn't answer looks again."""


_WAIT = N_("The device is starting, or has stopped. This page looks again by itself.")
_UNREADABLE = N_("The device can't read this request. Go back and try again.")
_SENTENCES = {
    400: _UNREADABLE,
    401: N_("Only who has logged in may send files. Log in, then send it again."),
    403: N_(
        "Only an owner may send files, and only as long as there is room for them. Health says how it stands."
    ),
    404: N_("There is no such page or examination on this device."),
    405: N_("The device doesn't do this here. Go back and try again."),
    408: N_("This took too long. Check the Wi-Fi, then try again."),
    411: N_("The device must know how long the file is before it comes. Send it from the page."),
    413: N_("This is too large. Large files are taken under Exports and under Settings, Backup."),
    414: _UNREADABLE,
    421: _UNREADABLE,
    429: N_("Too much was asked for at once. Wait a minute, then try again."),
    431: _UNREADABLE,
    494: _UNREADABLE,
    500: N_("Something went wrong. The device's log says what."),
    502: _WAIT,
    503: _WAIT,
    504: N_("The device took too long to answer. Try again."),
    505: _UNREADABLE,
}
ANSWERED = tuple(_SENTENCES)
"""The statuses that nginx gives by itself; 494 is its own, of headers that are too long."""

_TITLE = N_("That didn't work")
TEXTS = (_TITLE, *_SENTENCES.values())
"""What is to be translated."""


def write_answers(folder: Path) -> None:
    """Write them all: a folder a language with a page a status, and the folder `problem`."""
    for language in LANGUAGES:
        _write(folder / language, {status: _page(status, language) for status in ANSWERED})
    _write(folder / "problem", {status: _problem(status) for status in ANSWERED})


def _write(folder: Path, answers: dict[int, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for status, text in answers.items():
        (folder / str(status)).write_text(text)


def _page(status: int, language: str) -> str:
    words = catalog(language).gettext
    title, sentence, notice = (
        html.escape(words(each)) for each in (_TITLE, _SENTENCES[status], NOT_A_DEVICE)
    )
    again = f'<meta http-equiv="refresh" content="{AGAIN_SECONDS}">' if _SENTENCES[status] is _WAIT else ""
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n{again}<title>{title} · Dermapoint</title>\n'
        '<link rel="icon" href="/static/icon.svg" type="image/svg+xml">\n'
        '<link rel="stylesheet" href="/static/style.css">\n</head>\n<body>\n'
        '<header><a class="name" href="/">Dermapoint</a></header>\n'
        f'<main id="main"><section class="text">\n<h1>{title}</h1>\n<p>{sentence}</p>\n</section></main>\n'
        f"<footer><p>{notice}</p></footer>\n</body>\n</html>\n"
    )


def _problem(status: int) -> str:
    # As nginx shows it to the client.
    shown = HTTPStatus(400 if status == 494 else status)
    problem = {
        "type": "about:blank",
        "title": shown.phrase,
        "status": shown.value,
        "detail": _SENTENCES[status],
    }
    return json.dumps(problem)
