"""Where the steps keep what they made, so that each can resume and the next can find it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device.classifier.bundle import EDGETPU_MODEL
from model_build.errors import BuildError


@dataclass(frozen=True)
class Workspace:
    """One folder of intermediate results; each property is a file that one step writes."""

    root: Path

    @property
    def split(self) -> Path:
        """`dataset`: a line a picture: its ids, source, label, group, part and fold."""
        return self.root / "split.csv"

    @property
    def dataset(self) -> Path:
        """`dataset`: counts, twins and the split's hash."""
        return self.root / "dataset.json"

    @property
    def classes(self) -> Path:
        """`dataset`: the classes with their names, as they go into the bundle."""
        return self.root / "classes.json"

    @property
    def fields(self) -> Path:
        """`dataset`: every picture preprocessed, uint8, shape (pictures, 224, 224, 3)."""
        return self.root / "fields.npy"

    @property
    def messages(self) -> Path:
        """All steps: what libraries write past Python, such as TensorFlow's notes on the processor."""
        return self.root / "messages.txt"

    @property
    def packed(self) -> Path:
        """`unpack`: how the pictures were compressed on the way to this machine."""
        return self.root / "packed.json"

    @property
    def training(self) -> Path:
        """`train`: checkpoints, logs and the finished weights."""
        return self.root / "train"

    @property
    def validation_answers(self) -> Path:
        """`train`: what the network said of a fold, and of left out sources, before it learnt from all."""
        return self.training / "without-0" / "answers.npz"

    @property
    def folds(self) -> Path:
        """`folds`: a network for each fold, and what it says of the pictures it never saw."""
        return self.root / "folds"

    def look(self, name: str) -> Path:
        """`look`: where the short run `name` is kept. Raises BuildError for what is no file name."""
        return self.root / "looks" / check_name(name)

    def look_answers(self, name: str) -> Path:
        """`look`: what its network said of a fold, and of left out sources."""
        return self.look(name) / "answers.npz"

    def look_record(self, name: str) -> Path:
        """`look`: what it was made with; written last."""
        return self.look(name) / "look.json"

    @property
    def weights(self) -> Path:
        """`train`: the float weights."""
        return self.root / "float.weights.h5"

    @property
    def training_record(self) -> Path:
        """`train`: configuration, library versions and learning curves."""
        return self.root / "training.json"

    @property
    def foreign_record(self) -> Path:
        """`foreign`: how much of each kind is refused when it is not learnt."""
        return self.root / "foreign.json"

    @property
    def foreign(self) -> Path:
        """`foreign`: the head that knows what is no lesion; written last."""
        return self.root / "foreign.npz"

    @property
    def tflite(self) -> Path:
        """`quantize`: the full-integer model."""
        return self.root / "model.tflite"

    @property
    def quantization(self) -> Path:
        """`quantize`: how far INT8 strays from float; written last."""
        return self.root / "quantization.json"

    @property
    def answers(self) -> Path:
        """What the models said of every picture of a part; kept by whichever step asks first."""
        return self.root / "answers"

    @property
    def calibration(self) -> Path:
        """`calibrate`: temperature and thresholds."""
        return self.root / "calibration.json"

    @property
    def metrics(self) -> Path:
        """`evaluate`: the figures on held-out lesions."""
        return self.root / "metrics.json"

    @property
    def edgetpu_model(self) -> Path:
        """`edgetpu`: the INT8 model compiled for an Edge TPU, where the compiler is installed."""
        return self.root / EDGETPU_MODEL

    @property
    def edgetpu(self) -> Path:
        """`edgetpu`: which operators run on the Edge TPU; written last."""
        return self.root / "edgetpu.json"

    @property
    def robustness(self) -> Path:
        """`robustness`: balanced accuracy under other cameras and faults."""
        return self.root / "robustness.json"

    @property
    def perturbations(self) -> Path:
        """`robustness`: one lesion under all of them, as a picture too large for a bundle."""
        return self.root / "perturbations.png"

    @property
    def saliency(self) -> Path:
        """`saliency`: how much of the saliency lies on the lesion."""
        return self.root / "saliency.json"

    @property
    def source_probe(self) -> Path:
        """`probe`: how often the features give away the source."""
        return self.root / "source_probe.json"

    @property
    def plots(self) -> Path:
        """Pictures of every step."""
        folder = self.root / "plots"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def require(self, path: Path, step: str) -> Path:
        """`path` if it is there; raises BuildError naming the `step` that makes it otherwise."""
        if not path.exists():
            raise BuildError(f"{path}: not there yet; run `dermapoint-build {step} --work {self.root}` first")
        return path

    def read(self, path: Path, step: str, *needed: str) -> dict[str, Any]:
        """What `step` wrote into the JSON file `path`, with all that is `needed` of it.

        Raises BuildError when it isn't there, is damaged, or was written by a version that wrote less.
        """
        try:
            stored = read_json(self.require(path, step))
        except ValueError:
            stored = {}
        if missing := [name for name in needed if name not in stored]:
            raise BuildError(
                f"{path}: lacks {', '.join(missing)}: another version wrote it, or it is damaged; "
                f"`dermapoint-build {step} --again {step} --work {self.root}` writes it anew"
            )
        return stored


def check_name(name: str) -> str:
    """`name`, which stands for one file or folder. Raises BuildError for one that leads elsewhere."""
    if name in ("", "..") or Path(name).name != name:
        raise BuildError(f"'{name}' is no name for a run; give one without slashes")
    return name


def write_json(path: Path, value: Any) -> None:
    """Write `value` as JSON in one step: a reader finds the old file or the new, never half of one."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(value, indent=2) + "\n")
    temporary.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Read what `write_json` wrote."""
    value: dict[str, Any] = json.loads(path.read_text())
    return value
