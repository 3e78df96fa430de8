"""The command `describe`: what the data is, for the documents."""

from collections.abc import Mapping
from pathlib import Path

from model_build.marks import write_between_marks
from model_build.sources import SOURCES, diagnoses
from model_build.sources.diagnoses import LABELS
from model_build.workspace import Workspace, read_json


def describe(workspace: Workspace, text: Path | None) -> None:
    """Write the sources and the table of diagnoses between the marks of `text`; without it they are printed.

    Where the work folder holds pictures, their counts and the twins among them follow.
    """
    content = [_sources(), diagnoses.describe()]
    if workspace.dataset.exists():
        stored = read_json(workspace.dataset)
        content += [_counts(stored), _twins(stored)]
    if text:
        write_between_marks(text, "\n\n".join(content))
    else:
        print("\n\n".join(content))


def _sources() -> str:
    return "\n".join(
        ["| what | is known by |", "|---|---|", *(f"| {each.name} | {each.looks_like} |" for each in SOURCES)]
    )


def _counts(stored: Mapping[str, Mapping[str, Mapping[str, int]]]) -> str:
    """Pictures by label, of each source and of each part."""
    columns = {**stored["sources"], **stored["parts"]}
    lines = [f"| label | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for label in LABELS:
        counts = " | ".join(str(column.get(label, 0)) for column in columns.values())
        lines.append(f"| {label} | {counts} |")
    return "\n".join(lines)


def _twins(stored: Mapping[str, int]) -> str:
    known, found = stored["known_twins"], stored["known_twins_found"]
    lines = [
        f"{stored['pictures']} pictures of {stored['lesions']} lesions are in {stored['groups']} groups.",
        f"SHA-256 of the split: `{stored['split_sha256']}`.",
    ]
    if known:
        lines.append(
            f"Of {known} pairs that `--twins` names, {found} ({found / known:.1%}) are found without it."
        )
    return "\n".join(lines)
