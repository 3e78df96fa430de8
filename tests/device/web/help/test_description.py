"""The description of the API is made of the routes themselves."""

import json
import re
from http import HTTPStatus
from typing import TypedDict

import pytest

from device.access import Role
from device.web.openapi import describe, routes
from device.web.routing import File, Operation, Room, UndeclaredRouteError, WebApp


class Thing(TypedDict):
    """Anything."""

    name: str


@pytest.fixture
def whole(site):
    return describe(site.app, "1.0")


def test_a_route_for_programs_declares_what_they_get():
    room = Room("things", __name__, prefix="/api/v1")
    with pytest.raises(UndeclaredRouteError, match="/api/v1/things is for programs"):
        room.get("/things", role=Role.VIEWER, audit=None)(lambda: {})


def test_everything_under_the_api_is_described(site, whole):
    rules = {rule.rule for rule in site.app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")}
    assert len(rules) > 30
    assert {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule) for rule in rules} == set(whole["paths"])


def test_a_new_route_is_described_as_it_is_declared():
    room = Room("things", __name__, prefix="/api/v1")

    @room.put(
        "/things/<name>",
        role=Role.OWNER,
        audit=None,
        api=Operation(Thing, HTTPStatus.ACCEPTED, body=Thing, problems=(HTTPStatus.CONFLICT,)),
    )
    def change_thing(name: str) -> None:
        """Change it.

        Not
        at once.
        """

    @room.post("/things", role=None, audit=None, api=Operation(body=File))
    def add_thing() -> None:
        """Add it."""

    app = WebApp(__name__)
    room.join(app)
    whole = describe(app, "1.0")
    change, add = whole["paths"]["/api/v1/things/{name}"]["put"], whole["paths"]["/api/v1/things"]["post"]
    assert (change["operationId"], change["summary"], change["description"]) == (
        "changeThing",
        "Change it",
        "Not at once.",
    )
    assert change["parameters"][0]["name"] == "name"
    reference = {"$ref": "#/components/schemas/Thing"}
    assert change["requestBody"]["content"]["application/json"]["schema"] == reference
    assert change["responses"]["202"]["content"]["application/json"]["schema"] == reference
    assert set(change["responses"]) == {
        *["202", "400", "401", "403", "404", "409", "413", "415", "421", "422", "507"]
    }
    assert whole["components"]["schemas"]["Thing"]["additionalProperties"] is False
    assert add["security"] == []
    assert "application/octet-stream" in add["requestBody"]["content"]


def test_every_reference_leads_somewhere_and_nothing_is_described_in_vain(whole):
    used = set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(whole)))
    assert used == set(whole["components"]["schemas"])


def test_operations_have_names_of_their_own_and_a_summary(whole):
    operations = [operation for path in whole["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation["summary"] for operation in operations)


def test_the_device_serves_it_to_everyone_with_its_version(site):
    answer = site.app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json["info"]["version"] == "1.2.3"
    assert len(list(routes(site.app))) == sum(len(path) for path in answer.json["paths"].values())
