"""The options of the command `dermapoint-build`."""

from pathlib import Path
from typing import Any

from device.settings import SHIPPED
from model_build.prevalence import POWER

OF_CONFIGURATION = (
    "architecture",
    "strength",
    "distilled",
    "steps_per_epoch",
    "batch",
    "precision",
    "averaging",
    "seed",
)
"""The options of `train` that are fields of its configuration by the same name."""

_TRAINING = ("train", "folds", "all", "look")

OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "--data": (
        ("dataset", "all"),
        {
            "type": Path,
            "action": "append",
            "metavar": "DIR",
            "help": "HAM10000, MILK10k, an ISIC download, or a folder with labels.csv (repeatable)",
        },
    ),
    "--squashed": (
        ("dataset", "all"),
        {
            "type": Path,
            "action": "append",
            "metavar": "DIR",
            "help": "as --data, for pictures that were squashed from 4:3 to another shape (repeatable)",
        },
    ),
    "--classes": (
        ("dataset", "all"),
        {
            "type": Path,
            "metavar": "FILE",
            "help": "classes of your own, with the diagnoses that each holds (default: HAM10000's seven)",
        },
    ),
    "--leave-out": (
        ("dataset", "all"),
        {
            "action": "append",
            "metavar": "SOURCE",
            "help": "a source or centre that nothing is trained or tested on (repeatable)",
        },
    ),
    "--twins": (
        ("dataset", "all"),
        {
            "type": Path,
            "action": "append",
            "metavar": "FILE",
            "help": "a table of the same skin under two ids: isic_id, ham10000_image_id (repeatable)",
        },
    ),
    "--no-search": (
        ("dataset", "all"),
        {"action": "store_true", "help": "join no twins but those of --twins, as in an earlier build"},
    ),
    "--weights": (
        _TRAINING,
        {"type": Path, "metavar": "FILE", "help": "ImageNet weights (default: download)"},
    ),
    "--recipe": (
        _TRAINING,
        {
            "choices": ("cpu", "gpu", "look"),
            "help": "the plan of training; look is the short one that levers are compared by "
            "(default: %(default)s)",
        },
    ),
    "--configuration": (
        _TRAINING,
        {
            "type": Path,
            "metavar": "FILE",
            "help": "in place of a recipe: that of an earlier run, from results/ or its training.json",
        },
    ),
    "--architecture": (_TRAINING, {"metavar": "NAME", "help": "the network (default: mobilenetv2)"}),
    "--strength": (_TRAINING, {"type": float, "help": "of the augmentation (default: 1)"}),
    "--distilled": (
        _TRAINING,
        {"type": float, "metavar": "SHARE", "help": "of a target that the networks of `folds` give, 0 to 1"},
    ),
    "--side": (_TRAINING, {"type": int, "help": "width and height of the network's pictures (default: 224)"}),
    "--epochs": (_TRAINING, {"type": int, "help": "at most so many epochs a stage"}),
    "--steps-per-epoch": (_TRAINING, {"type": int, "help": "batches an epoch"}),
    "--batch": (_TRAINING, {"type": int, "help": "pictures a batch, over all machines"}),
    "--averaging": (
        _TRAINING,
        {
            "type": float,
            "help": "momentum of the average of weights that is kept, 0 for none (default: 0.998)",
        },
    ),
    "--precision": (_TRAINING, {"help": "Keras's dtype policy, such as mixed_bfloat16"}),
    "--seed": (_TRAINING, {"type": int, "help": "the seed of all that is drawn at random"}),
    "--without": (
        ("look",),
        {
            "action": "append",
            "metavar": "NAME",
            "help": "a source or class that isn't learnt, but asked about (repeatable)",
        },
    ),
    "--grey-world": (
        ("look",),
        {"type": float, "metavar": "SHARE", "help": "of each picture's cast that is taken out first, 0 to 1"},
    ),
    "--scheduler": (
        ("folds",),
        {"metavar": "ADDRESS", "help": "of a Dask scheduler whose workers train the folds (default: here)"},
    ),
    "--packed": (
        ("unpack",),
        {"type": Path, "required": True, "metavar": "DIR", "help": "the folder that `pack` wrote"},
    ),
    "--photos": (
        ("evaluate", "all"),
        {
            "type": Path,
            "action": "append",
            "metavar": "DIR",
            "help": "photographs of anything but lesions, to see whether they are refused (repeatable)",
        },
    ),
    "--out": (
        ("bundle", "all", "report", "site", "pack"),
        {"type": Path, "required": True, "metavar": "DIR", "help": "where the result goes"},
    ),
    "--bundle": (
        ("site",),
        {
            "type": Path,
            "default": SHIPPED / "bundle",
            "metavar": "DIR",
            "help": "the model of the page (default: the shipped one)",
        },
    ),
    "--text": (
        ("describe", "groups", "rates"),
        {
            "type": Path,
            "metavar": "FILE",
            "help": "a text to write it into (default: print it)",
        },
    ),
    "--readme": (
        ("bundle", "all"),
        {"type": Path, "metavar": "FILE", "help": "a text to write the figures into"},
    ),
    "--bounds": (
        ("quality",),
        {
            "type": Path,
            "metavar": "FILE",
            "help": "where the bounds go (default: into the work folder)",
        },
    ),
    "--docs": (
        ("quality",),
        {
            "type": Path,
            "metavar": "DIR",
            "help": "where figures, plot and quality.md go (default: figures and plot into the work folder)",
        },
    ),
    "--masks": (
        ("saliency",),
        {"type": Path, "required": True, "metavar": "DIR", "help": "HAM10000's lesion masks"},
    ),
    "--results": (
        ("report", "measure", "compare"),
        {
            "type": Path,
            "default": Path("results"),
            "metavar": "DIR",
            "help": "the folder of measured runs (default: results)",
        },
    ),
    "--prevalence": (
        ("measure",),
        {
            "type": float,
            "default": POWER,
            "metavar": "POWER",
            "help": "how rare rare classes are taken to be: 0 as frequent as others, 1 as in the sources "
            "(default: %(default)s, as the finished network)",
        },
    ),
    "--name": (("measure", "look"), {"required": True, "help": "what the run is called"}),
    "--look": (
        ("measure",),
        {"metavar": "NAME", "help": "the short run that is measured (default: that of `train`)"},
    ),
    "--against": (
        ("measure",),
        {"metavar": "NAME", "help": "the look that this one is to be compared with, picture by picture"},
    ),
}
"""The options, with the commands that take them."""
