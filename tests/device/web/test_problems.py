"""Every error has an answer by its kind."""

from http import HTTPStatus

import pytest

from device import errors
from device.web.problems import STATUS_OF, status_of


@pytest.mark.parametrize("kind", STATUS_OF)
def test_an_error_of_a_new_kind_is_answered_as_the_kind_that_it_is_one_of(kind):
    # These have more to say than a message.
    values = {errors.ValueRefusedError: ("name", "no"), errors.TakenError: ("name", "no")}
    new = type("NewError", (kind,), {})(*values.get(kind, ("no",)))
    assert status_of(new) is STATUS_OF[kind]


def test_a_camera_that_can_not_be_mended_is_answered_as_a_camera(site, monkeypatch):
    """Only the kind itself was looked up, and so its subclasses were answered as faults of the page."""

    def fail():
        raise errors.PermanentCameraError("no camera is connected")

    monkeypatch.setattr(site.examiner, "press", fail)
    answer = site.client.post("/api/v1/press")
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.content_type == "application/problem+json"
    page = site.client.post("/press")
    assert (page.status_code, page.mimetype) == (HTTPStatus.SERVICE_UNAVAILABLE, "text/html")
    assert "No camera is connected" in page.text
