"""What the owner sets on the page: kept in a file of the device's own, checked before it is saved."""

import ast
import inspect
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from hashlib import sha256
from threading import Lock
from typing import Any

from device.errors import ChangedError, SettingsError
from device.message import Message
from device.records.files import write_durably
from device.settings import (
    Origin,
    Settings,
    Sources,
    all_choices,
)
from device.words import say

FILE = "settings.toml"

FIXED = frozenset(
    {
        *("frames", "faults", "bundle", "state", "host", "port", "front", "proxy", "proxy_name"),
        *("demo", "mock_pins", "power_off_command"),
    }
)
"""Not to be set on the page: they could lock one out, or run a command."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """A setting as the page shows it.

    `choices` holds all values of one that has few; `fixed` is true of one that the page can't change,
    since it is `FIXED` or given by what outdoes the page.
    """

    name: str
    meaning: str
    value: Any
    default: Any
    origin: Origin
    fixed: bool
    choices: tuple[str, ...]


class Preferences:
    """The settings in force at the start, and what is saved for the next one.

    `trouble` says in a sentence that the device's own file was damaged and set aside.
    """

    def __init__(self, sources: Sources) -> None:
        self._bare = replace(sources, page={})
        base, _ = self._bare.collect()
        self._path = base.state / FILE
        self.trouble: Message | None = None
        try:
            self._page = self._read()
            self.settings, self._origins = self._with(self._page).collect()
        except SettingsError as error:
            self._set_aside(error)
            self._page = {}
            self.settings, self._origins = self._bare.collect()
        self.saved = self.settings
        self._changing = Lock()

    @property
    def revision(self) -> str:
        """What tells whether somebody has saved other values since."""
        return sha256(repr(self.saved).encode()).hexdigest()[:16]

    @property
    def waiting(self) -> bool:
        """True when something is saved that is in force after a restart only."""
        return self.saved != self.settings

    def entries(self) -> list[Entry]:
        """All settings, as they are saved."""
        defaults = Settings()
        meanings = read_meanings()
        return [
            Entry(
                name,
                meanings[name],
                getattr(self.saved, name),
                getattr(defaults, name),
                origin,
                name in FIXED or origin in (Origin.ENVIRONMENT, Origin.COMMAND_LINE),
                _choices(name, getattr(defaults, name)),
            )
            for name, origin in self._origins.items()
        ]

    def check(self, values: Mapping[str, Any]) -> Settings:
        """What would be saved with other values; raises as `change` does, and saves nothing."""
        fixed = {entry.name for entry in self.entries() if entry.fixed} & set(values)
        if fixed:
            raise SettingsError("setting_fixed", name=min(fixed))
        return self._with({**self._page, **values}).collect()[0]

    def change(self, values: Mapping[str, Any], revision: str = "") -> list[str]:
        """Save other values, as text or of their type; the names of those that changed.

        Raises SettingsError, and changes nothing, for a value without meaning, a name that is
        fixed or unknown, and when the disk refuses; ChangedError when somebody has saved other values
        since they had this `revision`.
        """
        with self._changing:
            if revision not in ("", self.revision):
                raise ChangedError("changed_meanwhile")
            return self._change(values)

    def _change(self, values: Mapping[str, Any]) -> list[str]:
        checked = self.check(values)
        base, _ = self._bare.collect()
        page = {
            entry.name: getattr(checked, entry.name)
            for entry in fields(Settings)
            if entry.name not in FIXED and getattr(checked, entry.name) != getattr(base, entry.name)
        }
        changed = [
            entry.name
            for entry in fields(Settings)
            if getattr(checked, entry.name) != getattr(self.saved, entry.name)
        ]
        if changed:
            self._write(page)
            self._page = page
            self.saved, self._origins = self._with(page).collect()
            log.info("settings changed: %s", ", ".join(changed))
        return changed

    def _with(self, page: Mapping[str, Any]) -> Sources:
        return replace(self._bare, page=page)

    def _read(self) -> dict[str, Any]:
        try:
            if not self._path.is_file():
                return {}
        except PermissionError:
            return {}  # the service's own folder, and a command of another user
        settings, origins = Sources(self._path, environment={}).collect()
        return {
            name: getattr(settings, name)
            for name, origin in origins.items()
            if origin is Origin.FILE and name not in FIXED
        }

    def _set_aside(self, why: SettingsError) -> None:
        aside = self._path.with_suffix(".damaged")
        self.trouble = Message("page_settings_damaged", why=why.message, path=str(aside))
        log.error("%s", say(self.trouble))
        try:
            self._path.replace(aside)
        except OSError as error:
            log.error("%s: can't be moved (%s)", self._path, error.strerror)

    def _write(self, page: Mapping[str, Any]) -> None:
        lines = ["# Made by the settings page; docs/settings.md."]
        lines += [f"{name} = {_to_toml(value)}" for name, value in page.items()]
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_durably({self._path: "\n".join([*lines, ""]).encode()})
        except OSError as error:
            raise SettingsError("settings_not_written", path=self._path, error=error.strerror) from error


@cache
def read_meanings() -> dict[str, str]:
    """The meaning of each setting, from the string below its field: there it is written, and nowhere else."""
    (body,) = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for entry, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(entry, ast.AnnAssign) and isinstance(entry.target, ast.Name):
            assert isinstance(after, ast.Expr)
            assert isinstance(after.value, ast.Constant)
            found[entry.target.id] = " ".join(str(after.value.value).split())
    return found


def _choices(name: str, default: Any) -> tuple[str, ...]:
    some = tuple(map(str, all_choices().get(name, ())))
    return some or (("true", "false") if isinstance(default, bool) else ())


def _to_toml(value: Any) -> str:
    # JSON's booleans, numbers, strings and lists are TOML's too.
    return json.dumps(list(value) if isinstance(value, tuple) else value)
