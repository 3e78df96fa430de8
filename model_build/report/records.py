"""What the source says of a picture beside its class."""

from dataclasses import dataclass

from model_build.split import Row

UNKNOWN = "unknown"

_OLDEST = 80


@dataclass(frozen=True)
class Record:
    """One picture's patient and diagnosis, in words; what the source leaves out is `UNKNOWN`."""

    age: str
    sex: str
    site: str
    confirmation: str


def read_record(row: Row) -> Record:
    """The record of a row of the split."""
    return Record(
        age=name_age(row.age),
        sex=row.sex or UNKNOWN,
        site=row.site or UNKNOWN,
        confirmation=row.confirmation or UNKNOWN,
    )


def name_age(text: str) -> str:
    """The decade of an age in years as a source writes it, in words; `UNKNOWN` for what is no age."""
    try:
        decade = int(float(text)) // 10 * 10
    except (OverflowError, ValueError):
        return UNKNOWN
    if decade < 0:
        return UNKNOWN
    if decade >= _OLDEST:
        return f"{_OLDEST} and over"
    return f"{decade} to {decade + 9}"
