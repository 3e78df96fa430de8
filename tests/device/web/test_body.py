"""What a program sends is checked before it is used."""

from typing import Annotated, TypedDict

import pytest
from flask import Flask
from msgspec import Meta

from device.web.body import read_body
from device.web.refusal import Refused


class Known(TypedDict, total=False):
    name: Annotated[str, Meta(max_length=5)]
    year: int | None


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    app.post("/")(lambda: read_body(Known))
    app.register_error_handler(Refused, lambda refused: (str(refused), refused.status))
    return app


def test_an_object_with_known_keys_comes_through(app: Flask) -> None:
    sent = {"name": "A-17", "year": None}

    assert app.test_client().post("/", json=sent).json == sent


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (["name"], 422),
        ({"nmae": "A"}, 422),
        ({"name": 1}, 422),
        ({"name": "longer"}, 422),
        ({"year": True}, 422),
        ("name", 422),
        ({"name": "\ud800"}, 422),
    ],
)
def test_anything_else_is_told_what_is_wrong(app: Flask, sent: object, status: int) -> None:
    assert app.test_client().post("/", json=sent).status_code == status


def test_what_is_not_json_is_refused(app: Flask) -> None:
    assert app.test_client().post("/", data="name=A").status_code == 415
    assert app.test_client().post("/", data="{", content_type="application/json").status_code == 400
