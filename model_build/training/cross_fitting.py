"""The command `folds`: a network for each fold of lesions, here or on the workers of a Dask scheduler."""

from functools import partial
from pathlib import Path
from typing import Any

import keras

from model_build.errors import BuildError
from model_build.split import FOLDS
from model_build.steps import FOLD_STEPS, Step, differences
from model_build.training import cluster, scheduler
from model_build.training.configuration import Configuration
from model_build.training.fit import TrainingSet
from model_build.training.folds import answers_file, fit_fold
from model_build.training.step import TRAINING_CODE, DataSet, fold_folder, training_options
from model_build.workspace import Workspace


def folds(
    workspace: Workspace, weights: Path | str, configuration: Configuration, address: str | None = None
) -> None:
    """Train a network without each fold, which answers for its pictures; folds done before stay.

    So every picture that is trained on is answered by a network that never saw it, which is what
    `distilled` learns from. With the `address` of a Dask scheduler each fold is a task of its own.
    Raises BuildError when a fold of another configuration is there.
    """
    steps = {fold: _step(workspace, weights, configuration, fold, costly=True) for fold in range(FOLDS)}
    due = [fold for fold, step in steps.items() if not step.is_done()]
    if address is None:
        cluster.join()
        for fold in due:
            _train_without(workspace, weights, configuration, fold)
            if cluster.is_first():
                steps[fold].finish()
        return
    task = partial(answer, workspace.root, weights, configuration, steps[0].inputs())
    for fold, answers in scheduler.run(address, "fold", task, due):
        _write(answers_file(fold_folder(workspace, fold)), answers)
        steps[fold].finish()
        print(f"fold {fold}: answered", flush=True)


def answer(
    root: Path, weights: Path | str, configuration: Configuration, wanted: dict[str, Any], fold: int
) -> bytes:
    """On a worker: train without `fold`, and give what the network says of it, an .npz file's bytes.

    The worker has the work folder at the same path, shared or as a copy. Where an earlier try left
    checkpoints there, training goes on from them. Raises BuildError when the folder or the worker's
    code is another than `wanted`, the inputs of the step where it was asked for.
    """
    workspace = Workspace(root)
    step = _step(workspace, weights, configuration, fold, costly=False)
    # Pictures may have come packed to one machine and not to another.
    kinds = ("data", "code")
    own = step.inputs()
    if found := differences({k: wanted[k] for k in kinds}, {k: own[k] for k in kinds}):
        raise BuildError(
            f"a worker has {found} in {root} or its program; bring it the same work folder and version"
        )
    if not step.is_done():
        _train_without(workspace, weights, configuration, fold)
        step.finish()
    return answers_file(fold_folder(workspace, fold)).read_bytes()


def _step(
    workspace: Workspace, weights: Path | str, configuration: Configuration, fold: int, costly: bool
) -> Step:
    folder = fold_folder(workspace, fold)
    return Step(
        workspace,
        FOLD_STEPS[fold],
        reads=[workspace.split, workspace.dataset],
        options=training_options(workspace, weights, configuration),
        code=TRAINING_CODE,
        makes=[answers_file(folder)],
        leavings=[folder],
        costly=costly,
    )


def _train_without(
    workspace: Workspace, weights: Path | str, configuration: Configuration, fold: int
) -> None:
    data = DataSet.read(workspace)
    training_set = TrainingSet(data.pictures, data.without(fold))
    fit_fold(fold_folder(workspace, fold), weights, configuration, training_set, data.asked(fold))
    keras.utils.clear_session()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(content)
    unfinished.replace(path)
