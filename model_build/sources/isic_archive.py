"""The ISIC archive's own download: what `isic image download` of the package isic-cli writes."""

from pathlib import Path

from model_build.sources.entry import Entry, Source, Tables, find_below, only_words
from model_build.sources.tables import read_header, read_table

# The most exact first; `diagnosis` alone is what older downloads have.
_DIAGNOSES = ("diagnosis_5", "diagnosis_4", "diagnosis_3", "diagnosis_2", "diagnosis_1", "diagnosis")


def find(folder: Path) -> tuple[Path, ...]:
    """Every `metadata.csv` that has the archive's columns."""
    return tuple(path for path in find_below(folder, "metadata*.csv") if "isic_id" in read_header(path))


def read(folder: Path, paths: tuple[Path, ...]) -> Tables:
    """Every picture of the download."""
    entries = tuple(
        Entry(
            row["isic_id"],
            only_words(row.get(column, "") for column in _DIAGNOSES) or ("unknown",),
            row.get("lesion_id", ""),
            row.get("patient_id", ""),
            dermoscopic=row.get("image_type", "") in ("", "dermoscopic"),
            age=row.get("age_approx", ""),
            sex=row.get("sex", ""),
            site=row.get("anatom_site_special", "") or row.get("anatom_site_general", ""),
            skin_tone=row.get("fitzpatrick_skin_type", ""),
            centre=row.get("attribution", ""),
            confirmation=row.get("diagnosis_confirm_type", ""),
        )
        for path in paths
        for row in read_table(path, "isic_id")
    )
    return Tables(folder.resolve().name, paths, entries)


SOURCE = Source("the ISIC archive", "metadata.csv of isic-cli", find, read)
