"""Where the network looked."""

import numpy as np
from numpy.typing import NDArray


def saliency_map(maps: NDArray[np.float32], label: int) -> NDArray[np.float32]:
    """The evidence for one class over the field, 0 to 1, shape (7, 7).

    The class activation map (Zhou et al. 2016, arXiv:1512.04150), what speaks against the
    class left out, scaled to its own maximum; all 0 where nothing speaks for it.
    `maps` has shape (7, 7, classes).
    """
    evidence = np.maximum(maps[..., label], 0)
    peak = evidence.max()
    return np.asarray(evidence / peak if peak > 0 else evidence, np.float32)
