"""A folder of one's own: pictures, and `labels.csv` that says what they show."""

from pathlib import Path

from model_build.errors import BuildError
from model_build.sources.entry import Entry, Source, Tables, find_below
from model_build.sources.tables import Row, read_table


def find(folder: Path) -> tuple[Path, ...]:
    """The table."""
    return find_below(folder, "labels.csv")[:1]


def read(folder: Path, paths: tuple[Path, ...]) -> Tables:
    """Every row: `image` and `dx`; `lesion_id`, `patient_id` and `source` where they are known.

    `image_id` and `label` are read as `image` and `dx`; the name of the folder is the source's.
    """
    rows = read_table(paths[0])
    image = _named(paths[0], rows, "image", "image_id")
    diagnosis = _named(paths[0], rows, "dx", "label")
    entries = tuple(
        Entry(
            Path(row.get(image, "")).stem if _is_file_name(row.get(image, "")) else row.get(image, ""),
            (row.get(diagnosis, ""),),
            row.get("lesion_id", ""),
            row.get("patient_id", ""),
            dermoscopic=row.get("image_type", "") in ("", "dermoscopic"),
            age=row.get("age", ""),
            sex=row.get("sex", ""),
            site=row.get("site", ""),
            skin_tone=row.get("skin_tone", ""),
            centre=row.get("source", ""),
            confirmation=row.get("confirm", ""),
        )
        for row in rows
    )
    return Tables(folder.resolve().name, paths, entries)


def _named(path: Path, rows: list[Row], *names: str) -> str:
    for name in names:
        if rows and name in rows[0]:
            return name
    raise BuildError(f"{path}: has no column '{names[0]}'; its first line names the columns image and dx")


def _is_file_name(text: str) -> bool:
    return Path(text).suffix.lower() in (".jpg", ".jpeg", ".png")


SOURCE = Source("a folder of one's own", "labels.csv with the columns image and dx", find, read)
