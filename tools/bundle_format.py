"""Writes the manifest of a bundle of format 2 anew in format 3: `python -m tools.bundle_format FOLDER`.

The model and all other files stay as they are. Bundles of format 2 all knew HAM10000's seven
classes at 224 x 224, so nothing has to be guessed; the result is opened as the device opens it,
self-test included.
"""

import json
import sys
from pathlib import Path

from device.classes import HAM10000
from device.classifier import load_classifier
from device.classifier.bundle import MANIFEST, read_rules, write_manifest
from device.classifier.preprocess import INPUT_SIDE


def convert(folder: Path) -> str:
    """Convert the bundle in `folder`, and give its new title. Raises BundleError when it can't be opened."""
    content = json.loads((folder / MANIFEST).read_text())
    if content["format"] != 2 or content["classes"] != list(HAM10000.codes):
        sys.exit(f"{folder}: is no bundle of format 2 with HAM10000's seven classes")
    rules = read_rules(content["rules"], HAM10000)
    write_manifest(
        folder, content["name"], HAM10000, INPUT_SIDE, rules, content["self_test"], content["provenance"]
    )
    return load_classifier(folder).title


if __name__ == "__main__":
    print(convert(Path(sys.argv[1])))
