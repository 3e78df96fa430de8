"""Figures in a text, between marks, so that a command can write them anew."""

from pathlib import Path

from model_build.errors import BuildError

START, END = "<!-- figures -->\n", "<!-- end of figures -->\n"


def write_between_marks(path: Path, figures: str) -> None:
    """Put `figures` between the marks of the text at `path`. Raises BuildError when it has none."""
    if not path.exists():
        raise BuildError(f"{path}: there is no such text to write the figures into")
    before, start, rest = path.read_text(encoding="utf-8").partition(START)
    _, end, after = rest.partition(END)
    if not end:
        raise BuildError(f"{path}: has no lines {START.strip()} and {END.strip()}")
    path.write_text(before + start + figures + "\n" + end + after, encoding="utf-8")
