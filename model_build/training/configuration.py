"""Everything that a training run depends on."""

import json
import math
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import keras

from device.classifier.preprocess import SIDES
from model_build.backbones import BACKBONES
from model_build.errors import BuildError
from model_build.options import OF_CONFIGURATION
from model_build.training.network import Learns
from model_build.training.sampling import Balance

_SEEDS = range(2**32)
"""What NumPy's and Keras's generators take."""


@dataclass(frozen=True)
class Stage:
    """`epochs` at pictures of `side` x `side`; the rate warms up, then falls to 0 over half a cosine.

    Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5, without restarts. `warm_up` is the share
    of the steps in which the rate rises from a tenth of `rate`.
    """

    name: str
    epochs: int
    side: int
    rate: float
    learns: Learns = "most"
    warm_up: float = 0.05


@dataclass(frozen=True)
class Configuration:
    """What a training run depends on; it travels with the bundle.

    `stages` learn from all folds but one, whose pictures the network then answers: temperature
    and thresholds come from these answers. `last` goes on from there with all folds. An epoch is
    `steps_per_epoch` batches of `batch` pictures. `strength` is that of the augmentation,
    `distilled` the share of a target that comes from the networks of the folds, if there are any,
    and `averaging` the momentum of the moving average of weights that is kept, 0 for none.
    `precision` is a Keras dtype policy.
    """

    stages: tuple[Stage, ...] = (
        Stage("small", epochs=12, side=128, rate=1e-3),
        Stage("full", epochs=4, side=224, rate=4e-4),
    )
    last: Stage = Stage("last", epochs=2, side=224, rate=2e-4, warm_up=0.1)
    architecture: str = "mobilenetv2"
    steps_per_epoch: int = 512
    batch: int = 32
    balance: Balance = field(default_factory=Balance)
    strength: float = 1.0
    distilled: float = 0.0
    dropout: float = 0.3
    weight_decay: float = 4e-2
    averaging: float = 0.998
    precision: str = "float32"
    seed: int = 20180806

    def __post_init__(self) -> None:
        """Raise BuildError for what can't be trained."""
        if self.architecture not in BACKBONES:
            known = ", ".join(BACKBONES)
            raise BuildError(f"'{self.architecture}' is not known; choose one of {known}")
        for stage in (*self.stages, self.last):
            if stage.side % SIDES.step:
                raise BuildError(f"a side of {stage.side} pixels is no multiple of {SIDES.step}")
        if self.last.side != self.stages[-1].side:
            raise BuildError("the last stage must see pictures as large as the one before")
        numbers = {"epochs": min(stage.epochs for stage in (*self.stages, self.last))}
        numbers |= {"batch": self.batch, "steps-per-epoch": self.steps_per_epoch}
        for name, value in numbers.items():
            if value < 1:
                raise BuildError(f"--{name} {value}: must be 1 or more")
        for name, share in {"distilled": self.distilled, "averaging": self.averaging}.items():
            if not 0 <= share <= 1:
                raise BuildError(f"--{name} {share}: must be a share, from 0 to 1")
        if not 0 <= self.strength < math.inf:
            raise BuildError(f"--strength {self.strength}: must be 0 or more")
        if self.seed not in _SEEDS:
            raise BuildError(f"--seed {self.seed}: must be from 0 to {_SEEDS[-1]}")
        try:
            keras.DTypePolicy(self.precision)
        except ValueError as error:
            raise BuildError(
                f"--precision {self.precision}: is no dtype policy of Keras; give float32 or mixed_bfloat16"
            ) from error

    @property
    def side(self) -> int:
        """The side of the finished network's input."""
        return self.last.side

    def cut(self, epochs: int) -> "Configuration":
        """The same with at most so many epochs a stage: a run to try things out."""
        return self._each(lambda stage: replace(stage, epochs=min(stage.epochs, epochs)))

    def at_side(self, side: int) -> "Configuration":
        """The same with pictures of `side` x `side` in the end, and at most as large before.

        Raises BuildError for a side that the device doesn't take.
        """
        if side not in SIDES:
            choices = ", ".join(map(str, SIDES))
            raise BuildError(f"the device takes no pictures of {side} x {side}; choose a side of {choices}")
        return self._each(
            lambda stage: replace(stage, side=side if stage.side == self.side else min(stage.side, side))
        )

    def _each(self, change: Callable[[Stage], Stage]) -> "Configuration":
        return replace(self, stages=tuple(map(change, self.stages)), last=change(self.last))

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Configuration":
        """What `to_json` gave. Raises BuildError for anything else, such as one of an earlier version."""
        try:
            return cls(
                **values
                | {
                    "stages": tuple(Stage(**stage) for stage in values["stages"]),
                    "last": Stage(**values["last"]),
                    "balance": Balance(**values["balance"]),
                }
            )
        except (KeyError, TypeError) as error:
            raise BuildError(f"the configuration is none of this version ({error})") from error


RECIPES = {
    "cpu": Configuration(),
    # What the shipped network was trained by, in eight minutes on one NVIDIA H200.
    "gpu": Configuration(
        stages=(
            Stage("small", epochs=12, side=128, rate=1e-3, learns="all", warm_up=0.1),
            Stage("full", epochs=16, side=224, rate=6e-4, learns="all", warm_up=0.05),
        ),
        last=Stage("last", epochs=8, side=224, rate=3e-4, learns="all", warm_up=0.1),
        steps_per_epoch=64,
        batch=256,
        precision="mixed_bfloat16",
    ),
    "look": Configuration(
        stages=(Stage("look", epochs=10, side=128, rate=1e-3),),
        last=Stage("last", epochs=2, side=128, rate=4e-4, warm_up=0.1),
        steps_per_epoch=80,
    ),
}
"""Whole configurations by name: for two cores in two hours, for a GPU in minutes, and for a short `look`."""


def configure(given: Namespace) -> Configuration:
    """The recipe or file that the options of the command name, with what they change of it."""
    configuration = _read(given.configuration) if given.configuration else RECIPES[given.recipe]
    for name in OF_CONFIGURATION:
        if (value := getattr(given, name)) is not None:
            configuration = replace(configuration, **{name: value})
    if given.epochs is not None:
        configuration = configuration.cut(given.epochs)
    return configuration if given.side is None else configuration.at_side(given.side)


def _read(file: Path) -> Configuration:
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BuildError(f"{file}: can't be read as JSON ({error})") from error
    if not isinstance(stored, dict) or "configuration" not in stored:
        raise BuildError(f"{file}: holds no configuration; give a file of results/, or a training.json")
    return Configuration.from_json(stored["configuration"])
