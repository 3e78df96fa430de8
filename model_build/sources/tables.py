"""Tables as publishers and spreadsheets write them: comma, tab or semicolon; with or without a mark."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from model_build.errors import BuildError

_EMPTY = frozenset({"", "nan", "na", "n/a", "none", "null"})
_NO, _YES = ("0", "0.0"), ("1", "1.0")


class Row(dict[str, str]):
    """The cells of a row by column name; `place` names its file and line."""

    def __init__(self, cells: Iterable[tuple[str, str]], place: str) -> None:
        super().__init__(cells)
        self.place = place


def read_table(path: Path, *columns: str) -> list[Row]:
    """The rows of the table at `path` by column name, without spaces around and with "nan" as empty.

    Raises BuildError when it isn't UTF-8 (or UTF-16 with its mark), has no rows, lacks one of `columns`, or
    has a row longer than its first line, whose cells would be taken for those of other columns.
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
    for line, row in rows:
        if len(row) > len(header):
            raise BuildError(
                f"{path}, line {line}: has {len(row)} cells for {len(header)} columns; "
                "put quotes around a cell that holds the separator"
            )
    # A row that is cut short has nothing in its last columns.
    return [
        Row(zip(header, row + [""] * (len(header) - len(row)), strict=True), f"{path}, line {line}")
        for line, row in rows
    ]


def read_header(path: Path) -> tuple[str, ...]:
    """The names of the columns of the table at `path`, or none when it can't be read as a table."""
    try:
        return tuple(_split(path)[0])
    except BuildError:
        return ()


def one_hot(row: Mapping[str, str], columns: Sequence[str]) -> str:
    """The only one of `columns` that is 1; nothing when another is anything but 0, empty or missing."""
    chosen = [column for column in columns if row.get(column, "") not in ("", *_NO)]
    return chosen[0] if len(chosen) == 1 and row[chosen[0]] in _YES else ""


def all_zero(row: Mapping[str, str], columns: Sequence[str]) -> bool:
    """True when every one of `columns` is 0 in `row`."""
    return all(row[column] in _NO for column in columns)


def by_id(rows: list[Row], column: str) -> dict[str, Mapping[str, str]]:
    """`rows` by the value of `column`."""
    return {row[column]: row for row in rows}


def _split(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The names of the columns, and each row with the number of its line."""
    text = _decode(path)
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = [(reader.line_num, row) for row in reader if any(value.strip() for value in row)]
    if not rows:
        raise BuildError(f"{path}: is empty; use the original table")
    header = [name.strip() for name in rows[0][1]]
    return header, [(line, [_clean(value) for value in row]) for line, row in rows[1:]]


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
