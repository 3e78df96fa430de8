import shutil
from pathlib import Path

import cv2
import pytest

from device.app import build_app
from device.classes import Classes, LesionClass
from device.classifier import Classifier
from device.classifier.bundle import MODEL, MODEL_CARD, load_bundle, write_manifest
from device.classifier.decision import Rules
from device.classifier.interpreter import Interpreter
from device.classifier.self_test import PICTURE
from device.settings import Settings
from tests.support import client_with

TOKEN = "local secret"


def lesion_class(code, malignant, name, **names):
    return LesionClass(code, malignant, {"en": name, **names}, {"en": f"A {name.lower()} of the nail."})


NAMED = (
    lesion_class("nail-mel", True, "Melanoma of the nail", de="Nagelmelanom"),
    lesion_class("lentigo", False, "Lentigo", de="Lentigo"),
    lesion_class("bleeding", False, "Subungual bleeding", de="Nagelblutung"),
    lesion_class("bowen", True, "Bowen's disease", de="Morbus Bowen"),
    lesion_class("fungus", False, "Fungus", de="Nagelpilz"),
    lesion_class("wart", False, "Wart", de="Warze"),
    lesion_class("psoriasis", False, "Psoriasis", de="Schuppenflechte"),
    lesion_class("mole", False, "Mole of the nail", de="Nagelmal"),
    lesion_class("scc-1", True, "Squamous cell carcinoma", de="Plattenepithelkarzinom"),
)
BESIDE = (lesion_class("something_bad", True, "Another malignant lesion"),)


@pytest.fixture(params=["five", "nine"])
def own(request):
    """The classes of the bundle."""
    return Classes(NAMED[: {"five": 5, "nine": 9}[request.param]], BESIDE)


@pytest.fixture
def bundle(request, own, tmp_path, field):
    """A bundle of format 3 with somebody's own classes and a model without any skill, side 160."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    count = {6: "five", 10: "nine"}[len(own.outputs)]
    rules = Rules(1.0, 0.6, 0.2, 0.0, (0.15,) * len(own.outputs))
    shutil.copy(Path(__file__).with_name(f"{count}.tflite"), folder / MODEL)
    (folder / MODEL_CARD).write_text("# Nails\n\nnot a medical device")
    cv2.imwrite(str(folder / PICTURE), field[..., ::-1])
    classifier = Classifier(Interpreter(folder / MODEL), rules, "nails", own)
    answer = classifier.classify([field])
    write_manifest(folder, "nails", own, 160, rules, answer.probabilities, {})
    return load_bundle(folder)


@pytest.fixture
def house(bundle, tmp_path):
    settings = Settings(mock_pins=True, state=tmp_path / "state", bundle=bundle.folder, frame_rate=20)
    with build_app(settings) as house:
        house.ring.newest()
        house.access.admit_local(TOKEN)
        yield house


@pytest.fixture
def client(house):
    return client_with(house, TOKEN)
