"""HAM10000 as Harvard Dataverse and its mirrors give it (doi:10.7910/DVN/DBW86T)."""

from pathlib import Path

from model_build.sources.entry import Entry, Source, Tables, find_below
from model_build.sources.tables import read_table

_NAME = "HAM10000_metadata"
_CONFIRMATIONS = {
    "histo": "histopathology",
    "confocal": "confocal microscopy",
    "follow_up": "follow-up",
    "consensus": "expert consensus",
}


def find(folder: Path) -> tuple[Path, ...]:
    """The table: `.csv` in mirrors, `.tab` or no suffix at the Dataverse."""
    return find_below(folder, _NAME + ".csv", _NAME + ".tab", _NAME, _NAME + "*.csv")[:1]


def read(folder: Path, paths: tuple[Path, ...]) -> Tables:
    """Every row: a picture with its lesion."""
    rows = read_table(paths[0], "lesion_id", "image_id", "dx")
    entries = tuple(
        Entry(
            row["image_id"],
            (row["dx"],),
            row["lesion_id"],
            age=row.get("age", ""),
            sex=row.get("sex", ""),
            site=row.get("localization", ""),
            centre=row.get("dataset", ""),
            confirmation=_CONFIRMATIONS.get(row.get("dx_type", ""), row.get("dx_type", "")),
        )
        for row in rows
    )
    alone = [entry.image_id for entry in entries if not entry.lesion_id]
    faults = (
        (f"{paths[0]}: {len(alone)} rows have no lesion_id, {alone[0]} first; use the original table",)
        if alone
        else ()
    )
    return Tables("ham10000", paths, entries, faults)


SOURCE = Source("HAM10000", "HAM10000_metadata.csv, .tab or without suffix", find, read)
