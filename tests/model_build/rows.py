"""Rows of a split, made by hand."""

from device.classes import PRESET
from model_build.split import VALIDATION_FOLD, Row


def row(image_id, lesion_id, label, role, source="ham10000", group="", **more):
    """A picture that is trained on, validated on, or held out; in a group of its own if none is given."""
    part = "test" if role == "test" else "train"
    fold = {"train": str(VALIDATION_FOLD + 1), "validation": str(VALIDATION_FOLD), "test": ""}[role]
    return Row(image_id, lesion_id, "", source, label, group or image_id, part, fold, **more)


def beside():
    """Training pictures of the outputs beside the classes, by which a network has them."""
    return [row(f"b{n}", f"b{n}", each.code, "train") for n, each in enumerate(PRESET.beside)]
