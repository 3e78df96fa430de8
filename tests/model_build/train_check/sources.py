"""Small subsets of three real data sets, in the layouts in which their publishers give them."""

import csv
import shutil

from tests.conftest import ROOT

DATA = ROOT.parent / "shared" / "data"
WEIGHTS = DATA / "weights" / "mobilenet_v2_1.0_224_imagenet_no_top.weights.h5"
_TWINS = 8


def read(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def few_of_each(rows, kind, count):
    """The first `count` rows of each kind, and no more."""
    taken = {}
    for row in rows:
        own = taken.setdefault(kind(row), [])
        if len(own) < count:
            own.append(row)
    return [row for own in taken.values() for row in own]


def known_twins():
    """Pairs of MILK10k's and HAM10000's ids for the same skin."""
    return [(row["isic_id"], row["ham10000_image_id"]) for row in read(DATA / "milk10k/ham10000_twins.csv")][
        :_TWINS
    ]


def ham10000(folder, count=10):
    """Two folders of pictures and the table with tabs, as the Dataverse gives them."""
    source, twins = DATA / "ham10000", {ham for _, ham in known_twins()}
    rows = read(source / "HAM10000_metadata.csv")
    rows = few_of_each(rows, lambda row: row["dx"], count) + [row for row in rows if row["image_id"] in twins]
    rows = list({row["image_id"]: row for row in rows}.values())
    for number, row in enumerate(rows):
        part = folder / f"HAM10000_images_part_{1 + number % 2}"
        part.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / "frames" / f"{row['image_id']}.jpg", part)
    lines = [
        "\t".join(f'"{value}"' for value in each) for each in (rows[0].keys(), *(r.values() for r in rows))
    ]
    (folder / "HAM10000_metadata.tab").write_text("\r\n".join(lines) + "\r\n", "utf-8-sig")
    return folder


def milk10k(folder, count=7, close_ups=12):
    """A folder a lesion, with its picture under the dermatoscope, and for some lesions the one without."""
    source, twins = DATA / "milk10k", {milk for milk, _ in known_twins()}
    classes = {
        row["lesion_id"]: next(code for code, value in row.items() if value == "1.0")
        for row in read(source / "MILK10k_Training_GroundTruth.csv")
    }
    pictures = read(source / "MILK10k_Training_Metadata.csv")
    dermoscopic = [row for row in pictures if row["image_type"] == "dermoscopic"]
    dermoscopic = [row for row in dermoscopic if (source / "dermoscopic" / f"{row['isic_id']}.jpg").exists()]
    clinical = [row for row in pictures if (source / "clinical" / f"{row['isic_id']}.jpg").exists()][
        :close_ups
    ]
    chosen = few_of_each(dermoscopic, lambda row: classes[row["lesion_id"]], count)
    chosen += [row for row in dermoscopic if row["isic_id"] in twins]
    chosen = list({row["isic_id"]: row for row in chosen}.values()) + clinical
    for row in chosen:
        kind = "dermoscopic" if row["image_type"] == "dermoscopic" else "clinical"
        lesion = folder / "MILK10k_Training_Input" / row["lesion_id"]
        lesion.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / kind / f"{row['isic_id']}.jpg", lesion)
    lesions, ids = {row["lesion_id"] for row in chosen}, {row["isic_id"] for row in chosen}
    truth = read(source / "MILK10k_Training_GroundTruth.csv")
    more = read(source / "MILK10k_Training_Supplement.csv")
    write(folder / "MILK10k_Training_GroundTruth.csv", [row for row in truth if row["lesion_id"] in lesions])
    write(folder / "MILK10k_Training_Metadata.csv", chosen)
    write(folder / "MILK10k_Training_Supplement.csv", [row for row in more if row["isic_id"] in ids])
    return folder


def isic2017(folder, count=12):
    """One folder of pictures, which were squashed to squares here, and a column a class."""
    source = DATA / "isic2017"
    rows = few_of_each(read(source / "labels.csv"), lambda row: row["dx"], count)
    (folder / "ISIC-2017_Training_Data").mkdir(parents=True)
    for row in rows:
        shutil.copy(source / "images" / f"{row['image_id']}.jpg", folder / "ISIC-2017_Training_Data")
    columns = {"melanoma": "mel", "seborrheic_keratosis": "bkl"}
    truth = [
        {"image_id": row["image_id"]} | {name: float(row["dx"] == dx) for name, dx in columns.items()}
        for row in rows
    ]
    write(folder / "ISIC-2017_Training_Part3_GroundTruth.csv", truth)
    return folder
