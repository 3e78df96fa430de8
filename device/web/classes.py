"""What the classes of lesions are called on the page: those of the open bundle, and of former ones."""

from collections.abc import Mapping

from flask import Flask, current_app, has_app_context

from device.classes import PRESET, Classes, LesionClass
from device.examination import Finding
from device.records.values import OTHER, Diagnosis
from device.web.language import gettext, language

_EXTENSION = "dermapoint-classes"


def install(app: Flask, classes: Classes) -> None:
    """Keep the open bundle's classes, and give the templates of `app` the words for them."""
    app.extensions[_EXTENSION] = classes
    app.jinja_env.globals.update(
        class_name=class_name, class_text=class_text, is_malignant=is_malignant, diagnoses=diagnoses
    )


def open_classes() -> Classes:
    """The classes of the open bundle; at the command line the preset, since each finding brings its own."""
    if not has_app_context():
        return PRESET
    classes: Classes = current_app.extensions[_EXTENSION]
    return classes


def class_name(code: str, finding: Finding | None = None) -> str:
    """What a class or a confirmed diagnosis is called in the reader's language.

    With a `finding`, as the model that made it called it: another one may mean something else by the code.
    """
    if code == OTHER:
        return gettext("Something else")
    known = (finding and finding.classes.get(code)) or _find(code)
    return known.name(language()) if known else code


def class_text(code: str) -> str:
    """A sentence that explains a class in the reader's language; empty where nobody wrote one."""
    known = _find(code)
    return known.text(language()) if known else ""


def is_malignant(code: str) -> bool:
    """Whether a confirmed diagnosis is malignant or pre-malignant, as far as the device knows it."""
    known = _find(code)
    return known is not None and known.malignant


def diagnoses(confirmed: Diagnosis | str | None = None) -> Mapping[str, str]:
    """The names of what a diagnosis may be, by code: the open bundle's classes, and what it is now."""
    now = confirmed.label if isinstance(confirmed, Diagnosis) else confirmed
    codes = dict.fromkeys((*open_classes().output_codes, *([now] if now else []), OTHER))
    return {code: class_name(code) for code in codes}


def _find(code: str) -> LesionClass | None:
    return open_classes().get(code) or PRESET.get(code)
