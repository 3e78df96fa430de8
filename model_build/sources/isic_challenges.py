"""The training sets of the ISIC challenges of 2017, 2018 and 2019: a column a class, 1 for the right one."""

from collections.abc import Callable
from pathlib import Path

from model_build.sources.entry import Entry, Source, Tables, find_below
from model_build.sources.tables import Row, by_id, one_hot, read_table

_CODES_2018 = ("MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC")
_CODES_2019 = ("MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC", "UNK")


def _class_2017(row: Row) -> str:
    # What is neither melanoma nor seborrheic keratosis is a benign nevus (arXiv:1710.05006, part 3).
    return one_hot(row, ("melanoma", "seborrheic_keratosis")) or "benign nevus"


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
        known: dict[str, Row] = {}
        for path in paths:
            if path not in truths:
                for key, row in by_id(read_table(path, image), image).items():
                    known[key] = known.get(key, {}) | row
        entries = tuple(
            _entry(row, row[image], known.get(row[image], {}), diagnose)
            for path in truths
            for row in read_table(path, image, *columns)
        )
        return Tables(name, paths, entries)

    title = f"the ISIC challenge of {name[-4:]}"
    return Source(title, truth.replace("*", "...").replace("......", "..."), find, read)


def _entry(row: Row, image_id: str, known: Row, diagnose: Callable[[Row], str]) -> Entry:
    return Entry(
        # The small pictures of 2019 carry their size in their names.
        image_id.removesuffix("_downsampled"),
        (diagnose(row),),
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
    ("melanoma", "seborrheic_keratosis"),
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
