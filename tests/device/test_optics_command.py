import json
import os
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from device.cli import main
from device.doctor import examine
from device.errors import CameraError
from device.examination import Frame
from device.images import decode_image, encode_jpeg
from device.optics import OpticsStore
from device.optics.scale import Scale
from device.records import Records
from device.settings import Settings
from tests.conftest import FRAMES

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def white_card():
    y, x = np.mgrid[-1:1:450j, -1:1:600j]
    shade = (1 - 0.2 * (x**2 + y**2))[..., None] * (1.0, 0.9, 0.8)
    noise = np.random.default_rng(0).normal(0, 3, shade.shape)
    return np.clip(215 * shade + noise, 0, 255).astype(np.uint8)


def ruler():
    picture = np.full((450, 600, 3), 200, np.uint8)
    for tick in range(15):
        cv2.line(picture, (20 + 40 * tick, 200), (20 + 40 * tick, 240), (20, 20, 20), 2)
    return picture


@pytest.fixture
def calibrate(tmp_path, capsys):
    """Runs the command on a device's state folder; answers its status and what it said."""
    Records(tmp_path / "state").close()

    def run(*arguments):
        status = main(["calibrate", *map(str, arguments), "--state", str(tmp_path / "state")])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def save(path, pixels):
    path.write_bytes(encode_jpeg(pixels, 95))
    return path


def test_white_and_scale_from_files_are_kept_shown_and_undone(calibrate, tmp_path):
    card, rule = save(tmp_path / "card.jpg", white_card()), save(tmp_path / "rule.jpg", ruler())
    assert "In force: nothing" in calibrate("show")[1]
    assert calibrate("white", card, card)[0] == 0
    status, said = calibrate("scale", rule)
    assert status == 0
    assert "15.0" in said
    assert "mm wide" in said
    assert "calibrate undo" in said
    assert "white" in calibrate("show")[1]
    answer = json.loads(calibrate("show", "--json")[1])
    assert answer["scale"]["width_mm"] == pytest.approx(15, rel=0.01)
    assert [each["kind"] for each in answer["history"]] == ["scale", "white"]
    assert calibrate("undo", "white")[0] == 0
    assert "(undone)" in calibrate("show")[1]
    assert calibrate("undo", "white")[0] == 2


def test_what_root_calibrates_belongs_to_the_service(calibrate, tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, *owner: given.append(path.name))
    assert calibrate("white", save(tmp_path / "card.jpg", white_card()))[0] == 0
    assert {"optics", "0001-white.npy.part", "0001-white.json.part"} <= set(given)


def test_two_points_are_taken_from_the_user(calibrate, tmp_path):
    picture = save(tmp_path / "skin.jpg", white_card())
    assert calibrate("scale", picture, "--points", "100,100,400,500", "--length", "10")[0] == 0
    assert "12.00 mm wide" in calibrate("show")[1]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["white", "DIR/none.jpg"], "can't be read"),
        (["white", str(FRAMES / "ISIC_0024310.jpg")], "the card"),
        (["scale", "DIR/card.jpg"], "no ruler"),
        (["scale", "DIR/rule.jpg", "--length", "3"], "together"),
        (["scale", "--points", "1,2,3,4", "--length", "3"], "name the picture"),
        (["scale", "DIR/rule.jpg", "DIR/card.jpg"], "one picture"),
        (["scale", "DIR/rule.jpg", "--spacing", "100"], "mm wide"),
        (["white", "--port", "1"], "dermapoint run"),
        (["undo"], "no calibration to undo"),
        (["target", "--out", "DIR/x.txt"], ".pdf or .svg"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(calibrate, tmp_path, arguments, word):
    save(tmp_path / "card.jpg", white_card())
    save(tmp_path / "rule.jpg", ruler())
    status, said = calibrate(*[each.replace("DIR", str(tmp_path)) for each in arguments])
    assert status == 2
    assert word in said
    assert "nothing" in calibrate("show")[1]


def test_the_target_is_written(calibrate, tmp_path):
    assert calibrate("target", "--out", tmp_path / "target.pdf")[0] == 0
    assert (tmp_path / "target.pdf").read_bytes().startswith(b"%PDF")


def test_the_doctor_names_the_calibration_and_what_is_old(tmp_path):
    OpticsStore(tmp_path).save(Scale(15.0, "a"), (600, 450), now=NOW.replace(year=2020))
    checks = {check.part: check for check in examine(lambda: Settings(state=tmp_path, port=1))}
    assert "scale 2020-01-02 #1" in checks["optics"].detail
    assert "days old" in checks["optics"].detail


class Source:
    def __init__(self, picture):
        self.picture, self.fault, self.scans = picture, "", []

    def burst(self, count, anew=False):
        for number in range(count):
            if self.fault:
                raise CameraError(self.fault)
            scan = self.scans.pop(0) if anew else {}
            yield Frame(self.picture, NOW, number, {"ColourGains": (2.0, 1.5), **scan})


@pytest.fixture
def source():
    return Source(white_card())


@pytest.fixture
def client(tmp_path, site, source):
    site.app = site.build(
        optics=OpticsStore(tmp_path, "a camera"),
        source=source,
        calibration_days=180,
    )
    site.ring.camera = "a camera"
    return site.client_with("local secret")


def test_the_daemon_calibrates_with_its_own_camera(client, source):
    made = client.post("/api/v1/calibration?kind=white")
    assert made.status_code == 201
    assert made.json["camera"] == "a camera"
    source.picture = ruler()
    assert client.post("/api/v1/calibration?kind=scale&spacing=0.5").json["width_mm"] == pytest.approx(
        7.5, rel=0.01
    )
    answer = client.get("/api/v1/calibration").json
    assert answer["name"].startswith("white ")
    assert "scale " in answer["name"]
    assert answer["reminders"] == []
    assert client.delete("/api/v1/calibration").json["kind"] == "scale"
    assert client.get("/api/v1/calibration").json["scale"] is None


def scans(*positions, state=2):
    return [{"AfState": state, "LensPosition": position} for position in positions]


def test_the_lens_stays_where_several_scans_agree(client, source, tmp_path):
    source.scans = scans(5.5, 5.7, 5.6)
    made = client.post("/api/v1/calibration?kind=focus")
    assert made.status_code == 201
    assert made.json["lens_position"] == 5.6
    assert OpticsStore(tmp_path, "a camera").current().lens_position == 5.6
    assert OpticsStore(tmp_path, "another").current().lens_position is None
    source.scans = scans(5.5, 5.7, 5.6)
    again = client.post("/api/v1/calibration?kind=focus")
    assert again.status_code == 422
    assert "undo focus" in again.json["detail"]
    assert client.delete("/api/v1/calibration?kind=focus").json["lens_position"] == 5.6
    assert OpticsStore(tmp_path, "a camera").current().lens_position is None


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (scans(5.5, 7.0, 5.6), "different places"),
        (scans(5.5, 5.6, 5.6, state=3), "no focus"),
        ([{}] * 3, "can't be moved"),
        (scans(0.0, 0.0, 0.0), "no meaning"),
    ],
)
def test_a_focus_that_is_not_found_is_not_kept(client, source, found, word):
    source.scans = list(found)
    answer = client.post("/api/v1/calibration?kind=focus")
    assert (answer.status_code, client.get("/api/v1/calibration").json["focus"]) == (422, None)
    assert word in answer.json["detail"]


def test_the_daemon_says_why_it_cannot_calibrate(client, source):
    assert client.post("/api/v1/calibration").status_code == 400
    assert client.delete("/api/v1/calibration?kind=x").status_code == 400
    refused = client.post("/api/v1/calibration?kind=scale")
    assert (refused.status_code, refused.content_type) == (422, "application/problem+json")
    source.fault = "the cable is out"
    assert client.post("/api/v1/calibration?kind=white").status_code == 503
    assert client.get("/api/v1/calibration").json["history"] == []


def test_the_live_view_is_corrected(site, client):
    client.post("/api/v1/calibration?kind=white")
    site.ring.publish(Frame(white_card(), NOW, 0))
    shown = decode_image(client.get("/live.jpg").data, "live")
    assert np.ptp(shown.reshape(-1, 3).mean(axis=0)) < 2
    assert np.ptp(white_card().reshape(-1, 3).mean(axis=0)) > 30
