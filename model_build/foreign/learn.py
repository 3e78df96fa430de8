"""The `foreign` step: teach the network to know a picture that shows no lesion."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from device.classifier.preprocess import scale_field
from device.examination import CLASSES
from model_build import network, split
from model_build.augment import augmentation
from model_build.foreign import head
from model_build.foreign.photos import cut_fields, library_photos
from model_build.foreign.rendered import draw_rendered
from model_build.workspace import Workspace, write_json

RENDERED_EACH = 150
CROPS_EACH = 40
LESIONS_A_CLASS = 200
PHOTOS = "photographs"

LESIONS_REFUSED = 0.005
"""The share of validation pictures that may be refused when a kind is left out to see whether it is known."""

_SEED = 5
_BATCH = 32

Fields = NDArray[np.uint8]


def learn(workspace: Workspace) -> None:
    """Fit the head on training lesions and foreign pictures; measure what it says of kinds left out."""
    if workspace.foreign.exists():
        print(f"foreign: done before ({workspace.foreign})")
        return
    rows = split.read(workspace.require(workspace.split, "dataset"))
    fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
    model = network.build(None)
    model.load_weights(workspace.require(workspace.weights, "train"))
    features = network.features_of(model)

    print("foreign: looking at lesions and at what is none", flush=True)
    some = fields[_some_of_each_class(rows)]
    lesions = np.concatenate([_ask(features, scale_field(some)), _ask(features, _augmented(some))])
    validation = _ask(
        features, scale_field(fields[[i for i, row in enumerate(rows) if row.role == "validation"]])
    )
    kinds = {kind: _ask(features, scale_field(drawn)) for kind, drawn in _draw_kinds()}

    refused = {
        kind: _refused(lesions, [kinds[other] for other in kinds if other != kind], validation, kinds[kind])
        for kind in kinds
    }
    write_json(workspace.foreign_record, {"refused_when_left_out": refused})
    spread = float(_ask(model, scale_field(some)).std())
    head.fit(lesions, np.concatenate(list(kinds.values())), spread).save(workspace.foreign)
    print(f"foreign: refused of each kind when it was left out of learning: {refused}")


def _draw_kinds() -> Iterator[tuple[str, Fields]]:
    yield from draw_rendered(RENDERED_EACH, np.random.default_rng(_SEED))
    yield PHOTOS, cut_fields(library_photos(), CROPS_EACH, np.random.default_rng(_SEED))


def _some_of_each_class(rows: list[split.Row]) -> list[int]:
    random = np.random.default_rng(_SEED)
    chosen: list[int] = []
    for label in CLASSES:
        own = [i for i, row in enumerate(rows) if row.role == "train" and row.label == label]
        chosen += random.choice(own, min(LESIONS_A_CLASS, len(own)), replace=False).tolist()
    return sorted(chosen)


def _augmented(fields: Fields) -> NDArray[np.float32]:
    """As another camera may see them: unusual light must not make a lesion foreign."""
    augment = augmentation(_SEED)
    return np.concatenate(
        [np.array(augment(scale_field(batch), training=True)) for batch in _batches(fields)]
    )


def _refused(
    lesions: head.Features, foreign: list[head.Features], validation: head.Features, asked: head.Features
) -> float:
    fitted = head.fit(lesions, np.concatenate(foreign))
    threshold = np.quantile(fitted.score(validation), 1 - LESIONS_REFUSED)
    return round(float((fitted.score(asked) > threshold).mean()), 4)


def _ask(model: keras.Model, images: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([model(batch, training=False).numpy() for batch in _batches(images)])


def _batches(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    return (array[start : start + _BATCH] for start in range(0, len(array), _BATCH))
