"""Tables that a command writes into a document."""

from pathlib import Path


def write_between(file: Path, name: str, table: str) -> None:
    """Put a table between the comments `<!-- NAME -->` and `<!-- end of NAME -->` of a Markdown file.

    Raises ValueError when the file has no such place.
    """
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    head, found, rest = file.read_text().partition(begin)
    _, ended, tail = rest.partition(end)
    if not found or not ended:
        raise ValueError(f"{file} has no place for the table: {begin} and {end}")
    file.write_text(f"{head}{begin}\n{table}\n{end}{tail}")
