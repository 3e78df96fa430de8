"""The training sets of the ISIC challenges of 2017, 2018 and 2019: a column a class, 1 for the right one."""

from collections.abc import Callable, Mapping
from pathlib import Path

from model_build.sources.entry import Entry, Source, Tables, find_below
from model_build.sources.tables import Row, all_zero, by_id, one_hot, read_table

_CODES_2017 = ("melanoma", "seborrheic_keratosis")
_CODES_2018 = ("MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC")
_CODES_2019 = ("MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC", "UNK")


def _class_2017(row: Row) -> str:
    # What is neither melanoma nor seborrheic keratosis is a benign nevus (arXiv:1710.05006, part 3).
    return "benign nevus" if all_zero(row, _CODES_2017) else one_hot(row, _CODES_2017)


def _challenge(
    name: str,
    truth: str,
    more: tuple[str, ...],
    image: str,
    columns: tuple[str, ...],
    diagnose: Callable[[Row], str],
) -> Source:
    def find(folder: Path) -> tuple[Path, ...]:
        tables = find_below(folder, truth)
        return (*tables, *find_below(folder, *more)) if tables else ()

    def read(folder: Path, paths: tuple[Path, ...]) -> Tables:
        truths = [path for path in paths if path.match(truth)]
        known: dict[str, dict[str, str]] = {}
        for path in paths:
            if path not in truths:
                for key, row in by_id(read_table(path, image), image).items():
                    known[key] = {**known.get(key, {}), **row}
        rows = [row for path in truths for row in read_table(path, image, *columns)]
        entries = [_entry(row[image], diagnose(row), known.get(row[image], {})) for row in rows]
        unclear = [row for row, entry in zip(rows, entries, strict=True) if not any(entry.diagnosis)]
        faults = [
            f"{row.place}: one class must be 1 and the others 0, which {len(unclear)} rows lack; "
            "use the original table"
            for row in unclear[:1]
        ]
        return Tables(name, paths, tuple(each for each in entries if any(each.diagnosis)), tuple(faults))

    title = f"the ISIC challenge of {name[-4:]}"
    return Source(title, truth.replace("*", "...").replace("......", "..."), find, read)


def _entry(image_id: str, diagnosis: str, known: Mapping[str, str]) -> Entry:
    return Entry(
        # The small pictures of 2019 carry their size in their names.
        image_id.removesuffix("_downsampled"),
        (diagnosis,),
        known.get("lesion_id", ""),
        age=known.get("age_approx", known.get("age_approximate", "")),
        sex=known.get("sex", ""),
        site=known.get("anatom_site_general", ""),
        confirmation=known.get("diagnosis_confirm_type", ""),
    )


ISIC2017 = _challenge(
    "isic2017",
    "ISIC-2017*Part3_GroundTruth.csv",
    ("ISIC-2017*_metadata.csv",),
    "image_id",
    _CODES_2017,
    _class_2017,
)
ISIC2018 = _challenge(
    "isic2018",
    "ISIC2018_Task3*GroundTruth.csv",
    ("ISIC2018_Task3*LesionGroupings.csv",),
    "image",
    _CODES_2018,
    lambda row: one_hot(row, _CODES_2018),
)
ISIC2019 = _challenge(
    "isic2019",
    "ISIC_2019*GroundTruth.csv",
    ("ISIC_2019*Metadata.csv",),
    "image",
    _CODES_2019[:-1],
    lambda row: one_hot(row, _CODES_2019),
)
