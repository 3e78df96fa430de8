"""The command `describe`: what the data is, for the documents."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model_build.marks import write_between_marks
from model_build.sources import SOURCES, diagnoses
from model_build.sources.diagnoses import NO_DERMOSCOPY
from model_build.workspace import Workspace

_NEEDED = (
    *("sources", "parts", "pictures", "lesions", "groups", "split_sha256"),
    *("twins", "known_twins", "known_twins_found", "taxonomy"),
)


def describe(workspace: Workspace, text: Path | None) -> None:
    """Write the sources and the table of diagnoses between the marks of `text`; without it they are printed.

    Where the work folder holds pictures, their counts and the twins among them follow.
    """
    content = [_sources(), diagnoses.describe()]
    if workspace.dataset.exists():
        stored = workspace.read(workspace.dataset, "dataset", *_NEEDED)
        content += [_counts(stored), _twins(stored)]
    if text:
        write_between_marks(text, "\n\n".join(content))
    else:
        print("\n\n".join(content))


def _sources() -> str:
    return "\n".join(
        ["| what | is known by |", "|---|---|", *(f"| {each.name} | {each.looks_like} |" for each in SOURCES)]
    )


def _counts(stored: Mapping[str, Any]) -> str:
    """Pictures by label, of each source and of each part."""
    columns = {**stored["sources"], **stored["parts"]}
    labels = (*stored["taxonomy"]["classes"], NO_DERMOSCOPY)
    lines = [f"| label | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for label in labels:
        counts = " | ".join(str(column.get(label, 0)) for column in columns.values())
        lines.append(f"| {label} | {counts} |")
    return "\n".join(lines)


def _twins(stored: Mapping[str, Any]) -> str:
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
