"""Which language the page speaks.

The browser says which languages its reader likes; a choice made on the page goes before that, and is
kept in a cookie. Programs are answered in English. `device.words` makes the sentences.
"""

import json
from http import HTTPStatus

from flask import Flask, Response, g, has_request_context, redirect, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as Answer

from device import words
from device.access import Role
from device.errors import DermapointError
from device.message import Message
from device.serialization import message_from_json
from device.web.door.login import inside
from device.web.problems import FOR_PROGRAMS
from device.web.refusal import refuse
from device.web.routing import Room
from device.words import ENGLISH, LANGUAGES, figures
from device.words.catalog import catalog

COOKIE = "language"
YEAR_SECONDS = 365 * 24 * 3600
LONGEST_MESSAGE = 2000


def install(app: Flask) -> None:
    """Give every template of `app` the functions `_(text or message)` and `ngettext(one, many, count)`.

    And the filters that write figures and times as the reader's language does.
    """
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # Not Jinja's new style: it takes every text for HTML, also one that a stranger had a part in.
    app.jinja_env.install_gettext_callables(_for_html, _many_for_html)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(
        percent=lambda share: words.probability(share, language()),
        share=lambda share: figures.percent(share, language()),
        number=lambda value: figures.number(value, language()),
        moment=lambda time: figures.moment(time, language()),
        day=lambda time: figures.day(time, language()),
    )
    app.context_processor(_describe_languages)
    app.after_request(_tell_language)


room = Room("languages", __name__)


@room.post("/language", role=None, audit=None, plain=True)
def choose() -> Answer:
    """Keep a choice of language in a cookie."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        refuse(HTTPStatus.BAD_REQUEST, "language_unknown")
    answer = redirect(inside(request.form.get("next", "/")), HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        chosen,
        max_age=YEAR_SECONDS,
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )
    return answer


@room.get("/words", role=Role.VIEWER, audit=None)
def words_of() -> Response:
    """The sentence of a message that a script got as JSON, in the reader's language: `?message=`."""
    text = request.args.get("message", "")
    try:
        message = message_from_json(json.loads(text)) if len(text) <= LONGEST_MESSAGE else None
    except (ValueError, KeyError, TypeError, AttributeError):
        message = None
    if message is None:
        refuse(HTTPStatus.BAD_REQUEST, "no_message")
    return Response(say(message), mimetype="text/plain")


def language() -> str:
    """The code of the language of whoever asks; English outside of a request, and for programs."""
    if not has_request_context() or request.path.startswith(FOR_PROGRAMS):
        return ENGLISH
    if "language" not in g:
        chosen = request.cookies.get(COOKIE, "")
        g.language = chosen if chosen in LANGUAGES else _liked_best()
    return str(g.language)


def say(what: Message | DermapointError) -> str:
    """The sentence of a message or an error in the language of whoever asks."""
    return words.say(what.message if isinstance(what, DermapointError) else what, language())


def gettext(text: str, **values: object) -> str:
    """`text` in the language of whoever asks, with its `%(name)s` filled when there are values."""
    translated = catalog(language()).gettext(text)
    return translated % values if values else translated


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """`one` or `many` as the language of whoever asks has it for `num`, which fills `%(num)s`."""
    return catalog(language()).ngettext(one, many, num) % {"num": num, **values}


def _liked_best() -> str:
    """The first of the browser's languages that the page has, in whatever country it is spoken."""
    # Werkzeug's best_match takes a language further down the list before the first one of another country.
    for tag, quality in request.accept_languages:
        code = tag.partition("-")[0].lower()
        if quality > 0 and code in LANGUAGES:
            return code
    return ENGLISH


def _for_html(text: str | Message | DermapointError, **values: object) -> str:
    if isinstance(text, Message | DermapointError):
        return say(text)
    translated = gettext(str(text))
    return escape(translated) % values if values else translated


def _many_for_html(one: str, many: str, num: int, **values: object) -> Markup:
    return escape(catalog(language()).ngettext(one, many, num)) % {"num": num, **values}


def _describe_languages() -> dict[str, object]:
    """For templates: the language, those to choose from, and where to go on after a choice."""
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return {"language": language(), "languages": LANGUAGES, "here": here}


def _tell_language(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.content_language.add(language())
        response.vary.update(("Accept-Language", "Cookie"))
    return response
