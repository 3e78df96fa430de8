"""The command `look`: a short training run that tries one change, to be measured against another.

It trains without one fold, whose pictures it then answers, and makes nothing that is shipped.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

import keras
import numpy as np
from numpy.typing import NDArray

from model_build.errors import BuildError
from model_build.progress import progress
from model_build.source_probe import probe_network
from model_build.split import VALIDATION_FOLD
from model_build.steps import Step
from model_build.training.configuration import Configuration
from model_build.training.fit import TrainingSet, make
from model_build.training.folds import fit_fold
from model_build.training.loader import at_side
from model_build.training.sampling import Indices
from model_build.training.step import (
    TRAINING_CODE,
    DataSet,
    answers_of_folds,
    run_record,
    soft_targets,
    training_options,
)
from model_build.workspace import Workspace, write_json


@dataclass(frozen=True)
class Change:
    """What a look changes beside its configuration; the device does nothing of it.

    `without` names sources and outputs whose pictures are not learnt. `grey_world` is the share of a
    picture's cast that is taken out of it, as `take_out_cast` does.
    """

    without: tuple[str, ...] = ()
    grey_world: float = 0.0

    def __post_init__(self) -> None:
        """Raise BuildError for what can't be done."""
        if not 0 <= self.grey_world <= 1:
            raise BuildError(f"--grey-world {self.grey_world}: must be a share, from 0 to 1")

    @classmethod
    def read(cls, file: Path | None) -> Self:
        """That of an earlier look, from its row in results/; none from another file of a configuration.

        Raises BuildError for a change of another version.
        """
        stored = json.loads(file.read_text(encoding="utf-8")).get("change", {}) if file else {}
        try:
            return cls(**stored | {"without": tuple(stored.get("without", ()))})
        except (AttributeError, TypeError) as error:
            raise BuildError(f"{file}: the change is none of this version ({error})") from error


def refuse_change(file: Path | None) -> None:
    """Raise BuildError for the row of a look with a change: nothing that is shipped can have it."""
    if Change.read(file) != Change():
        raise BuildError(
            f"{file}: is of a look that changed more than its configuration; only `look` repeats it"
        )


def look(
    workspace: Workspace, name: str, weights: Path | str, configuration: Configuration, change: Change
) -> None:
    """Train by the stages of `configuration`, with `change`, and keep what the network says as `name`.

    A look that was cut off goes on; one of another configuration is made anew. Raises BuildError for a
    name that is no file name, and for a source or class that isn't there.
    """
    step = Step(
        workspace,
        f"look-{name}",
        reads=[workspace.split, workspace.dataset, *answers_of_folds(workspace, configuration)],
        options=training_options(workspace, weights, configuration) | {"change": asdict(change)},
        code=(*TRAINING_CODE, "source_probe.py"),
        makes=[workspace.look_answers(name), workspace.look_record(name)],
        leavings=[workspace.look(name)],
    )
    data = DataSet.read(workspace)
    learnt = _learnt(data, change)
    if step.is_done():
        return
    data = _seen(data, configuration, change)
    training_set = TrainingSet(data.pictures, learnt, soft_targets(workspace, configuration, data))
    asked = data.asked(VALIDATION_FOLD)
    parameters = fit_fold(workspace.look(name), weights, configuration, training_set, asked)
    network = make(configuration, data.pictures, configuration.side, None)
    network.set_weights(parameters)
    shown = set(data.pictures.outputs[learnt].tolist())
    write_json(
        workspace.look_record(name),
        run_record(workspace, configuration, data.pictures.names)
        | {
            "change": asdict(change),
            "learnt": [output for number, output in enumerate(data.pictures.names) if number in shown],
            "source_named": probe_network(network, data),
        },
    )
    keras.utils.clear_session()
    step.finish()


def take_out_cast(fields: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    """`fields` (pictures, height, width, 3) with each picture's mean colour nearer to grey by `share`.

    Each channel is multiplied by the `share`-th power of grey over its mean: the grey-world assumption,
    Buchsbaum 1980, doi:10.1016/0016-0032(80)90058-7, at 1. Grey is the mean of the three.
    """
    changed = np.empty_like(fields)
    for number, field in enumerate(progress(fields, "grey world", len(fields))):
        means = np.maximum(field.mean(axis=(0, 1)), 1.0)
        gains = (means.mean() / means) ** share
        changed[number] = np.clip(np.rint(field * gains), 0, 255)
    return changed


def _learnt(data: DataSet, change: Change) -> Indices:
    """The pictures that a look learns from."""
    known = {row.source for row in data.rows} | set(data.pictures.names)
    if missing := sorted(set(change.without) - known):
        raise BuildError(
            f"--without {missing[0]}: neither a source nor a class; there are {', '.join(sorted(known))}"
        )
    members = data.without(VALIDATION_FOLD)
    kept = [not {data.rows[i].source, data.rows[i].label} & set(change.without) for i in members]
    if not any(kept):
        raise BuildError(f"nothing is left to learn from without {', '.join(change.without)}")
    return np.asarray(members[kept])


def _seen(data: DataSet, configuration: Configuration, change: Change) -> DataSet:
    """The data as the network is to see it, no larger than it needs it."""
    largest = max(stage.side for stage in configuration.stages)
    fields = at_side(data.pictures.fields, largest)
    if change.grey_world:
        fields = take_out_cast(fields, change.grey_world)
    return replace(data, pictures=replace(data.pictures, fields=fields))
