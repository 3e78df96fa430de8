"""The work folder that tests of what depends on what begin with."""

import numpy as np
import pytest

from model_build import answers, evaluate, metrics
from model_build.workspace import Workspace, write_json
from tests.model_build.chain import answer_validation, ask, record, run, write_split
from tests.model_build.small import vouch


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setattr(answers, "ask_int8", ask)
    monkeypatch.setattr(evaluate, "outcomes", lambda given, fields, rules: np.full(len(fields), "watch"))
    monkeypatch.setattr(evaluate, "refuse_foreign", lambda *rest: {})
    monkeypatch.setattr(evaluate, "Interpreter", lambda model: None)
    monkeypatch.setattr(evaluate, "Classifier", lambda *rest, **named: None)
    monkeypatch.setattr(metrics, "RESAMPLES", 5)
    workspace = Workspace(tmp_path / "work")
    workspace.root.mkdir()
    write_split(workspace, 2)
    write_json(workspace.dataset, {})
    workspace.weights.write_bytes(b"weights")
    workspace.tflite.write_bytes(b"a model")
    write_json(workspace.quantization, {"agreement": 1.0})
    write_json(workspace.foreign_record, {"refused_when_left_out": {}})
    answer_validation(workspace)
    vouch(workspace)
    record(workspace, "dataset", [workspace.split, workspace.fields, workspace.dataset])
    record(workspace, "train", [workspace.weights, workspace.validation_answers])
    record(workspace, "foreign", [workspace.foreign_record])
    record(workspace, "quantize", [workspace.tflite, workspace.quantization])
    run(workspace)
    return workspace
