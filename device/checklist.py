"""The seven-point checklist: what an examiner looks for in a dermoscopic picture, and what it scores. Pure.

Criteria, weights and threshold: Argenziano G. et al., Arch. Dermatol. 134:1563 (1998),
doi:10.1001/archderm.134.12.1563. The revised one counts each criterion once and has the lower threshold:
Argenziano G. et al., Br. J. Dermatol. 164:785 (2011), doi:10.1111/j.1365-2133.2010.10194.x.
It was made for melanocytic lesions: it says nothing of others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Criterion(StrEnum):
    """One of the seven, the major ones first."""

    ATYPICAL_NETWORK = "atypical network"
    BLUE_WHITISH_VEIL = "blue-whitish veil"
    ATYPICAL_VESSELS = "atypical vascular pattern"
    IRREGULAR_STREAKS = "irregular streaks"
    IRREGULAR_DOTS = "irregular dots or globules"
    IRREGULAR_BLOTCHES = "irregular blotches"
    REGRESSION = "regression structures"

    @property
    def weight(self) -> int:
        """Points in the checklist of 1998: a major criterion counts twice."""
        return 2 if self in _MAJOR else 1


_MAJOR = frozenset({Criterion.ATYPICAL_NETWORK, Criterion.BLUE_WHITISH_VEIL, Criterion.ATYPICAL_VESSELS})

THRESHOLD = 3
"""From so many points on, 0 to 10, the checklist of 1998 takes a lesion for a melanoma."""
REVISED_THRESHOLD = 1
"""From so many criteria on, 0 to 7, the revised one would have it cut out."""


@dataclass(frozen=True)
class Checklist:
    """The criteria that an examiner found in a picture; those that are not `present` are absent."""

    present: frozenset[Criterion]

    @property
    def score(self) -> int:
        """Points of 1998, 0 to 10."""
        return sum(each.weight for each in self.present)

    @property
    def suspicious(self) -> bool:
        """Whether the score of 1998 reaches its threshold."""
        return self.score >= THRESHOLD

    @property
    def revised_score(self) -> int:
        """Points of 2011, one a criterion, 0 to 7."""
        return len(self.present)

    @property
    def revised_suspicious(self) -> bool:
        """Whether the score of 2011 reaches its threshold."""
        return self.revised_score >= REVISED_THRESHOLD

    @property
    def codes(self) -> list[str]:
        """The criteria that are present, in the order of the checklist."""
        return [each.value for each in Criterion if each in self.present]


def read_checklist(codes: Iterable[str]) -> Checklist:
    """The checklist with these criteria present. Raises ValueError for what is none of the seven."""
    return Checklist(frozenset(map(Criterion, codes)))
