"""The body map: its regions, and the names that the ISIC archive has for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from device.words.marks import N_

GENERAL_SITES = (
    N_("anterior torso"),
    N_("posterior torso"),
    N_("lateral torso"),
    N_("head/neck"),
    N_("upper extremity"),
    N_("lower extremity"),
    N_("palms/soles"),
    N_("oral/genital"),
)
"""The ISIC archive's `anatom_site_general`."""

SPECIAL_SITES = (
    "acral NOS",
    "nail NOS",
    "fingernail",
    "toenail",
    "acral palms or soles",
    "oral or genital",
)
"""The ISIC archive's `anatom_site_special`."""


@dataclass(frozen=True)
class Region:
    """A region of the body map.

    `view` is `front` or `back`; `box` is where it lies on that view, left, top, width and
    height, each 0 to 1 of a figure that stands 1 high and 0.5 wide, seen from outside: on
    the front view the person's right is on the left. `general` and `special` are the ISIC
    archive's names; `special` is empty where there is none.
    """

    key: str
    view: str
    box: tuple[float, float, float, float]
    general: str
    special: str = ""


# Of the front view, the middle and one side: name, box, general and special site.
_MIDDLE = [
    ("scalp", (0.40, 0.00, 0.20, 0.04), "head/neck", ""),
    ("face", (0.42, 0.04, 0.16, 0.07), "head/neck", ""),
    ("mouth", (0.46, 0.11, 0.08, 0.02), "oral/genital", "oral or genital"),
    ("neck", (0.44, 0.13, 0.12, 0.04), "head/neck", ""),
    ("chest", (0.34, 0.17, 0.32, 0.14), "anterior torso", ""),
    ("abdomen", (0.34, 0.31, 0.32, 0.15), "anterior torso", ""),
    ("genitals", (0.44, 0.46, 0.12, 0.05), "oral/genital", "oral or genital"),
]
_MIDDLE_BACK = [
    ("back-of-head", (0.40, 0.00, 0.20, 0.11), "head/neck", ""),
    ("nape", (0.44, 0.11, 0.12, 0.06), "head/neck", ""),
    ("upper-back", (0.34, 0.17, 0.32, 0.14), "posterior torso", ""),
    ("lower-back", (0.34, 0.31, 0.32, 0.10), "posterior torso", ""),
    ("buttocks", (0.34, 0.41, 0.32, 0.09), "posterior torso", ""),
]
_SIDE = [
    ("ear", (0.38, 0.05, 0.04, 0.05), "head/neck", ""),
    ("shoulder", (0.22, 0.17, 0.12, 0.06), "upper extremity", ""),
    ("upper-arm", (0.18, 0.23, 0.12, 0.13), "upper extremity", ""),
    ("flank", (0.30, 0.25, 0.04, 0.19), "lateral torso", ""),
    ("forearm", (0.12, 0.36, 0.12, 0.12), "upper extremity", ""),
    ("palm", (0.06, 0.48, 0.12, 0.05), "palms/soles", "acral palms or soles"),
    ("fingers", (0.04, 0.53, 0.12, 0.04), "upper extremity", "acral NOS"),
    ("groin", (0.34, 0.46, 0.10, 0.05), "anterior torso", ""),
    ("thigh", (0.32, 0.51, 0.18, 0.19), "lower extremity", ""),
    ("shin", (0.34, 0.70, 0.14, 0.21), "lower extremity", ""),
    ("foot", (0.32, 0.91, 0.16, 0.05), "lower extremity", "acral NOS"),
    ("toenail", (0.32, 0.96, 0.16, 0.04), "lower extremity", "toenail"),
]
_SIDE_BACK = [
    ("back-of-shoulder", (0.22, 0.17, 0.12, 0.06), "upper extremity", ""),
    ("back-of-upper-arm", (0.18, 0.23, 0.12, 0.13), "upper extremity", ""),
    ("back-of-flank", (0.30, 0.25, 0.04, 0.16), "lateral torso", ""),
    ("back-of-forearm", (0.12, 0.36, 0.12, 0.12), "upper extremity", ""),
    ("back-of-hand", (0.06, 0.48, 0.12, 0.05), "upper extremity", "acral NOS"),
    ("fingernail", (0.04, 0.53, 0.12, 0.04), "upper extremity", "fingernail"),
    ("back-of-thigh", (0.32, 0.50, 0.18, 0.20), "lower extremity", ""),
    ("calf", (0.34, 0.70, 0.14, 0.19), "lower extremity", ""),
    ("heel", (0.36, 0.89, 0.12, 0.05), "lower extremity", "acral NOS"),
    ("sole", (0.34, 0.94, 0.14, 0.06), "palms/soles", "acral palms or soles"),
]


def _regions() -> list[Region]:
    regions = [Region(key, "front", box, *names) for key, box, *names in _MIDDLE]
    regions += [Region(key, "back", box, *names) for key, box, *names in _MIDDLE_BACK]
    for view, side, near in (("front", _SIDE, "right"), ("back", _SIDE_BACK, "left")):
        far = "left" if near == "right" else "right"
        for key, box, *names in side:
            left, top, width, height = box
            mirrored = (round(1 - left - width, 2), top, width, height)
            regions.append(Region(f"{near}-{key}", view, box, *names))
            regions.append(Region(f"{far}-{key}", view, mirrored, *names))
    return regions


REGIONS: Mapping[str, Region] = {region.key: region for region in _regions()}
"""Every region of the map by its key, `left` and `right` as the person says them."""
