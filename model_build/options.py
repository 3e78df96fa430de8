"""The options of the command `dermapoint-build`."""

from pathlib import Path
from typing import Any

from device.settings import SHIPPED
from model_build.split import ROLES

GROUPS = ("architectures", "balance", "augmentation", "levers")
"""What training runs are compared in."""

OF_CONFIGURATION = (
    "architecture",
    "balance",
    "strength",
    "overlays",
    "mixing",
    "cutting",
    "steps_per_epoch",
    "seed",
)
"""The options of `train` that are fields of its configuration by the same name."""

OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "--data": (
        ("dataset", "all"),
        {
            "type": Path,
            "action": "append",
            "required": True,
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
    "--white-light": (
        ("dataset",),
        {"action": "store_true", "help": "take the light's colour out of all pictures, to compare"},
    ),
    "--weights": (
        ("train", "all"),
        {"type": Path, "metavar": "FILE", "help": "ImageNet weights (default: download)"},
    ),
    "--architecture": (("train", "all"), {"metavar": "NAME", "help": "the network (default: mobilenetv2)"}),
    "--balance": (("train", "all"), {"metavar": "NAME", "help": "the technique against imbalance"}),
    "--teacher": (
        ("train", "all"),
        {
            "type": Path,
            "action": "append",
            "metavar": "WORK",
            "help": "go on from the network of this work folder, and learn from it (repeatable)",
        },
    ),
    "--strength": (("train", "all"), {"type": float, "help": "of the augmentation (default: 1)"}),
    "--overlays": (("train", "all"), {"type": float, "help": "the share of pictures with hair over them"}),
    "--mixing": (("train", "all"), {"type": float, "help": "the strength of mixup"}),
    "--cutting": (("train", "all"), {"type": float, "help": "the strength of CutMix"}),
    "--side": (("train", "all"), {"type": int, "help": "width and height of pictures; the device takes 224"}),
    "--epochs": (("train", "all"), {"type": int, "help": "at most so many epochs a stage"}),
    "--steps-per-epoch": (("train", "all"), {"type": int, "help": "batches an epoch"}),
    "--seed": (("train", "all"), {"type": int, "help": "the seed of all that is drawn at random"}),
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
        ("bundle", "all", "report", "site"),
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
        ("describe",),
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
    "--part": (
        ("robustness",),
        {"choices": ROLES[1:], "default": "test", "help": "of the split (default: test)"},
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
    "--group": (("measure",), {"required": True, "choices": GROUPS, "help": "what it is compared in"}),
    "--name": (("measure",), {"required": True, "help": "what the run is called in table and plot"}),
    "--float": (("measure",), {"action": "store_true", "help": "leave out the INT8 model"}),
}
"""The options, with the commands that take them."""
