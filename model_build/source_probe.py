"""The `probe` command: whether the network's features give away where a picture is from.

What names the source may stand in for the lesion, since sources differ in what they hold. Within one
class nothing but the source is left to tell.
"""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from device.classifier.preprocess import scale_field
from model_build import metrics
from model_build.progress import progress
from model_build.sources.diagnoses import NO_DERMOSCOPY
from model_build.split import Row
from model_build.steps import Step, check_split
from model_build.training.loader import at_side
from model_build.training.network import features_of
from model_build.training.step import DataSet, load_network
from model_build.workspace import Workspace, write_json

ROLE = "validation"
LEAST_OF_A_CELL = 20
"""A source takes part in a class of which it has so many pictures."""
FOLDS = 5
_INVERSE_PENALTY = 1e-2
_BATCH = 64

Features = NDArray[np.float32]
"""The mean over the field of the network's last features, shape (pictures, channels)."""


def probe(workspace: Workspace) -> None:
    """Write down, for each class, how often a linear probe names the source of a picture."""
    check_split(workspace)
    step = Step(
        workspace,
        "probe",
        reads=[workspace.split, workspace.fields, workspace.weights],
        code=["source_probe.py"],
        makes=[workspace.source_probe],
    )
    if step.is_done():
        return
    figures = probe_network(load_network(workspace), DataSet.read(workspace))
    write_json(workspace.source_probe, figures)
    step.finish()
    print(f"probe: {figures}")


def probe_network(network: keras.Model, data: DataSet) -> dict[str, Any]:
    """`name_sources` from what `network` makes of validation pictures that show a lesion."""
    chosen = [i for i, row in enumerate(data.rows) if row.role == ROLE and row.label != NO_DERMOSCOPY]
    last, fields = features_of(network), at_side(data.pictures.fields[chosen], network.input_shape[1])
    batches = progress(range(0, len(fields), _BATCH), "probe")
    features = [last.predict_on_batch(scale_field(fields[i : i + _BATCH])) for i in batches]
    return name_sources(np.concatenate(features), [data.rows[i] for i in chosen])


def name_sources(features: Features, rows: list[Row]) -> dict[str, Any]:
    """For each class that several sources show: the balanced accuracy of naming the source, and chance.

    A linear probe (Alain & Bengio 2016, arXiv:1610.01644): logistic regression on standardized
    features, cross-validated over lesions, twins and one patient's lesions on one side. A source needs
    `FOLDS` of them, so that no fold is learnt without it.
    """
    labels = np.array([row.label for row in rows])
    sources = np.array([row.source for row in rows])
    clusters = np.array([row.group for row in rows])
    figures = {}
    for label in np.unique(labels):
        cells = {name: (labels == label) & (sources == name) for name in np.unique(sources)}
        among = [
            str(name)
            for name, cell in cells.items()
            if cell.sum() >= LEAST_OF_A_CELL and len(np.unique(clusters[cell])) >= FOLDS
        ]
        if len(among) < 2:
            continue
        own = (labels == label) & np.isin(sources, among)
        wanted = np.searchsorted(among, sources[own])
        named = _cross_validate(features[own], wanted, clusters[own])
        figures[str(label)] = {
            "pictures": int(own.sum()),
            "sources": among,
            "chance": round(1 / len(among), 4),
            "named": metrics.with_interval(
                metrics.balanced_accuracy, wanted, np.eye(len(among))[named], clusters[own].tolist()
            ),
        }
    return figures


def _cross_validate(
    features: Features, wanted: NDArray[np.int64], clusters: NDArray[np.str_]
) -> NDArray[np.int64]:
    named = np.empty_like(wanted)
    for learnt, asked in StratifiedGroupKFold(FOLDS).split(features, wanted, clusters):
        regression = LogisticRegression(C=_INVERSE_PENALTY, class_weight="balanced", max_iter=500)
        fitted = make_pipeline(StandardScaler(), regression).fit(features[learnt], wanted[learnt])
        named[asked] = fitted.predict(features[asked])
    return named
