"""The description of the API and the API itself are one."""

import json
import re

import pytest

from device.web import description
from device.web.description import describe

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def described():
    return {
        (method.upper(), path)
        for path, operations in describe("1.0")["paths"].items()
        for method in operations
        if method != "parameters"
    }


def test_everything_under_the_api_is_described_and_nothing_else(house):
    there = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in house.app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in rule.methods & METHODS
    }
    assert there == described()


def test_every_parameter_of_a_path_is_described():
    whole = describe("1.0")
    for path, operations in whole["paths"].items():
        named = {resolve(whole, each)["name"] for each in operations.get("parameters", [])}
        assert named == set(re.findall(r"{(\w+)}", path)), path


def resolve(whole, part):
    if "$ref" not in part:
        return part
    for name in part["$ref"].removeprefix("#/").split("/"):
        whole = whole[name]
    return whole


def test_every_reference_leads_somewhere():
    whole = describe("1.0")
    for reference in re.findall(r'"\$ref": "([^"]+)"', json.dumps(whole)):
        assert resolve(whole, {"$ref": reference})


def test_operations_have_names_of_their_own_and_a_summary():
    operations = [
        operation
        for path in describe("1.0")["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
    ]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation["summary"] for operation in operations)


def test_the_device_serves_it_to_everyone_with_its_version(house):
    answer = house.app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json["info"]["version"]


def test_two_areas_may_share_a_path_but_not_a_method(tmp_path, monkeypatch):
    monkeypatch.setattr(description, "FOLDER", tmp_path)
    base = {"info": {}, "paths": {}, "components": {}}
    (tmp_path / "base.json").write_text(json.dumps(base))
    one = {"paths": {"/a": {"get": {"summary": "one", "responses": {}}}}}
    other = {"paths": {"/a": {"post": {"summary": "other", "responses": {}}}}}
    (tmp_path / "one.json").write_text(json.dumps(one))
    (tmp_path / "other.json").write_text(json.dumps(other))
    assert set(describe("1")["paths"]["/a"]) == {"get", "post"}

    (tmp_path / "other.json").write_text(json.dumps(one).replace("one", "two"))
    with pytest.raises(ValueError, match="get is described twice"):
        describe("1")
