"""The body map's regions in SNOMED CT, as DICOM's context group for dermatology names them.

Codes and meanings: DICOM PS3.16, CID 4029 Dermatology Anatomic Site, and CID 244 Laterality.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """A SNOMED CT code with its meaning."""

    value: str
    meaning: str


SKIN = Code("39937001", "Skin")
RIGHT, LEFT = Code("24028007", "Right"), Code("7771000", "Left")

_UPPER_EXTREMITY = Code("371311000", "Skin of upper extremity")
_FOOT = Code("60496002", "Skin of foot")

_CODES: Mapping[str, Code] = {
    "scalp": Code("43067004", "Skin of scalp"),
    "face": Code("73897004", "Skin of face"),
    "mouth": Code("113277000", "Oral mucosa"),
    "neck": Code("11584001", "Skin of anterior portion of neck"),
    "chest": Code("244106003", "Skin of anterior surface of thorax"),
    "abdomen": Code("75093004", "Skin of abdomen"),
    "genitals": Code("60944009", "Skin of external genitalia"),
    "back-of-head": Code("79951008", "Skin of occipital region"),
    "nape": Code("4658004", "Skin of nuchal region"),
    "upper-back": Code("699893008", "Skin of back of upper thoracic region"),
    "lower-back": Code("113182001", "Skin of lower back"),
    "buttocks": Code("22180002", "Skin of buttock"),
    "ear": Code("1902009", "Skin of ear"),
    "shoulder": _UPPER_EXTREMITY,
    "upper-arm": Code("45981001", "Skin of anterior surface of upper arm"),
    "flank": SKIN,
    "forearm": Code("70559009", "Skin of anterior surface of forearm"),
    "palm": Code("70887009", "Skin of palm of hand"),
    "fingers": Code("244169007", "Skin of digit of hand"),
    "groin": Code("39687006", "Skin of inguinal region"),
    "thigh": Code("61248009", "Skin of anterior surface of thigh"),
    "shin": Code("25763004", "Skin of anterior surface of lower leg"),
    "foot": _FOOT,
    "toenail": Code("770805009", "Nail unit of toe"),
    "back-of-shoulder": _UPPER_EXTREMITY,
    "back-of-upper-arm": Code("72939005", "Skin of posterior surface of upper arm"),
    "back-of-flank": SKIN,
    "back-of-forearm": Code("41550009", "Skin of posterior surface of forearm"),
    "back-of-hand": Code("281642007", "Skin of part of dorsal surface of hand"),
    "fingernail": Code("770809003", "Nail unit of finger"),
    "back-of-thigh": Code("4578000", "Skin of posterior surface of thigh"),
    "calf": Code("47224004", "Skin of posterior surface of lower leg"),
    "heel": Code("84607009", "Skin of heel"),
    "sole": _FOOT,
}
"""By the region's key without its side; for a flank the group has no code but that of all skin."""

BODY_PARTS: Mapping[str, str] = {
    "scalp": "HEAD",
    "face": "FACE",
    "mouth": "MOUTH",
    "neck": "NECK",
    "chest": "CHEST",
    "abdomen": "ABDOMEN",
    "genitals": "PELVIS",
    "back-of-head": "HEAD",
    "nape": "NECK",
    "upper-back": "BACK",
    "lower-back": "BACK",
    "buttocks": "PELVIS",
}
"""What has no sides, in the coarse terms of PS3.16 annex L: by them a reader knows that none is missing."""

_RIDGED = frozenset({"palm", "fingers", "sole"})


def code_of(region: str) -> tuple[Code, Code | None]:
    """The code of a region of the body map (empty: not said) and of its side, None where it has none."""
    for name, side in (("right", RIGHT), ("left", LEFT)):
        if region.startswith(f"{name}-"):
            return _CODES[region.removeprefix(f"{name}-")], side
    return _CODES.get(region, SKIN), None


def shows_ridges(region: str) -> bool:
    """True where a picture may show finger prints, by which someone can be known."""
    return region.removeprefix("right-").removeprefix("left-") in _RIDGED
