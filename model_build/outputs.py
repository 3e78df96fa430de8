"""What a network of a work folder answers: the classes, and what is beside them in its pictures."""

from collections.abc import Iterable

from device.classes import PRESET, Classes, classes_from_json, classes_to_json
from model_build.split import Row
from model_build.steps import Step
from model_build.workspace import Workspace, read_json, write_json


def keep_classes(classes: Classes, workspace: Workspace) -> None:
    """Write down how the classes of a work folder are called, for the bundle.

    A step of its own: another word for a class needs no other data set and no other training.
    """
    value = classes_to_json(classes)
    step = Step(workspace, "classes", [], [workspace.classes], options=value, quiet=True)
    if not step.is_done():
        write_json(workspace.classes, value)
        step.finish()


def classes_of(workspace: Workspace, rows: Iterable[Row]) -> Classes:
    """The named classes, with those outputs beside them that training pictures show.

    An output that nothing shows would never be learnt, and would answer by chance.
    """
    shown = {row.label for row in rows if row.part == "train"}
    known = read_classes(workspace)
    return Classes(known.named, tuple(each for each in known.beside if each.code in shown))


def read_classes(workspace: Workspace) -> Classes:
    """All that there may be in a work folder; one of before classes were written down has the preset."""
    if not workspace.classes.exists():
        return PRESET
    return classes_from_json(read_json(workspace.classes))
