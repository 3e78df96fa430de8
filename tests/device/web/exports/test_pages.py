import io
import json
import time
import urllib.error
import urllib.request
from zipfile import ZipFile

import pytest

from device.access import Role
from device.cli.transfer import SEARCH
from device.records.query_text import SEARCH_FIELDS
from device.serialization import NOT_A_DEVICE
from tests.browser import DESKTOP, PHONE

TOKEN = "local secret"


@pytest.fixture
def examined(house, examination, picture):
    house.records.save(examination, picture)
    return examination


@pytest.fixture
def client(house):
    house.access.admit_local(TOKEN)
    client = house.app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
    return client


def wait(client, answer):
    assert answer.status_code == 202, answer.text
    deadline = time.monotonic() + 30
    while (job := client.get(answer.headers["Location"]).json)["progress"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return job


def actions(house):
    done = [entry.action for entry in house.access.audit.newest(20)]
    return [action for action in done if action != "listed exports"]


def test_a_program_makes_gets_and_deletes_an_export(client, house, examined):
    job = wait(client, client.post("/api/v1/exports", json={"format": "csv", "examination": examined.id}))
    assert (job["progress"], job["notice"]) == ("done", NOT_A_DEVICE)
    with client.get(job["file"]) as answer:
        assert examined.id in answer.text
        assert "attachment" in answer.headers["Content-Disposition"]
    assert client.get("/api/v1/exports").json == {"exports": [job]}
    assert client.delete(f"/api/v1/exports/{job['id']}").status_code == 204
    assert client.get(job["file"]).status_code == 404
    assert actions(house)[:3] == ["deleted export", "downloaded export", "exported"]


def test_a_program_imports_what_it_exported(client, house, examined):
    job = wait(client, client.post("/api/v1/exports", json={"format": "zip", "named": True}))
    with client.get(job["file"]) as answer:
        data = answer.data
    house.records.deletion.examinations([examined.id])
    first = wait(client, client.post("/api/v1/imports", data=data))
    assert (first["result"]["added"], first["result"]["deleted"]) == (0, 1)
    again = wait(client, client.post("/api/v1/imports?again=yes", data=data))
    assert again["result"]["added"] == 1
    assert house.records.get(examined.id) is not None
    assert actions(house)[0] == "imported"
    refused = wait(client, client.post("/api/v1/imports", data=data[:-1]))
    assert "can't be imported" in refused["fault"]


@pytest.mark.parametrize(
    "body",
    [{}, {"format": "xls"}, {"format": "csv", "since": "soon"}, {"format": "csv", "person": "\0"}, {"no": 1}],
)
def test_an_order_without_meaning_is_refused(client, body):
    assert client.post("/api/v1/exports", json=body).status_code == 422


def test_an_empty_import_is_refused(client):
    assert client.post("/api/v1/imports").status_code == 422


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EXAMINER])
def test_only_owners_export_and_import(house, examined, role):
    client = house.app.test_client()
    pin = house.access.accounts.add("somebody", role)
    client.post("/login", data={"pin": pin})
    for path in ("/exports", "/exports/list", "/api/v1/exports", "/api/v1/exports/a/file"):
        assert client.get(path).status_code == 403, path
    for path in ("/exports", "/exports/import", "/exports/a/delete", "/api/v1/exports", "/api/v1/imports"):
        assert client.post(path).status_code == 403, path


def test_the_page_says_what_it_would_export_and_what_is_wrong(client, examined):
    assert "one examination" in client.get(f"/exports?examination={examined.id}").text
    assert "no such examination" in client.get("/exports?person=0000").text
    refused = client.get("/exports?since=soon")
    assert refused.status_code == 422
    assert "YYYY-MM-DD" in refused.text
    assert client.post("/exports", data={"format": "xls"}).status_code == 422
    assert client.post("/exports/import", data={"file": (io.BytesIO(b""), "")}).status_code == 422


def ask(settings, path, data, token=TOKEN, kind="application/octet-stream"):
    request = urllib.request.Request(
        f"http://127.0.0.1:{settings.port}{path}",
        data,
        {"Authorization": f"Bearer {token}", "Content-Type": kind},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except urllib.error.URLError:
        # Refused by its head: the rest had nowhere to go.
        return 413


def test_a_large_body_comes_in_only_where_it_is_expected_and_from_an_owner(house, settings):
    house.access.admit_local(TOKEN)
    large = bytes(200_000)
    assert ask(settings, "/api/v1/imports", large) == 202
    assert ask(settings, "/api/v1/imports", large, token="another") == 401
    assert ask(settings, "/api/v1/press", large) == 413
    assert ask(settings, "/api/v1/exports", large, kind="application/json") == 413


def test_the_command_and_the_page_search_alike():
    assert SEARCH == SEARCH_FIELDS


@pytest.mark.parametrize("scripts", [True, False])
def test_an_export_is_made_and_brought_in_by_hand(open_page, examined, tmp_path, scripts):
    page = open_page(PHONE if scripts else DESKTOP, java_script_enabled=scripts)
    page.goto(f"{page.url}exports?examination={examined.id}")
    page.get_by_label("ZIP Everything").check()
    page.get_by_role("button", name="Export", exact=True).click()
    link = page.get_by_role("link", name="Download")
    link.wait_for(timeout=20_000)
    with page.expect_download() as download:
        link.click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    with ZipFile(path) as archive:
        assert json.loads(archive.read("manifest.json"))["count"] == 1
    page.get_by_label("ZIP file").set_input_files(path)
    page.get_by_role("button", name="Import").click()
    page.get_by_text("1 was here already.").wait_for(timeout=20_000)
    page.get_by_role("button", name="Delete the file").click()
    page.wait_for_load_state()
    assert not page.get_by_role("link", name="Download").count()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
