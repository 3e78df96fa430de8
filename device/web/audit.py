"""Writes into the audit log who saw, did or was refused what, as each route declares it."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable

from flask import Flask, Response, g, request

from device.access import Person
from device.access.actions import LISTS, REPEATED, Action
from device.access.audit import AuditLog
from device.web.routing import declared

STANDS_SECONDS = 3600.0
"""So long an entry stands for what a browser asks for again and again."""
_MOST_REMEMBERED = 10_000

log = logging.getLogger(__name__)


class Auditor:
    """Writes entries, and leaves out what an entry of the last hour says already.

    A thumbnail is left out when any entry of this person names its examination; a picture when one does that
    isn't a list; other repeated actions when the same was written.
    """

    def __init__(self, audit: AuditLog, clock: Callable[[], float] = time.monotonic) -> None:
        self._audit, self._clock = audit, clock
        self._lock = threading.Lock()
        self._written: dict[tuple[str, Action, str], float] = {}

    def write(self, person: Person, action: Action, names: Iterable[str] = ()) -> None:
        """Write that `person` did it to what `names` name."""
        named = list(dict.fromkeys(names))
        if action in REPEATED and self._stands(person.name, action, named):
            return
        try:
            self._audit.write(person.name, action, " ".join(named))
        except sqlite3.Error as error:
            # A full disk must not take the page down; the journal keeps the line for a while.
            log.error("audit log: %s; not written: %s %s %s", error, person.name, action, " ".join(named))
            return
        self._remember(person.name, action, named)

    def _stands(self, who: str, action: Action, named: list[str]) -> bool:
        match action:
            case Action.SAW_THUMBNAIL:
                enough = set(Action)
            case Action.SAW_PICTURE:
                enough = set(Action) - LISTS - {Action.SAW_THUMBNAIL}
            case _:
                enough = {action}
        now = self._clock()
        with self._lock:
            return all(
                any(self._written.get((who, each, name), now) > now for each in enough)
                for name in named or [""]
            )

    def _remember(self, who: str, action: Action, named: list[str]) -> None:
        now = self._clock()
        with self._lock:
            if len(self._written) > _MOST_REMEMBERED:
                self._written = {key: until for key, until in self._written.items() if until > now}
            if len(self._written) > _MOST_REMEMBERED:
                # Forgetting only writes more.
                self._written.clear()
            self._written |= {(who, action, name): now + STANDS_SECONDS for name in named or [""]}


def concerns(*ids: str) -> None:
    """Say whom and what the answer of this request shows or changes, beside those that its address names."""
    g.setdefault("concerned", []).extend(ids)


def install(app: Flask, auditor: Auditor) -> None:
    """Write what the routes of `app` declare, for each request that was answered."""

    @app.after_request
    def write(response: Response) -> Response:
        declaration, person = declared(), g.get("person")
        if declaration and declaration.audit and person and response.status_code < 400:
            auditor.write(person, declaration.audit, [*_in_address(), *g.get("concerned", ())])
        return response


def _in_address() -> list[str]:
    """Ids and names in the address; not which picture or side of them."""
    arguments = request.view_args or {}
    return [str(value) for key, value in arguments.items() if key == "name" or key.endswith("_id")]
