"""How often each output is to be expected, which the finished network's logits know."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from model_build.split import Row

POWER = 0.5
"""Between equal classes (0) and classes as frequent as in the sources (1); `results/` compares."""

_LEAST = 1e-4
"""The share of an output that no training picture shows."""


def log_prevalence(rows: Iterable[Row], outputs: Sequence[str], power: float = POWER) -> NDArray[np.float32]:
    """What the logit of each output rises by, shape (outputs,), 0 in the mean.

    Training gives logits that serve equal classes (`Balance`). Classes that are rarer than that
    need more evidence, else what only looks odd counts as one of the rare malignant ones: by
    Bayes' rule the log of the class's share is added (Saerens et al. 2002,
    doi:10.1162/089976602753284446, eq. 2.4), here times `power`. The share is the mean over
    sources of that among a source's training lesions.
    """
    counts: dict[str, NDArray[np.float64]] = {}
    place = {output: number for number, output in enumerate(outputs)}
    for row in rows:
        if row.part == "train" and row.label in place:
            counts.setdefault(row.source, np.zeros(len(place)))[place[row.label]] += 1
    shares = np.mean([each / each.sum() for each in counts.values()], axis=0)
    logs = power * np.log(np.maximum(shares, _LEAST))
    return np.asarray(logs - logs.mean(), np.float32)
