"""Which pictures an epoch shows, and what the network is to say of each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]

NO_LESION = -1
"""In place of an output's index: a picture without a dermatoscope, which only the foreign map learns from."""

_ABSENT = 1e-9


@dataclass(frozen=True)
class Pictures:
    """All pictures of a data set: `outputs` and `sources` are index arrays (pictures,).

    `outputs` names what each shows among the network's `names`, or `NO_LESION`.
    """

    fields: NDArray[np.uint8]
    outputs: Indices
    sources: Indices
    names: tuple[str, ...]


@dataclass(frozen=True)
class Balance:
    """How often training shows each source, and each class within its source.

    A share goes with a power of the count: 1 is nature's, 0 gives equal shares (the idea:
    Mahajan et al. 2018, arXiv:1805.00932, section 2.2). With `adjusted`, the log of how often a
    picture's *own source* shows each class is added to the logits inside the loss (Menon et al.
    2021, arXiv:2007.07314, eq. 10 with tau 1, for each source by itself). So the network's
    logits serve equal classes, and naming the source is of no use to it: that a source holds no
    basal cell carcinoma, or many, is known to the loss already.
    """

    source_power: float = 0.6
    class_power: float = 0.6
    adjusted: bool = True


class Sampler:
    """Draws the pictures of each epoch, the same for the same seed, on any machine.

    A cell is one class of one source. Within a cell every picture comes once before any comes
    again.
    """

    def __init__(self, pictures: Pictures, members: Indices, balance: Balance, seed: int) -> None:
        self._seed = seed
        self._cells: list[Indices] = []
        shares: list[float] = []
        self.log_priors = np.zeros((pictures.sources.max() + 1, len(pictures.names)), np.float32)
        for source in np.unique(pictures.sources[members]):
            own = members[pictures.sources[members] == source]
            cells = [own[pictures.outputs[own] == output] for output in np.unique(pictures.outputs[own])]
            weights = np.array([len(cell) ** balance.class_power for cell in cells])
            self._cells += cells
            shares += (len(own) ** balance.source_power * weights / weights.sum()).tolist()
            if balance.adjusted:
                self.log_priors[source] = _log_prior(pictures, cells, weights)
        self.shares = np.array(shares) / np.sum(shares)

    def epoch(self, number: int, size: int) -> Indices:
        """The indices (size,) of epoch `number`, from 0, in the order in which they are shown."""
        # What earlier epochs dealt is drawn anew, so that a run goes on as if it had not been cut off.
        counts = [
            np.random.default_rng((self._seed, earlier)).multinomial(size, self.shares)
            for earlier in range(number + 1)
        ]
        begun = np.sum(counts[:-1], axis=0, dtype=np.int64) + np.zeros(len(self._cells), np.int64)
        chosen = [
            self._deal(cell, int(first), int(count))
            for cell, (first, count) in enumerate(zip(begun, counts[-1], strict=True))
        ]
        return np.random.default_rng((self._seed, number, 1)).permutation(np.concatenate(chosen))

    def _deal(self, cell: int, begun: int, count: int) -> Indices:
        """The cards `begun` to `begun + count` of a cell's endless, ever reshuffled deck."""
        size = len(self._cells[cell])
        decks = range(begun // size, (begun + count) // size + 1)
        shuffled = [np.random.default_rng((self._seed, cell, deck)).permutation(size) for deck in decks]
        start = begun % size
        return self._cells[cell][np.concatenate(shuffled)[start : start + count]]


def _log_prior(pictures: Pictures, cells: list[Indices], weights: NDArray[np.float64]) -> NDArray[np.float32]:
    shown = np.full(len(pictures.names), _ABSENT)
    for cell, weight in zip(cells, weights, strict=True):
        output = pictures.outputs[cell[0]]
        if output != NO_LESION:
            shown[output] = weight
    return np.asarray(np.log(shown / shown.sum()), np.float32)
