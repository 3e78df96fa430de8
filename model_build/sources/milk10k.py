"""MILK10k, the training set of the ISIC 2025 challenge (doi:10.34970/648456)."""

from pathlib import Path

from model_build.sources.entry import Entry, Source, Tables, find_below
from model_build.sources.tables import by_id, one_hot, read_table

CODES = ("AKIEC", "BCC", "BEN_OTH", "BKL", "DF", "INF", "MAL_OTH", "MEL", "NV", "SCCKA", "VASC")


def find(folder: Path) -> tuple[Path, ...]:
    """The classes by lesion, the pictures, and, where it is there, how the diagnosis was confirmed."""
    found = [
        find_below(folder, f"MILK10k*{table}*.csv")[:1] for table in ("GroundTruth", "Metadata", "Supplement")
    ]
    return (*found[0], *found[1], *found[2]) if found[0] and found[1] else ()


def read(folder: Path, paths: tuple[Path, ...]) -> Tables:
    """Every picture: a lesion has one under the dermatoscope and one without."""
    truth = by_id(read_table(paths[0], "lesion_id", *CODES), "lesion_id")
    confirmed = by_id(read_table(paths[2], "isic_id"), "isic_id") if len(paths) > 2 else {}
    entries = []
    for row in read_table(paths[1], "lesion_id", "image_type", "isic_id"):
        entries.append(
            Entry(
                row["isic_id"],
                (one_hot(truth.get(row["lesion_id"], {}), CODES),),
                row["lesion_id"],
                dermoscopic=row["image_type"] == "dermoscopic",
                age=row.get("age_approx", ""),
                sex=row.get("sex", ""),
                site=row.get("site", ""),
                skin_tone=row.get("skin_tone_class", ""),
                centre=row.get("attribution", ""),
                confirmation=confirmed.get(row["isic_id"], {}).get("diagnosis_confirm_type", ""),
            )
        )
    return Tables("milk10k", paths, tuple(entries))


SOURCE = Source("MILK10k", "MILK10k_Training_GroundTruth.csv and MILK10k_Training_Metadata.csv", find, read)
