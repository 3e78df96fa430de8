"""The ISIC archive's names for what is known of an examination, and the device's own beside them.

Names and values as in the archive's schema (github.com/ImageMarkup/isic-metadata, `MetadataRow`)
and its downloads (api.isic-archive.com); diagnoses are its hierarchy, one column a level.
"""

from collections.abc import Mapping, Sequence

from device import __version__
from device.classes import PRESET, Classes
from device.examination import Source
from device.export.items import Item
from device.images.head import jpeg_size
from device.records.values import ISIC_CONFIRMATIONS, Sex
from device.serialization import NOT_A_DEVICE

LEVELS = 3

DIAGNOSES: Mapping[str, tuple[str, ...]] = {
    "bcc": (
        "Malignant",
        "Malignant adnexal epithelial proliferations - Follicular",
        "Basal cell carcinoma",
    ),
    "bkl": ("Benign", "Benign epidermal proliferations", "Pigmented benign keratosis"),
    "df": ("Benign", "Benign soft tissue proliferations - Fibro-histiocytic", "Dermatofibroma"),
    "mel": ("Malignant", "Malignant melanocytic proliferations (Melanoma)", "Melanoma, NOS"),
    "nv": ("Benign", "Benign melanocytic proliferations", "Nevus"),
    "vasc": ("Benign", "Benign soft tissue proliferations - Vascular"),
}
"""The archive's levels for a confirmed class; `akiec` has none, since it holds actinic keratosis, which is
indeterminate there, and squamous cell carcinoma in situ, which is malignant."""

OLDEST = 85
"""The archive keeps no greater age."""

_ROMAN = ("", "I", "II", "III", "IV", "V", "VI")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

COLUMNS = (
    "filename",
    "attribution",
    "copyright_license",
    "acquisition_day",
    "age_approx",
    "anatom_site_general",
    "anatom_site_special",
    *(f"diagnosis_{level}" for level in range(1, LEVELS + 1)),
    "diagnosis_confirm_type",
    "fitzpatrick_skin_type",
    "image_type",
    "lesion_id",
    "patient_id",
    "pixels_x",
    "pixels_y",
    "sex",
)

OWN_COLUMNS = (
    "examination",
    "taken_at",
    "clock_set",
    "site",
    "confirmed",
    "triage",
    "prediction_set",
    "malignancy",
    "foreign",
    "overridden",
    "width_mm",
    "source",
    "opinion_triage",
    "opinion",
    "opinion_blind",
    "seven_point_score",
    "seven_point_revised",
    "model",
    "version",
    "notice",
)
PREFIX = "dermapoint_"
_NAMED = ("name", "person_notes", "lesion_notes", "notes", "confirmed_in_words")


def columns(named: bool, codes: Sequence[str]) -> list[str]:
    """The heads of the columns: the archive's, and the device's with its prefix.

    `codes` are those of all classes that have a probability in any of the examinations.
    """
    known = [code for code in PRESET.output_codes if code in codes]
    ranked = dict.fromkeys((*known, *sorted(codes)))
    own = [*OWN_COLUMNS, *(f"probability_{code}" for code in ranked), *(_NAMED if named else ())]
    return [*COLUMNS, *(PREFIX + name for name in own)]


def row(item: Item, heads: Sequence[str]) -> list[str]:
    """One examination under the heads from `columns`; what isn't known is empty.

    Age is rounded to five years, as the archive does, and the day is relative to the person's first.
    Who holds the rights in a picture the device doesn't know.
    """
    columns = _archive(item) | {PREFIX + name: value for name, value in _own(item).items()}
    return [_cell(columns.get(name)) for name in heads]


def levels_of(code: str, classes: Classes) -> tuple[str, ...]:
    """The archive's levels for a confirmed class; none for one of `classes` that only shares its code."""
    own, preset = classes.get(code), PRESET.get(code)
    is_another = own and preset and own.name() != preset.name()
    return () if is_another else DIAGNOSES.get(code, ())


def _archive(item: Item) -> dict[str, object]:
    lesion, person, site = item.lesion, item.person, item.lesion and item.lesion.site
    confirmed = lesion.diagnosis if lesion else None
    levels = levels_of(confirmed.label, item.examination.finding.classes) if confirmed else ()
    width, height = jpeg_size(item.best.path) or ("", "")
    known_sex = person is not None and person.sex in (Sex.FEMALE, Sex.MALE)
    return {
        "filename": item.best.path.name,
        "acquisition_day": item.day,
        "age_approx": None if item.age is None else min(5 * round(item.age / 5), OLDEST),
        "anatom_site_general": site.general if site else "",
        "anatom_site_special": site.special if site else "",
        **{f"diagnosis_{level}": name for level, name in enumerate(levels, 1)},
        "diagnosis_confirm_type": ISIC_CONFIRMATIONS[confirmed.confirmed_by] if confirmed else "",
        "fitzpatrick_skin_type": _ROMAN[person.skin_type or 0] if person else "",
        # Of an uploaded picture it isn't known.
        "image_type": "dermoscopic" if item.examination.source is Source.CAMERA else "",
        "lesion_id": lesion.id if lesion else "",
        "patient_id": person.pseudonym if person else "",
        "pixels_x": width,
        "pixels_y": height,
        "sex": person.sex.value if person and known_sex else "",
    }


def _own(item: Item) -> dict[str, object]:
    examination, lesion, person = item.examination, item.lesion, item.person
    finding = examination.finding
    confirmed = lesion.diagnosis if lesion else None
    return {
        "examination": examination.id,
        "taken_at": item.taken_at.isoformat() if item.taken_at else "",
        "clock_set": "" if examination.clock_set is None else str(examination.clock_set).lower(),
        "site": lesion.region if lesion else "",
        "confirmed": confirmed.label if confirmed else "",
        "triage": finding.triage.value,
        "prediction_set": " ".join(finding.prediction_set),
        "malignancy": f"{finding.malignancy:.4f}",
        "foreign": str(finding.foreign).lower(),
        **{
            f"probability_{code}": f"{share:.4f}"
            for code, share in (finding.probabilities | finding.beside).items()
        },
        "overridden": str(examination.overridden).lower(),
        "width_mm": "" if item.width_mm is None else f"{item.width_mm:.3f}",
        "source": examination.source.value,
        **_first_opinion(item),
        "model": finding.model,
        "version": __version__,
        "notice": NOT_A_DEVICE,
        "name": person.name if person else "",
        "person_notes": person.notes if person else "",
        "lesion_notes": lesion.notes if lesion else "",
        "notes": item.line.notes,
        "confirmed_in_words": confirmed.in_words if confirmed else "",
    }


def _first_opinion(item: Item) -> dict[str, object]:
    """What was said first: by then nobody's mind was changed."""
    if not item.opinions:
        return {}
    first = item.opinions[0]
    checklist = first.checklist
    return {
        "opinion_triage": first.triage.value,
        "opinion": first.label,
        "opinion_blind": str(first.blind).lower(),
        "seven_point_score": checklist.score if checklist else "",
        "seven_point_revised": checklist.revised_score if checklist else "",
    }


def _cell(value: object) -> str:
    """A text that no spreadsheet takes for a formula: OWASP, CSV Injection."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
