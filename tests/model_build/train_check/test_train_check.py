import csv
import io
import json
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZipFile

import pytest

from device.app import build_app
from device.classifier.bundle import load_bundle
from device.images import read_image
from device.settings import Settings
from model_build import split
from model_build.cli import main
from model_build.workspace import Workspace
from tests.conftest import FRAMES
from tests.model_build.small import shrink
from tests.model_build.train_check import sources
from tests.support import client_with

# The whole build in one fixture takes longer than any test may.
pytestmark = pytest.mark.timeout(1200)

CLASSES = Path(__file__).with_name("classes.toml")
CODES = ("melanoma", "keratinocyte", "naevus", "keratosis", "soft")


class Build:
    """A work folder, its bundle, and the commands that made them."""

    def __init__(self, root):
        self.root, self.bundle, self.work = root, root / "bundle", Workspace(root / "work")
        self.classes = root / "classes.toml"
        self.classes.write_text(CLASSES.read_text("utf-8"), "utf-8")
        data = [
            "--data",
            str(sources.ham10000(root / "HAM10000")),
            "--data",
            str(sources.milk10k(root / "MILK10k")),
            "--squashed",
            str(sources.isic2017(root / "ISIC2017")),
        ]
        options = [
            "--classes",
            str(self.classes),
            "--weights",
            str(sources.WEIGHTS),
            "--out",
            str(self.bundle),
        ]
        plan = ["--side", "128", "--epochs", "1", "--steps-per-epoch", "8", "--batch", "16"]
        self.command = ["all", *data, *options, *plan, *self.where]

    @property
    def where(self):
        return ["--work", str(self.work.root)]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    build = Build(tmp_path_factory.mktemp("check"))
    patch = pytest.MonkeyPatch()
    shrink(patch)
    assert main(build.command) == 0
    yield build
    patch.undo()


@pytest.fixture(scope="module")
def house(built, tmp_path_factory):
    state = tmp_path_factory.mktemp("state")
    with build_app(Settings(mock_pins=True, state=state, bundle=built.bundle, frame_rate=20)) as house:
        house.ring.newest()
        house.access.admit_local("local secret")
        yield house


@pytest.fixture(scope="module")
def client(house):
    return client_with(house, "local secret")


def test_the_three_sources_and_their_twins_are_in_the_split(built):
    rows = split.read(built.work.split)
    assert {row.source for row in rows} == {"ham10000", "milk10k", "isic2017"}
    assert {row.label for row in rows} == {*CODES, "other_lesion", "no_dermoscopy"}
    group = {row.image_id: row.group for row in rows}
    together = [group[milk] == group[ham] for milk, ham in sources.known_twins()]
    assert sum(together) >= len(together) - 1


def test_the_bundle_has_the_own_classes_and_what_was_learnt_beside_them(built):
    bundle = load_bundle(built.bundle)
    assert bundle.classes.codes == CODES
    assert bundle.classes.beside_codes == ("other_lesion",)
    assert bundle.side == 128
    card = bundle.model_card()
    assert "keratinocyte (Keratinocyte cancer)" in card
    assert all(name in card for name in ("HAM10000 (Tschandl", "MILK10k (MILK", "ISIC 2017 (Codella"))
    metrics = json.loads((built.bundle / "metrics.json").read_text())
    assert {code for each in metrics["sources"].values() for code in each["recall"]} <= set(CODES)


def test_the_device_presses_and_says_it_in_the_own_classes(client):
    made = client.post("/api/v1/press").json
    assert set(made["finding"]["probabilities"]) == set(CODES)
    assert set(made["finding"]["beside"]) == {"other_lesion"}
    page = client.get(f"/examinations/{made['id']}", headers={"Accept-Language": "de"}).text
    assert any(name in page for name in ("Keratinozytenkrebs", "Muttermal", "Alterswarze", "Melanom"))
    assert "Aktinische Keratose" not in page
    assert "Keratinocyte cancer" in client.get("/about").text


@pytest.mark.parametrize("kind", ["csv", "zip"])
def test_its_exports_have_the_own_classes(client, kind):
    answer = client.post("/api/v1/exports", json={"format": kind})
    deadline = time.monotonic() + 60
    while (job := client.get(answer.headers["Location"]).json)["progress"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with client.get(job["file"]) as file:
        data = file.data
    if kind == "zip":
        with ZipFile(io.BytesIO(data)) as archive:
            data = archive.read("metadata.csv")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert sum(float(rows[0][f"dermapoint_probability_{code}"]) for code in CODES) == pytest.approx(
        1, abs=0.01
    )


def test_the_command_line_classifies_a_picture(built):
    picture = next(iter(sorted(FRAMES.glob("*.jpg"))))
    command = [sys.executable, "-m", "device.cli", "classify", "--json", "--bundle", built.bundle, picture]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert set(json.loads(said)["probabilities"]) == set(CODES)


def test_what_is_measured_after_the_build_knows_the_own_classes(built, tmp_path):
    assert main(["report", *built.where, "--out", str(tmp_path), "--results", str(tmp_path / "none")]) == 0
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "Vascular or fibrous lesion" in page
    assert "akiec" not in page
    for name in ("classes", "sources"):
        assert min(read_image(built.work.plots / f"{name}.png").shape[:2]) > 300
    text = tmp_path / "text.md"
    text.write_text("<!-- figures -->\n<!-- end of figures -->\n")
    assert main(["describe", *built.where, "--text", str(text)]) == 0
    assert "| keratinocyte |" in text.read_text("utf-8")
    assert main(["measure", *built.where, "--name", "tiny", "--results", str(tmp_path)]) == 0


def test_another_word_for_a_class_needs_a_new_bundle_and_nothing_else(built, capsys):
    built.classes.write_text(CLASSES.read_text("utf-8").replace('"Muttermal"', '"Leberfleck"'), "utf-8")
    assert main(built.command) == 0
    assert capsys.readouterr().out.count("done before") == 6
    assert load_bundle(built.bundle).classes.get("naevus").name("de") == "Leberfleck"


def test_another_class_is_not_taken_for_the_one_that_was_trained(built, capsys):
    text = CLASSES.read_text("utf-8").replace('["vasc", "df"]', '["vasc"]')
    built.classes.write_text(text, "utf-8")
    assert main(built.command) == 2
    assert "other options (taxonomy, pictures)" in capsys.readouterr().err
