"""Where the network looked."""

import numpy as np
from numpy.typing import NDArray


def saliency_map(maps: NDArray[np.float32], output: int) -> NDArray[np.float32]:
    """The evidence for one output over the field, 0 to 1, shape (side, side).

    The class activation map (Zhou et al. 2016, arXiv:1512.04150), what speaks against it
    left out, scaled to its own maximum; all 0 where nothing speaks for it.
    `maps` has shape (side, side, outputs or more).
    """
    evidence = np.maximum(maps[..., output], 0)
    peak = evidence.max()
    return np.asarray(evidence / peak if peak > 0 else evidence, np.float32)
