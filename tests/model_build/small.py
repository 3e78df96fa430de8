"""How a whole build is made small enough for a test: fewer pictures and batches, all steps as they are."""

from model_build import calibrate, metrics, outcomes
from model_build.foreign import learn
from model_build.quantization import step as quantization
from model_build.training import folds


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
