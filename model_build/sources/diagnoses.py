"""The written table: what every diagnosis of every source is to the model, and who says so."""

from dataclasses import dataclass

from device.classes import HAM10000, PRESET

MALIGNANT_OTHER = "malignant_other"
"""Malignant without a class of its own: must lead to *refer*."""

OTHER_LESION = "other_lesion"
"""A lesion outside the classes that is not malignant."""

NO_DERMOSCOPY = "no_dermoscopy"
"""A picture taken without a dermatoscope, of whatever it is."""

UNDECIDED = "undecided"
"""A word too wide for any of the above; its pictures are counted and left aside."""

BESIDE = (MALIGNANT_OTHER, OTHER_LESION)
"""The labels of lesions of none of the classes."""

LABELS = (*HAM10000.codes, *BESIDE, NO_DERMOSCOPY)
"""What the table makes of diagnoses: HAM10000's classes, and what is none of them."""

MALIGNANT_LABELS = PRESET.malignant
"""Those of them that are malignant or pre-malignant."""

REFERENCES = {
    "HAM10000": "Tschandl P. et al., Sci. Data 5, 180161 (2018), doi:10.1038/sdata.2018.161",
    "ISIC 2017": "Codella N. et al. (2017), arXiv:1710.05006",
    "BCN20000": "Combalia M. et al. (2019), arXiv:1908.02288",
    "MILK10k": "MILK study team, ISIC archive, doi:10.34970/648456: the challenge's 11 classes",
    "ISIC": "ISIC archive, the tree of diagnoses diagnosis_1 to diagnosis_5",
    "WHO": "WHO Classification of Skin Tumours, 4th edition, IARC, Lyon 2018",
}
"""The sources that the table names."""


@dataclass(frozen=True)
class Diagnosis:
    """One word of a source, in small letters, the label it has here, and the key of its reference."""

    word: str
    label: str
    reference: str


# Each block: label, reference, words.
_TABLE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("akiec", "HAM10000", ("akiec", "ak", "actinic keratosis", "bowen disease")),
    ("akiec", "MILK10k", ("solar or actinic keratosis", "squamous cell carcinoma in situ")),
    ("akiec", "MILK10k", ("squamous cell carcinoma in situ, bowens disease",)),
    ("bcc", "HAM10000", ("bcc", "basal cell carcinoma")),
    (
        "bkl",
        "HAM10000",
        ("bkl", "pigmented benign keratosis", "seborrheic keratosis"),
    ),
    ("bkl", "HAM10000", ("solar lentigo", "lichen planus like keratosis", "lichenoid keratosis")),
    ("bkl", "ISIC 2017", ("seborrheic_keratosis",)),
    ("bkl", "MILK10k", ("ink-spot lentigo", "clear cell acanthoma")),
    ("df", "HAM10000", ("df", "dermatofibroma")),
    ("mel", "HAM10000", ("mel", "melanoma")),
    ("mel", "ISIC", ("malignant melanocytic proliferations (melanoma)", "melanoma, nos", "melanoma in situ")),
    ("mel", "MILK10k", ("melanoma invasive", "melanoma metastasis")),
    ("nv", "HAM10000", ("nv", "nevus", "naevus", "blue nevus")),
    ("nv", "ISIC 2017", ("benign nevus",)),
    ("nv", "ISIC", ("benign melanocytic proliferations",)),
    ("vasc", "HAM10000", ("vasc", "vascular lesion", "angioma", "angiokeratoma", "pyogenic granuloma")),
    ("vasc", "HAM10000", ("hemangioma", "hemorrhage", "hemorrhagic lesions")),
    (MALIGNANT_OTHER, "MILK10k", ("sccka", "squamous cell carcinoma, invasive", "keratoacanthoma")),
    (MALIGNANT_OTHER, "MILK10k", ("mal_oth", "collision - at least one malignant proliferation")),
    (MALIGNANT_OTHER, "BCN20000", ("scc", "squamous cell carcinoma", "squamous cell carcinoma, nos")),
    (MALIGNANT_OTHER, "WHO", ("kaposi sarcoma", "merkel cell carcinoma", "dermatofibrosarcoma protuberans")),
    (MALIGNANT_OTHER, "WHO", ("atypical fibroxanthoma", "angiosarcoma", "cutaneous lymphoma")),
    (MALIGNANT_OTHER, "WHO", ("other_malignant", "malignant_other")),
    (MALIGNANT_OTHER, "ISIC", ("malignant", "malignant - other", "malignant epidermal proliferations")),
    (OTHER_LESION, "MILK10k", ("ben_oth", "inf", "benign - other", "exogenous", "cysts")),
    (OTHER_LESION, "MILK10k", ("inflammatory or infectious diseases", "porokeratosis", "molluscum")),
    (OTHER_LESION, "MILK10k", ("collision - only benign proliferations", "mast cell proliferations")),
    (OTHER_LESION, "MILK10k", ("mucosal melanotic macule", "trichoblastoma", "sebaceous hyperplasia")),
    (OTHER_LESION, "MILK10k", ("supernumerary nipple", "juvenile xanthogranuloma", "mastocytosis")),
    (OTHER_LESION, "MILK10k", ("infundibular or epidermal cyst",)),
    (OTHER_LESION, "MILK10k", ("benign soft tissue proliferations - vascular",)),
    (OTHER_LESION, "MILK10k", ("benign soft tissue proliferations - fibro-histiocytic",)),
    (OTHER_LESION, "ISIC", ("flat melanotic pigmentations - not melanocytic nevus", "other_lesion")),
    (OTHER_LESION, "ISIC", ("benign epidermal proliferations", "other_benign")),
    (OTHER_LESION, "WHO", ("scar", "verruca", "neurofibroma", "fibroepithelial polyp", "lentigo simplex")),
    (OTHER_LESION, "WHO", ("angiofibroma or fibrous papule", "cafe-au-lait macule", "epidermal nevus")),
    (OTHER_LESION, "WHO", ("nevus sebaceus", "lipoma", "lichen planus", "psoriasis", "eczema")),
    (UNDECIDED, "ISIC", ("unknown", "unk", "other", "benign", "indeterminate", "lentigo nos")),
    (UNDECIDED, "ISIC", ("indeterminate melanocytic proliferations", "atypical melanocytic proliferation")),
    (UNDECIDED, "ISIC", ("aimp", "indeterminate epidermal proliferations")),
)

# Branches of the archive's tree that are one thing whatever follows the dash.
_BRANCHES = (
    ("benign adnexal epithelial proliferations", OTHER_LESION),
    ("benign soft tissue proliferations", OTHER_LESION),
    ("malignant adnexal epithelial proliferations", MALIGNANT_OTHER),
    ("malignant soft tissue proliferations", MALIGNANT_OTHER),
)

DIAGNOSES = tuple(
    Diagnosis(word, label, reference) for label, reference, words in _TABLE for word in words
) + tuple(Diagnosis(f"{branch} - ...", label, "ISIC") for branch, label in _BRANCHES)
"""The whole table."""

_LABELS = {each.word: each.label for each in DIAGNOSES}


def normalize(word: str) -> str:
    """A word as the table has it."""
    return word.strip().lower()


def find_label(word: str) -> str | None:
    """What the table says of a normalized word; None when it lacks it."""
    return _LABELS.get(word) or _LABELS.get(word.partition(" - ")[0] + " - ...")


def describe() -> str:
    """The table as Markdown, with its references."""
    lines = ["| diagnosis | here | by |", "|---|---|---|"]
    for label in (*LABELS, UNDECIDED):
        words: dict[str, list[str]] = {}
        for each in DIAGNOSES:
            if each.label == label:
                words.setdefault(each.reference, []).append(each.word)
        lines += [f"| {'; '.join(listed)} | `{label}` | {by} |" for by, listed in words.items()]
    lines += ["", *(f"- {key}: {text}." for key, text in REFERENCES.items())]
    return "\n".join(lines)
