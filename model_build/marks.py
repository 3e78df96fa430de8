"""Figures in a text, between marks, so that a command can write them anew."""

from pathlib import Path

from model_build.errors import BuildError


def write_between_marks(path: Path, figures: str, name: str = "figures") -> None:
    """Put `figures` between the lines `<!-- NAME -->` and `<!-- end of NAME -->` of the text at `path`.

    Raises BuildError when it has none.
    """
    if not path.exists():
        raise BuildError(f"{path}: there is no such text to write the figures into")
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, found_start, rest = path.read_text(encoding="utf-8").partition(start)
    _, found_end, after = rest.partition(end)
    if not (found_start and found_end):
        raise BuildError(f"{path}: has no lines {start.strip()} and {end.strip()}")
    path.write_text(before + start + figures.rstrip("\n") + "\n" + end + after, encoding="utf-8")
