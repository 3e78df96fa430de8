"""A work folder whose steps are all done, in small: what it is made of, and what a step declares."""

import hashlib

import numpy as np
import pytest

from device.classes import HAM10000
from model_build import evaluate, split, steps
from model_build.calibrate import calibrate
from model_build.steps import Step
from tests.model_build.rows import row

CHAIN = ("calibrate", "evaluate")
BEFORE = ("dataset", "train", "foreign", "quantize")


def ask(tflite, fields, classes):
    """Answers that hang on the model's bytes and on nothing else."""
    digest = hashlib.sha256(tflite.read_bytes()).digest()
    random = np.random.default_rng(list(digest[:4]))
    return random.normal(size=(len(fields), 8, 7)).astype(np.float32), random.normal(size=(len(fields), 8))


def run(workspace):
    """The steps from the INT8 model to its figures."""
    calibrate(workspace)
    evaluate.evaluate(workspace)


def records(workspace):
    return {name: (workspace.root / "records" / f"{name}.json").read_text() for name in CHAIN}


def write_split(workspace, count):
    rows = [
        row(f"{role}{label}{n}", f"l{role}{label}{n}", label, role)
        for role in ("train", "validation", "test")
        for label in HAM10000.codes
        for n in range(count)
    ]
    split.write(rows, workspace.split)
    np.save(workspace.fields, np.zeros((len(rows), 2, 2, 3), np.uint8))


def record(workspace, name, makes):
    steps.forget(workspace, [name])
    kept = [path.read_bytes() for path in makes]
    step = Step(workspace, name, [], makes)
    assert not step.is_done()
    for path, content in zip(makes, kept, strict=True):
        path.write_bytes(content)
    step.finish()


def answer_validation(workspace):
    rows = split.read(workspace.split)
    pictures = np.flatnonzero([row.role == "validation" for row in rows])
    logits = np.random.default_rng(1).normal(size=(len(pictures), 8, 8)).astype(np.float32)
    workspace.validation_answers.parent.mkdir(parents=True, exist_ok=True)
    np.savez(workspace.validation_answers, pictures=pictures, logits=logits)


def stop(step):
    """In place of the work of a step: says what it reads and makes."""
    raise Stopped(step)


class Stopped(Exception):
    """Carries a step out of its function."""


def declared(function, monkeypatch):
    """The step that `function` declares, before it does anything."""
    with monkeypatch.context() as patch:
        patch.setattr(Step, "is_done", stop)
        with pytest.raises(Stopped) as stopped:
            function()
    return stopped.value.args[0]
