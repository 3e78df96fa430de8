"""The `foreign` step: teach the network to know a picture that shows no lesion under a dermatoscope."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from device.classifier.preprocess import scale_field
from model_build.foreign import head
from model_build.foreign.photos import cut_fields, library_photos
from model_build.foreign.rendered import draw_rendered
from model_build.prevalence import log_prevalence
from model_build.sources.diagnoses import NO_DERMOSCOPY
from model_build.split import VALIDATION_FOLD, Row
from model_build.steps import Step
from model_build.training.augmentation import augmentation
from model_build.training.loader import at_side
from model_build.training.network import features_of
from model_build.training.step import DataSet, load_network
from model_build.workspace import Workspace, write_json

RENDERED_EACH = 150
CROPS_EACH = 40
LESIONS_A_CELL = 60
CLOSE_UPS = 500
PHOTOS = "photographs"
CLOSE_UP = "close-ups without a dermatoscope"

LESIONS_REFUSED = 0.01
"""The share of real pictures that may be refused when a kind is left out to see whether it is known."""

_SEED = 5
_BATCH = 32

Fields = NDArray[np.uint8]


def learn(workspace: Workspace) -> None:
    """Fit the head on training lesions of every source and foreign pictures, and measure kinds left out."""
    step = Step(
        workspace,
        "foreign",
        reads=[workspace.split, workspace.fields, workspace.weights],
        code=["foreign", "training"],
        makes=[workspace.foreign, workspace.foreign_record],
    )
    if step.is_done():
        return
    data = DataSet.read(workspace)
    model = load_network(workspace)
    features, side = features_of(model), model.input_shape[1]

    print("foreign: looking at lesions and at what is none", flush=True)
    some = at_side(data.pictures.fields[_some_of_each(data.rows, LESIONS_A_CELL)], side)
    lesions = np.concatenate([_ask(features, scale_field(some)), _ask(features, _augmented(some))])
    kinds = {kind: _ask(features, scale_field(at_side(drawn, side))) for kind, drawn in _kinds(data)}
    refused = {
        kind: _refused(lesions, [kinds[other] for other in kinds if other != kind], kinds[kind])
        for kind in kinds
    }
    write_json(workspace.foreign_record, {"refused_when_left_out": refused})
    spread = float(_ask(model, scale_field(some))[:, :-1].std())
    head.fit(lesions, np.concatenate(list(kinds.values())), spread).save(workspace.foreign)
    print(f"foreign: refused of each kind when it was left out of learning: {refused}")
    step.finish()


def load_finished(workspace: Workspace) -> keras.Model:
    """The float network with all that it learnt: to (batch, outputs + 1), the foreign score last.

    Its logits know how often each output is to be expected (`log_prevalence`).
    """
    model, fitted = load_network(workspace), head.load(workspace.require(workspace.foreign, "foreign"))
    data = DataSet.read(workspace)
    maps = model.get_layer("maps")
    kernel, bias = maps.get_weights()
    bias[:-1] += log_prevalence(data.rows, data.pictures.names)
    kernel[..., -1], bias[-1] = fitted.weights, fitted.bias
    maps.set_weights([kernel, bias])
    return model


def _kinds(data: DataSet) -> Iterator[tuple[str, Fields]]:
    yield from draw_rendered(RENDERED_EACH, np.random.default_rng(_SEED))
    yield PHOTOS, cut_fields(library_photos(), CROPS_EACH, np.random.default_rng(_SEED))
    close_ups = [
        place
        for place, row in enumerate(data.rows)
        if row.part == "train" and row.fold != str(VALIDATION_FOLD) and row.label == NO_DERMOSCOPY
    ]
    if close_ups:
        chosen = np.random.default_rng(_SEED).permutation(close_ups)[:CLOSE_UPS]
        yield CLOSE_UP, data.pictures.fields[np.sort(chosen)]


def _some_of_each(rows: list[Row], count: int) -> list[int]:
    """Up to `count` training pictures of each class of each source.

    None of the calibration's: the threshold that it finds would be too low for new lesions.
    """
    cells: dict[tuple[str, str], list[int]] = {}
    for index in np.random.default_rng(_SEED).permutation(len(rows)):
        row = rows[index]
        if row.role == "train":
            cells.setdefault((row.source, row.label), []).append(int(index))
    return sorted(index for own in cells.values() for index in own[:count])


def _augmented(fields: Fields) -> NDArray[np.float32]:
    """As another camera may see them: unusual light must not make a lesion foreign."""
    augment = augmentation(_SEED)
    changed = [augment(batch / np.float32(255), training=True) for batch in _batches(fields)]
    return np.concatenate([np.asarray(batch) * 2 - 1 for batch in changed])


def _refused(lesions: head.Features, foreign: list[head.Features], asked: head.Features) -> float:
    """The share of `asked` that a head refuses which never saw their kind."""
    fitted = head.fit(lesions, np.concatenate(foreign))
    # Lesions as they are come first; the others are augmented.
    plain = lesions[: len(lesions) // 2]
    threshold = np.quantile(fitted.score(plain), 1 - LESIONS_REFUSED)
    return round(float((fitted.score(asked) > threshold).mean()), 4)


def _ask(model: keras.Model, images: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([np.asarray(model(batch, training=False)) for batch in _batches(images)])


def _batches(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    return (array[start : start + _BATCH] for start in range(0, len(array), _BATCH))
