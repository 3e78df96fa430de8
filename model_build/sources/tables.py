"""Tables as publishers and spreadsheets write them: comma, tab or semicolon; with or without a mark."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from model_build.errors import BuildError

Row = dict[str, str]

_EMPTY = frozenset({"", "nan", "na", "n/a", "none", "null"})


def read_table(path: Path, *columns: str) -> list[Row]:
    """The rows of the table at `path` by column name, without spaces around and with "nan" as empty.

    Raises BuildError when it isn't UTF-8 (or UTF-16 with its mark), has no rows, or lacks one of `columns`.
    """
    header, rows = _split(path)
    missing = [column for column in columns if column not in header]
    if missing:
        raise BuildError(
            f"{path}: has no column {', '.join(map(repr, missing))}, only {', '.join(header)}; "
            "use the original table"
        )
    if not rows:
        raise BuildError(f"{path}: has no rows below its first line; use the original table")
    # A row that is cut short has nothing in its last columns.
    return [dict(zip(header, row + [""] * (len(header) - len(row)), strict=False)) for row in rows]


def read_header(path: Path) -> tuple[str, ...]:
    """The names of the columns of the table at `path`, or none when it can't be read as a table."""
    try:
        return tuple(_split(path)[0])
    except BuildError:
        return ()


def one_hot(row: Row, columns: Sequence[str]) -> str:
    """The only one of `columns` that is 1 in `row`; the empty string when none is, or several are."""
    chosen = [column for column in columns if row.get(column) in ("1", "1.0")]
    return chosen[0] if len(chosen) == 1 else ""


def by_id(rows: list[Row], column: str) -> dict[str, Row]:
    """`rows` by the value of `column`."""
    return {row[column]: row for row in rows}


def _split(path: Path) -> tuple[list[str], list[list[str]]]:
    text = _decode(path)
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = [[_clean(value) for value in row] for row in reader if any(value.strip() for value in row)]
    if not rows:
        raise BuildError(f"{path}: is empty; use the original table")
    return [name.strip() for name in rows[0]], rows[1:]


def _decode(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BuildError(f"{path}: can't be read ({error.strerror})") from error
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BuildError(f"{path}, line {line}: is not UTF-8; save the table as UTF-8") from None


def _clean(value: str) -> str:
    value = value.strip()
    return "" if value.lower() in _EMPTY else value
