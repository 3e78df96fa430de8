"""Pictures of phones: judged with advice, and never mistaken for the device's own camera's."""

from io import BytesIO

import cv2
import numpy as np
import pytest

from device.access import Role
from device.errors import ImageError
from device.examination import Source, Triage
from device.images import decode_image, encode_jpeg, read_image
from device.images.decoder import Decoder
from device.images.heic import heic_size, is_heic
from device.web.door.upload import LENGTH, PATH, TARGET
from tests.conftest import FRAMES, ROOT

GOOD = (FRAMES / "ISIC_0024310.jpg").read_bytes()
HEIC = (ROOT / "tests/device/pictures/ISIC_0024310.heic").read_bytes()
"""The same picture, 320 x 240, as pillow-heif writes it."""


def send(client, data, name="IMG_0001.jpg"):
    form = {"file": (BytesIO(data), name)}
    return client.post("/pictures/new", data=form, content_type="multipart/form-data")


def png(pixels):
    return cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1].tobytes()


def test_a_picture_is_judged_and_marked_in_every_list_and_export(site):
    examiner = site.client_with(site.access.tokens.add("nurse", Role.EXAMINER))
    answer = send(examiner, GOOD)
    assert answer.status_code == 303
    (line,) = site.records.recent(2)
    examination = site.records.get(line.id)
    assert (examination.source, line.source) == (Source.UPLOAD, Source.UPLOAD)
    assert examination.finding.triage in set(Triage)
    lesion = site.records.lesions.add(site.records.persons.add("P-1").id)
    site.records.assign(line.id, lesion.id)
    assert "Uploaded, not taken by this device." in site.client.get(answer.location).text
    for path in ("/", "/history", f"/lesions/{lesion.id}"):
        assert '<span class="tag uploaded">Uploaded</span>' in site.client.get(path).text
    assert site.client.get(f"/api/v1/examinations/{line.id}").json["source"] == "upload"


def test_a_program_sends_one_and_gets_what_is_said_of_it(site):
    made = site.client.post("/api/v1/pictures", data=png(decode_image(GOOD, "")), content_type="image/png")
    assert made.status_code == 201
    assert made.json["source"] == "upload"
    assert made.json["optics"] == ""


def test_of_a_blurred_one_it_is_said_to_take_it_again(site):
    blurred = cv2.GaussianBlur(decode_image(GOOD, ""), (0, 0), 12)
    made = site.client.post("/api/v1/pictures", data=encode_jpeg(np.asarray(blurred), 90))
    assert made.json["finding"]["triage"] == "retake"
    assert made.json["frames"][0]["quality"]["advice"]


@pytest.mark.parametrize(
    ("data", "word"),
    [(b"hello", "is not a JPEG, PNG or HEIC picture"), (GOOD[:9000], "truncated"), (HEIC[:900], "truncated")],
    ids=["text", "cut", "cut HEIC"],
)
def test_what_is_no_picture_is_refused_with_what_to_do_and_nothing_stays(site, data, word):
    answer = send(site.client, data)
    assert answer.status_code == 422
    assert word in answer.text
    assert site.records.count() == 0
    assert not list(site.folder.rglob("upload-*"))


def test_a_viewer_can_not_bring_one_in(site):
    viewer = site.client_with(site.access.tokens.add("reader", Role.VIEWER))
    assert send(viewer, GOOD).status_code == 403
    assert "/pictures/new" not in viewer.get("/").text


def test_the_server_in_front_lets_an_examiner_send_pictures_and_nothing_else(site):
    examiner = site.client_with(site.access.tokens.add("nurse", Role.EXAMINER))
    for target, status in (
        ("/pictures/new", 204),
        ("/exports/import?again=yes", 403),
        ("/x", 403),
        ("", 403),
    ):
        assert examiner.get(PATH, headers={LENGTH: "5", TARGET: target}).status_code == status


def test_it_has_no_part_in_how_right_the_device_is_and_a_retake_leaves_it_alone(site, frame):
    site.client.post("/api/v1/pictures", data=GOOD)
    uploaded = site.records.recent(1)[0]
    lesion = site.records.lesions.add(site.records.persons.add("P-1").id)
    site.records.assign(uploaded.id, lesion.id)
    site.client.patch(
        f"/api/v1/lesions/{lesion.id}",
        json={"diagnosis": {"label": "mel", "confirmed_by": "histopathology"}},
    )
    assert site.client.get("/api/v1/report").json["examinations"] == 0
    assert site.examiner.retake().replaces == ""


def test_a_heic_picture_is_read_in_the_process_that_is_bounded():
    with Decoder() as decoder:
        pixels = decoder.decode(HEIC, "IMG_0002.heic")
        assert pixels.shape == (240, 320, 3)
        assert decoder.decode(HEIC, "IMG_0002.heic", 2).shape == (120, 160, 3)
        with pytest.raises(ImageError, match=r"broken\.heic: is damaged"):
            decoder.decode(HEIC.replace(b"hvcC", b"none"), "broken.heic")
    whole = cv2.resize(read_image(FRAMES / "ISIC_0024310.jpg"), (320, 240), interpolation=cv2.INTER_AREA)
    assert np.abs(pixels.astype(int) - whole).mean() < 12


def test_a_heic_picture_says_how_large_it_is_before_it_is_decoded():
    assert is_heic(HEIC)
    assert not is_heic(GOOD)
    assert heic_size(HEIC) == (320, 240)
    huge = HEIC.replace((320).to_bytes(4, "big") + (240).to_bytes(4, "big"), b"\0\1\0\0" * 2)
    with Decoder() as decoder, pytest.raises(ImageError, match="65536 x 65536"):
        decoder.decode(huge, "huge.heic")
