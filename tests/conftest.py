"""What tests of both packages share."""

import logging
import threading
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from device.classes import HAM10000
from device.classifier.preprocess import resize_field
from device.examination import BurstFrame, Examination, Finding, Frame, Quality, Triage
from device.images import RGBImage, read_image
from device.message import as_it_was
from device.settings import SHIPPED
from tests.browser import ARGUMENTS, BROWSER

ROOT = Path(__file__).parent.parent
FRAMES = SHIPPED / "frames"
BUNDLE = SHIPPED / "bundle"


@pytest.fixture(autouse=True)
def log_as_it_was():
    """A command ties the log to the stream of its own test, which is closed when the next one logs."""
    root, hook = logging.getLogger(), threading.excepthook
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    threading.excepthook = hook


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def picture() -> RGBImage:
    """A real dermatoscope picture, 600 x 450."""
    return read_image(FRAMES / "ISIC_0024310.jpg")


@pytest.fixture
def field(picture: RGBImage) -> RGBImage:
    """The same, as the network sees it."""
    return resize_field(picture)


@pytest.fixture
def frame(picture: RGBImage) -> Frame:
    return Frame(picture, datetime(2026, 1, 2, 3, 4, 5, 678, UTC), 0, {"source": "test"})


@pytest.fixture
def finding() -> Finding:
    probabilities = dict(zip(HAM10000.codes, [0.05, 0.05, 0.1, 0.05, 0.5, 0.2, 0.05], strict=True))
    saliency = (np.arange(49, dtype=np.float32) / 48).reshape(7, 7)
    return Finding(
        probabilities=probabilities,
        prediction_set=("mel", "nv"),
        malignancy=0.6,
        foreign=False,
        triage=Triage.REFER,
        reasons=(as_it_was("Because."),),
        saliency=saliency,
        model="test model",
        classes=HAM10000,
    )


@pytest.fixture
def examination(finding: Finding) -> Examination:
    return Examination(
        "20260102T030405000678-beef",
        datetime(2026, 1, 2, 3, 4, 5, 678, UTC),
        finding,
        (BurstFrame(Quality({"brightness": 0.5, "least detail": 1.0}), {"source": "test"}),),
        timings_ms={"finding": 5.0},
    )


@pytest.fixture
def demo_ids() -> frozenset[str]:
    return frozenset(path.stem for path in FRAMES.glob("*.jpg"))
