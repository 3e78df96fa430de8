"""Rows of a split, made by hand."""

from model_build.split import VALIDATION_FOLD, Row


def row(image_id, lesion_id, label, role, **more):
    """A picture that is trained on, validated on, or held out."""
    part = "test" if role == "test" else "train"
    fold = {"train": str(VALIDATION_FOLD + 1), "validation": str(VALIDATION_FOLD), "test": ""}[role]
    return Row(image_id, lesion_id, "", "ham10000", label, image_id, part, fold, **more)
