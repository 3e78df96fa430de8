"""Two pictures of one lesion: laid over each other, and what has changed. Pure functions."""

from dataclasses import dataclass

from device.compare.alignment import Alignment, align
from device.compare.measures import Measures, colour_difference, measure
from device.compare.outline import outline
from device.compare.picture import Picture

__all__ = ["Comparison", "compare"]

SIZE_NOISE = 0.17
"""A share: the diameters in two pictures of one lesion differ by less, in nineteen of twenty."""
COLOUR_NOISE = 16.0
"""And their colours by less. Both are measured in docs/compare.md."""
MOST_APART = 1.3
"""So many times may the skin seem larger than the lenses say: it stretches, and a lesion's own points move
apart as it grows, but more than this is a scale that isn't true of one of the pictures."""


@dataclass(frozen=True)
class Comparison:
    """What two pictures of a lesion say together.

    `first` and `second` are None where no outline was found; `alignment` is None where too few points agree.
    `scale` is how much the second picture must be enlarged to show a millimetre as long as the first, and
    None where the lenses don't tell. `grown` is the change of the longest diameter as a share of the first,
    and `colour` the colour difference, CIELAB; None where they can't be known.
    """

    first: Measures | None
    second: Measures | None
    alignment: Alignment | None
    scale: float | None

    @property
    def at_odds(self) -> bool:
        """Whether points of the skin show quite another magnification than the lenses tell."""
        if not (self.alignment and self.scale):
            return False
        return not 1 / MOST_APART <= self.alignment.seen / self.scale <= MOST_APART

    @property
    def looks_different(self) -> bool:
        """Whether the two pictures plainly look like two lesions: nothing of them agrees.

        No points of the skin do, and the colours differ by more than those of one lesion: so do three of five
        pairs of two lesions, and three of a hundred of one lesion (docs/compare.md).
        """
        return self.alignment is None and self.colour is not None and self.colour >= COLOUR_NOISE

    @property
    def grown(self) -> float | None:
        if not (self.first and self.second and self.scale and self.first.sized and self.second.sized):
            return None
        if self.at_odds:
            return None
        return self.second.diameter * self.scale / self.first.diameter - 1

    @property
    def colour(self) -> float | None:
        return colour_difference(self.first, self.second) if self.first and self.second else None


def compare(first: Picture, second: Picture, scale: float | None) -> Comparison:
    """Compare the `second`, later picture with the `first`; for `scale` see Comparison."""
    return Comparison(_measure(first), _measure(second), align(first, second, scale), scale)


def _measure(picture: Picture) -> Measures | None:
    found = outline(picture)
    return measure(picture, found) if found else None
