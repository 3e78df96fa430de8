"""What a network of a work folder answers: the classes, and what is beside them in its pictures."""

from collections.abc import Iterable

from device.classes import PRESET, Classes
from model_build.split import Row


def classes_of(rows: Iterable[Row]) -> Classes:
    """The named classes, with those outputs beside them that training pictures show.

    An output that nothing shows would never be learnt, and would answer by chance.
    """
    shown = {row.label for row in rows if row.part == "train"}
    return Classes(PRESET.named, tuple(each for each in PRESET.beside if each.code in shown))
