"""What HAM10000's table says of a picture beside its class."""

from dataclasses import dataclass
from pathlib import Path

from model_build.dataset import find_table, read_rows
from model_build.errors import BuildError

UNKNOWN = "unknown"

_COLUMNS = ("image_id", "dx_type", "age", "sex", "localization")
_CONFIRMATIONS = {
    "histo": "histopathology",
    "confocal": "confocal microscopy",
    "follow_up": "follow-up",
    "consensus": "expert consensus",
}
_OLDEST = 80


@dataclass(frozen=True)
class Record:
    """One picture's patient and diagnosis, in words; what the table leaves out is `UNKNOWN`."""

    age: str
    sex: str
    site: str
    confirmation: str


def read_records(data: Path) -> dict[str, Record]:
    """The record of every picture, by image id, from the table somewhere below `data`.

    Raises BuildError for a missing table or column and an age that is no number.
    """
    table = find_table(data)
    return {row["image_id"]: _read(row, table) for row in read_rows(table, _COLUMNS)}


def name_age(years: float) -> str:
    """The decade of an age in years, as words."""
    decade = int(years) // 10 * 10
    if decade >= _OLDEST:
        return f"{_OLDEST} and over"
    return f"{decade} to {decade + 9}"


def _read(row: dict[str, str], table: Path) -> Record:
    try:
        age = name_age(float(row["age"])) if row["age"] else UNKNOWN
    except (OverflowError, ValueError):
        raise BuildError(
            f"{table}: the age of {row['image_id']} is '{row['age']}'; use the original table"
        ) from None
    return Record(
        age=age,
        sex=row["sex"] or UNKNOWN,
        site=row["localization"] or UNKNOWN,
        confirmation=_CONFIRMATIONS.get(row["dx_type"], row["dx_type"] or UNKNOWN),
    )
