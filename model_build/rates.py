"""The command `rates`: how fast training is on each Keras backend, and how near to its bare step.

The bare step is the network's own, forward, backward and optimizer, on a batch that is ready in memory.
`fit` beside it draws, loads and augments pictures as the step `train` does. Both take turns within one
process, so that what else the machine does falls on both; the ratio is the median over the turns.
"""

import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from model_build.marks import write_between_marks

BACKENDS = ("tensorflow", "jax", "torch")
PRECISIONS = ("float32", "mixed_bfloat16")
STEPS = {128: 8, 224: 3}
"""Steps a turn, by the side of the pictures."""
TURNS = 5
_CPUINFO = Path("/proc/cpuinfo")
_ENOUGH = 25.0
"""Seconds after which no further turn begins."""

_COLUMNS = ("backend", "precision", "side", "bare step, pictures a second", "fit, pictures a second", "ratio")


def rates(text: Path | None) -> None:
    """Measure each backend that is installed, and write the table between the marks of `text`."""
    rows = [
        _measure_apart(backend, precision, side)
        for backend in _backends()
        for precision in PRECISIONS
        for side in STEPS
    ]
    table = "\n".join([_line(_COLUMNS), "|---" * len(_COLUMNS) + "|", *map(_line, rows)])
    if text:
        write_between_marks(text, f"{_machine()}\n\n{table}")


def _backends() -> list[str]:
    """Those that are installed, or the one that the environment names."""
    named = os.environ.get("KERAS_BACKEND")
    return [named] if named else [each for each in BACKENDS if importlib.util.find_spec(each)]


def _measure_apart(backend: str, precision: str, side: int) -> tuple[str, ...]:
    """One row, from a process of its own: a backend can't be changed within one."""
    command = [sys.executable, "-m", "model_build.rates", precision, str(side)]
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        # Its error stands on the screen; the other rows are measured all the same.
        return (backend, precision, str(side), "failed", "failed", "")
    said = json.loads(done.stdout.splitlines()[-1])
    row = (backend, precision, str(side), f"{said['bare']:.1f}", f"{said['fit']:.1f}", f"{said['ratio']:.2f}")
    print(_line(row), flush=True)
    return row


def measure(precision: str, side: int) -> dict[str, float]:
    """Pictures a second of the bare step and of `fit`, and the median of their ratios, turn by turn."""
    import keras
    import numpy as np

    from model_build.training import network
    from model_build.training.configuration import Configuration, Stage
    from model_build.training.fit import TrainingSet, batches_of, compile_for, make
    from model_build.training.sampling import Pictures

    steps = STEPS[side]
    stage = Stage("rates", epochs=1, side=side, rate=1e-3)
    configuration = Configuration(stages=(stage,), last=stage, steps_per_epoch=steps, precision=precision)
    batch = configuration.batch
    names = tuple("abcdefg")
    fields = np.random.default_rng(1).integers(0, 256, (4 * batch, 224, 224, 3), np.uint8)
    count = len(fields)
    pictures = Pictures(fields, np.arange(count) % len(names), np.zeros(count, np.int64), names)
    keras.config.set_dtype_policy(precision)
    bare, model = (make(configuration, pictures, side, None) for _ in range(2))
    for each in (bare, model):
        network.set_trained(each, stage.learns)
    training = network.with_augmentation(model, configuration.seed, configuration.strength)
    for each in (bare, training):
        compile_for(stage, configuration, each)
    batches = batches_of(stage, configuration, TrainingSet(pictures, np.arange(count)), configuration.seed)
    shown, wanted = batches[0]
    centred = shown.astype(np.float32) / 127.5 - 1

    def step() -> None:
        for _ in range(steps):
            bare.train_on_batch(centred, wanted)

    # On JAX the state comes back into the model when a callback asks for it, as that of checkpoints does.
    asking: Any = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: asking.model)

    def fit() -> None:
        training.fit(batches, epochs=1, shuffle=False, verbose=0, callbacks=[asking])

    return _take_turns(step, fit, pictures=steps * batch)


def _take_turns(step: Callable[[], Any], fit: Callable[[], Any], pictures: int) -> dict[str, float]:
    for each in (step, fit):
        # The first time compiles.
        each()
    seconds: dict[str, list[float]] = {"bare": [], "fit": []}
    begin = time.perf_counter()
    while len(seconds["bare"]) < TURNS and (not seconds["bare"] or time.perf_counter() - begin < _ENOUGH):
        for name, each in (("bare", step), ("fit", fit)):
            start = time.perf_counter()
            each()
            seconds[name].append(time.perf_counter() - start)
    ratios = [bare / whole for bare, whole in zip(seconds["bare"], seconds["fit"], strict=True)]
    rate = {name: pictures / statistics.median(each) for name, each in seconds.items()}
    return {**rate, "ratio": statistics.median(ratios)}


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _machine() -> str:
    """The processor and how busy it was, which every figure below depends on."""
    lines = _CPUINFO.read_text().splitlines() if _CPUINFO.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    # Arm processors have no name there.
    name = names[0] if names else platform.processor() or platform.machine()
    load = os.getloadavg()[0]
    return f"{len(os.sched_getaffinity(0))} cores of {name}; {load:.1f} processes ran or waited on average."


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
