"""A model with everything that must travel with it, in one folder."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from device.classes import Classes, classes_from_json, classes_to_json
from device.classifier.decision import Rules
from device.classifier.preprocess import DESCRIPTION, SIDES
from device.classifier.self_test import PICTURE, SelfTest
from device.errors import BundleError

MANIFEST = "bundle.json"
MODEL = "model.tflite"
EDGETPU_MODEL = "model_edgetpu.tflite"
MODEL_CARD = "MODEL_CARD.md"
METRICS = "metrics.json"
FORMAT = 3
"""Since 3 the classes stand in it with all that is said of them, and the side of the input beside them."""


@dataclass(frozen=True)
class Bundle:
    """A bundle whose every file was found whole; its model takes fields of `side` x `side` pixels.

    `identity` is the first 12 hexadecimal digits of the manifest's SHA-256, which covers
    the hashes of all other files: two bundles with one identity are the same.
    """

    folder: Path
    name: str
    identity: str
    classes: Classes
    side: int
    rules: Rules
    self_test: SelfTest
    has_edgetpu_model: bool = False

    @property
    def model(self) -> Path:
        """The INT8 model's file."""
        return self.folder / MODEL

    @property
    def edgetpu_model(self) -> Path | None:
        """The same model compiled for a Coral Edge TPU, where the bundle holds it."""
        return self.folder / EDGETPU_MODEL if self.has_edgetpu_model else None

    @property
    def title(self) -> str:
        """How findings name the model that made them."""
        return f"{self.name} {self.identity}"

    def model_card(self) -> str:
        """What the model is for, what it was made from and how good it is, as Markdown."""
        return (self.folder / MODEL_CARD).read_text(encoding="utf-8")


def load_bundle(folder: Path) -> Bundle:
    """Open a bundle and check it against its manifest.

    Raises BundleError when a file is missing or altered, or when preprocessing or format are not
    this version's.
    """
    manifest = folder / MANIFEST
    try:
        text = manifest.read_bytes()
        content: dict[str, Any] = json.loads(text)
    except OSError as error:
        raise BundleError("no_bundle", folder=folder, manifest=MANIFEST) from error
    except ValueError as error:
        raise BundleError("manifest_damaged", manifest=manifest) from error
    try:
        _check(folder, content)
        classes = classes_from_json(content)
        side = _read_side(content["input_side"])
        rules = read_rules(content["rules"], classes)
        name = str(content["name"])
        has_edgetpu_model = EDGETPU_MODEL in content["files"]
        self_test = SelfTest(
            folder / PICTURE, {code: float(content["self_test"][code]) for code in classes.codes}
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BundleError("manifest_wrong", manifest=manifest, error=error) from error
    identity = hashlib.sha256(text).hexdigest()[:12]
    return Bundle(folder, name, identity, classes, side, rules, self_test, has_edgetpu_model)


def write_manifest(
    folder: Path,
    name: str,
    classes: Classes,
    side: int,
    rules: Rules,
    self_test: Mapping[str, float],
    provenance: dict[str, Any],
) -> None:
    """Make `folder` a bundle: name the hash of every file that lies in it, and how to use them.

    The last axis of the model's output holds a map for each of `classes.outputs`, in their order,
    then the foreign map; its input is `side` pixels wide and high. `self_test` holds the
    probabilities of the named classes that the model gives for the self-test's picture;
    `provenance` says what the model was made from; the device keeps it but needs none of it.
    """
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST)
    content = {
        "format": FORMAT,
        "name": name,
        **classes_to_json(classes),
        "input_side": side,
        "preprocessing": DESCRIPTION,
        "rules": asdict(rules),
        "self_test": dict(self_test),
        "provenance": provenance,
        "files": {str(p.relative_to(folder)): _sha256(p) for p in files},
    }
    (folder / MANIFEST).write_text(json.dumps(content, indent=2) + "\n")


def read_rules(values: dict[str, Any], classes: Classes) -> Rules:
    """The rules as they stand in a manifest.

    Raises KeyError, TypeError or ValueError, also for a value out of its range: a threshold that no
    probability reaches would have the device watch what it should refer.
    """
    include_from = tuple(float(threshold) for threshold in values["include_from"])
    if len(include_from) != len(classes.outputs):
        raise ValueError("a threshold of each output for prediction sets")
    others = {name: float(values[name]) for name in Rules.__dataclass_fields__ if name != "include_from"}
    rules = Rules(**others, include_from=include_from)
    if not 0 < rules.temperature < math.inf:
        raise ValueError("a finite temperature above 0")
    if not math.isfinite(rules.foreign_above):
        raise ValueError("a finite foreign_above")
    thresholds = (("refer_at", rules.refer_at), ("abstain_below", rules.abstain_below))
    for name, threshold in (*thresholds, *(("include_from", each) for each in include_from)):
        if not 0 <= threshold <= 1:
            raise ValueError(f"a threshold {name} from 0 to 1")
    return rules


def _check(folder: Path, content: dict[str, Any]) -> None:
    if content["format"] != FORMAT:
        raise BundleError("bundle_other_format", folder=folder, found=content["format"], format=FORMAT)
    if content["preprocessing"] != DESCRIPTION:
        raise BundleError("bundle_other_preprocessing", folder=folder)
    for needed in (MODEL, MODEL_CARD, PICTURE):
        if needed not in content["files"]:
            raise BundleError("manifest_lacks_file", folder=folder, name=needed)
    for name, digest in content["files"].items():
        path = folder / name
        if not path.is_file():
            raise BundleError("bundle_file_missing", path=path)
        if _sha256(path) != digest:
            raise BundleError("bundle_file_altered", path=path)


def _read_side(value: object) -> int:
    if type(value) is not int or value not in SIDES:
        raise ValueError(f"an input side of {', '.join(map(str, SIDES))} pixels")
    return value


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
