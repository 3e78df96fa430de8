"""Every message that a page may show, read from templates, code and tables."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment
from jinja2.ext import extract_from_ast

from tools.translations.sentences import calls, sentences
from tools.translations.tables import tables

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "device/web/templates"

SPEAKERS = (
    "device/access",
    "device/camera",
    "device/classifier/changes.py",
    "device/classifier/decision.py",
    "device/examiner.py",
    "device/export",
    "device/health/__init__.py",
    "device/health/checks.py",
    "device/preferences.py",
    "device/records",
    "device/settings.py",
    "device/web",
)
"""Modules and packages whose errors and sentences reach a page."""

SILENT = (
    "device/camera/faults.py",
    "device/camera/simulated/pipeline.py",
    "device/records/examinations.py",
    "device/records/migrations/__init__.py",
    "device/web/examinations/api.py",
    "device/web/live/events.py",
    "device/web/body.py",
    "device/web/device/calibration.py",
    "device/web/description.py",
    "device/web/device/metrics.py",
    "device/web/people/api.py",
    "device/web/routing.py",
)
"""Those in them that speak to programs alone, or at the command line."""


class Message(NamedTuple):
    """A text, its plural if it has one, and the file that says it."""

    text: str
    plural: str
    place: str


def collect() -> list[Message]:
    """All messages in the order of their files, each once."""
    found: dict[tuple[str, str], Message] = {}
    for message in (*_from_tables(), *_from_templates(), *_from_code()):
        found.setdefault(message[:2], message)
    return list(found.values())


def python_files() -> Iterator[Path]:
    """The files of `SPEAKERS` that aren't `SILENT`."""
    for name in SPEAKERS:
        path = ROOT / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if str(file.relative_to(ROOT)) not in SILENT:
                yield file


def _from_templates() -> Iterator[Message]:
    environment = Environment(extensions=["jinja2.ext.i18n"])
    for path in sorted(TEMPLATES.rglob("*.html")):
        for _, _, texts in extract_from_ast(environment.parse(path.read_text())):
            told = [text for text in (texts if isinstance(texts, tuple) else (texts,)) if text]
            if told:
                yield Message(told[0], told[1] if len(told) > 1 else "", str(path.relative_to(ROOT)))


def _from_code() -> Iterator[Message]:
    for path in python_files():
        place, code = str(path.relative_to(ROOT)), path.read_text()
        for text, plural in calls(code):
            yield Message(text, plural, place)
        for text in sentences(code, place):
            yield Message(text, "", place)


def _from_tables() -> Iterator[Message]:
    for place, texts in tables().items():
        for text in texts:
            yield Message(str(text), "", place)
