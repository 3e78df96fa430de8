"""How a whole build is made small enough for a test: fewer pictures and batches, all steps as they are."""

import hashlib

from model_build import calibrate, metrics, outcomes
from model_build.foreign import learn
from model_build.quantization import step as quantization
from model_build.training import folds
from model_build.workspace import read_json, write_json


def shrink(patch):
    """Have every step look at few pictures, until `patch` (a MonkeyPatch) is undone."""
    # A few batches teach a network nothing that rounding could lose; the bound has a test of its own.
    patch.setattr(quantization, "LEAST_AGREEMENT", 0.0)
    patch.setattr(quantization, "QAT_STEPS", 2)
    patch.setattr(learn, "RENDERED_EACH", 4)
    patch.setattr(learn, "CROPS_EACH", 1)
    patch.setattr(learn, "LESIONS_A_CELL", 4)
    patch.setattr(outcomes, "FOREIGN_EACH", 2)
    patch.setattr(calibrate, "_FOREIGN_EACH", 8)
    patch.setattr(folds, "_BATCH", 16)
    patch.setattr(metrics, "RESAMPLES", 20)


def vouch(workspace, *names):
    """Have a work folder made by hand say that its split was learnt, and that the steps `names` are done."""
    known = read_json(workspace.training_record) if workspace.training_record.exists() else {}
    digest = hashlib.sha256(workspace.split.read_bytes()).hexdigest()
    write_json(workspace.training_record, {**known, "split_sha256": digest})
    (workspace.root / "records").mkdir(exist_ok=True)
    for name in names:
        write_json(workspace.root / "records" / f"{name}.json", {"inputs": {"data": {}}, "made": {}})
