"""The command `groups`: how good the model is for one group of people, sites or clinics at a time."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from model_build import split
from model_build.answers import int8_answers
from model_build.calibrate import read_rules
from model_build.evaluate import PARTS, Figures, measure, origin_of, tabulate
from model_build.marks import write_between_marks
from model_build.outcomes import outcomes
from model_build.report.records import UNKNOWN, name_age
from model_build.steps import check_model
from model_build.workspace import Workspace

LEAST_PICTURES, LEAST_OF_EACH = 20, 5
"""A group needs so many pictures, and so many malignant and so many benign ones; fewer say too little."""

_DARK = ("0", "1", "2")
"""MILK10k's darker half, from 0 (darkest) to 5: too few pictures have each of them."""


def _skin_tone(row: split.Row) -> str:
    return "0 to 2 (darker)" if row.skin_tone in _DARK else row.skin_tone or UNKNOWN


GROUPINGS: dict[str, Callable[[split.Row], str]] = {
    "source": origin_of,
    "centre": lambda row: row.centre or UNKNOWN,
    "skin tone": _skin_tone,
    "age": lambda row: name_age(row.age),
    "sex": lambda row: row.sex or UNKNOWN,
    "body site": lambda row: row.site.replace("_", " ") or UNKNOWN,
    "confirmation": lambda row: row.confirmation or UNKNOWN,
}
"""What pictures are grouped by, and the group of each."""


def describe_groups(workspace: Workspace, text: Path | None) -> None:
    """Write a table of each grouping between the marks of `text`; without it they are printed.

    Of all held-out lesions and of the sources that nothing was trained on, by the INT8 model and the
    device's own code. What a source doesn't say of its pictures is left out of the grouping.
    """
    rules, rows = read_rules(workspace), split.read(workspace.split)
    check_model(workspace, "calibrate")
    fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
    answers = int8_answers(workspace, PARTS)
    places = np.flatnonzero([row.part in PARTS for row in rows])
    lesions = answers.show_lesion
    answers, places = answers.of(lesions), places[lesions]
    said = outcomes(answers, fields[places], rules)
    malignant = answers.malignant
    tables = []
    for title, group_of in GROUPINGS.items():
        names = np.array([group_of(row) for row in answers.rows])
        figures: dict[str, Figures] = {}
        for name in sorted(set(names) - {UNKNOWN}):
            own = names == name
            counts = own.sum(), (own & malignant).sum(), (own & ~malignant).sum()
            if counts[0] >= LEAST_PICTURES and min(counts[1:]) >= LEAST_OF_EACH:
                figures[str(name)] = measure(answers.of(own), rules, said[own])
        if figures:
            tables.append(f"### By {title}\n\n{tabulate(figures, title)}")
    content = "\n\n".join(tables)
    if text:
        write_between_marks(text, content)
    else:
        print(content)
