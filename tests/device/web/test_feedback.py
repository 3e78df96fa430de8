"""Whoever does something on the page is told what came of it, and stays where they were."""

import subprocess

import pytest
from playwright.sync_api import expect

from device.access import Role
from device.preferences import Preferences
from device.settings import Sources
from device.web.device.setting_words import groups, title
from device.web.flash import see
from tests.browser import PHONE
from tests.conftest import ROOT


def after(client, answer):
    """The page that a form leads to."""
    assert answer.status_code == 303
    return client.get(answer.location).text


def test_saving_says_saved_once_and_leads_back_to_where_it_was_said(site, examination, picture):
    site.records.save(examination, picture)
    person = site.records.persons.add("P-1")
    page = after(site.client, site.client.post(f"/persons/{person.id}/edit", data={"pseudonym": "P-2"}))
    assert '<p class="flash" role="status">Saved.</p>' in page
    assert "Saved." not in site.client.get(f"/persons/{person.id}").text
    noted = site.client.post(f"/examinations/{examination.id}/notes", data={"notes": "itches"})
    assert noted.location == f"/examinations/{examination.id}#assign"
    assert "Saved." in after(site.client, noted)


@pytest.mark.parametrize("path", ["protect", "delete", "delete/sure"])
def test_who_picked_nothing_is_told_and_keeps_the_page_of_the_history(site, path):
    answer = site.client.post(f"/history/{path}", data={"triage": "refer", "before": "7"})
    assert answer.location == "/history?triage=refer&before=7"
    assert "Nothing was picked: tick what you mean first." in after(site.client, answer)


def test_a_page_of_the_history_is_told_to_its_forms(site, examination, picture):
    site.records.save(examination, picture)
    assert '<input type="hidden" name="before" value="9">' in site.client.get("/history?before=9").text


def test_a_made_up_word_is_not_shown(site):
    site.client.set_cookie("flash", "<script>")
    assert 'class="flash"' not in site.client.get("/persons").text
    with site.app.test_request_context():
        cookie = see("/", "saved").headers["Set-Cookie"]
    assert "flash=saved" in cookie
    assert "Max-Age=60; HttpOnly" in cookie


def test_removing_somebody_asks_first(site):
    site.access.accounts.first_pin()
    site.access.accounts.add("Ann", Role.VIEWER)
    asked = site.client.post("/settings/people", data={"do": "remove", "name": "Ann"})
    assert "Remove Ann?" in asked.text
    assert "Ann" in [each.name for each in site.access.accounts.people()]
    answer = site.client.post("/settings/people", data={"do": "remove for sure", "name": "Ann"})
    assert "Removed." in after(site.client, answer)
    assert "Ann" not in [each.name for each in site.access.accounts.people()]
    site.access.tokens.add("clinic", Role.VIEWER)
    site.client.post("/settings/people", data={"do": "remove token", "name": "clinic"})
    assert "clinic" in [each.name for each in site.access.tokens.all()]


def test_an_export_is_begun_in_view_of_its_progress(site, examination, picture):
    site.records.save(examination, picture)
    begun = site.client.post("/exports", data={"format": "csv", "examination": examination.id})
    assert begun.location == f"/exports?examination={examination.id}#last"


def test_nobody_is_led_to_a_page_that_no_phone_can_reach(site):
    assert "/join" not in site.client.get("/about").text
    refused = site.client.get("/join")
    assert refused.status_code == 409
    assert "open on this machine" in " ".join(refused.text.split())
    assert "/join" in site.client.get("/about", base_url="http://192.168.1.7:8080").text


def test_every_setting_of_the_page_has_a_title_in_peoples_words_and_its_help_beside_it(site, tmp_path):
    entries = Preferences(Sources(overrides={"state": tmp_path})).entries()
    shown = [each for _, members in groups(entries) for each in members]
    assert {each.name for each in shown} == {each.name for each in entries if not each.fixed}
    assert not [name for name, _ in groups(entries) if name == "More"]
    page = site.client.get("/settings").text
    for each in shown:
        assert title(each.name).replace("'", "&#39;") in page
        assert f'id="{each.name}-meaning"' in page
    # Another setting is named as it is called here.
    assert "see “Delete the oldest when there is too little space”" in page


def test_make_lists_every_target_that_says_what_it_does():
    listing = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    lines = (ROOT / "Makefile").read_text().splitlines()
    targets = {
        line.partition(":")[0] for line in lines if ": " in line and " ## " in line and line[0].isalpha()
    }
    assert {line.split()[1] for line in listing.splitlines()} == targets
    assert {"camera-model", "page-load"} <= targets


def test_a_phone_has_a_menu_a_wrong_pin_can_be_mended_by_a_link_and_saving_keeps_the_place(
    open_page, house, settings
):
    page = open_page(PHONE)
    menu = page.locator("header summary")
    expect(menu).to_contain_text("Live")
    expect(page.get_by_role("link", name="History")).to_have_count(0)
    menu.click()
    page.get_by_role("link", name="People", exact=True).click()
    expect(menu).to_contain_text("People")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    # Its days are the viewer's.
    page.goto(page.url.replace("/persons", "/report"))
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    assert page.locator("input[name=zone]").input_value() == zone
    # A form at the end of a long page.
    page.goto(page.url.replace("/report", "/settings"))
    page.get_by_label("Where the lens stays").fill("7")
    page.get_by_role("button", name="Check and save").click()
    expect(page.locator(".flash")).to_have_text("Saved.")
    page.wait_for_function("scrollY > 500")
    # Out, a wrong PIN, and then the link once more: nothing but what stands behind '#' changes.
    menu.click()
    page.get_by_role("button", name="Log out owner").click()
    page.get_by_label("PIN").fill("00000000")
    page.get_by_role("button", name="Enter").click()
    expect(page.get_by_role("alert")).to_be_visible()
    pin = house.access.accounts.renew_pin("owner")
    page.evaluate(f"location.hash = '{pin}'")
    page.wait_for_url(f"http://127.0.0.1:{settings.port}/")
    # The browser's own word of the wrong PIN.
    assert [fault for fault in open_page.faults if "403" not in fault] == []
    open_page.faults.clear()


def test_without_scripts_the_picture_of_the_camera_is_in_view(open_page):
    page = open_page(PHONE, java_script_enabled=False)
    picture = page.locator("noscript img")
    box, view = picture.bounding_box(), page.locator(".view").bounding_box()
    assert (box["x"], box["y"], box["width"]) == (view["x"], view["y"], view["width"])
