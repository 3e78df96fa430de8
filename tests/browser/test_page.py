"""The static page in a real browser: a finding, languages, no network, a newer version."""

import json
import re
import shutil

import cv2
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from browser.site import write_site
from browser.words import words
from device.classifier.bundle import load_bundle, write_manifest
from device.classifier.preprocess import resize_field
from device.images import read_image
from device.quality import measure
from device.words import probability, say
from tests.browser import DESKTOP, PHONE
from tests.conftest import BUNDLE, FRAMES

LESION = FRAMES / "ISIC_0024310.jpg"
SECOND_LOAD = 50_000


def choose(page, picture):
    page.set_input_files("#choose", picture)
    page.wait_for_selector("#finding article")
    return page.inner_text("#finding")


def shown(page):
    """The bars of the likeliest classes: names and shares."""
    return list(
        zip(
            page.locator(".likeliest .what").all_inner_texts(),
            page.locator(".likeliest .share").all_inner_texts(),
            strict=True,
        )
    )


def test_a_picture_gets_the_device_s_finding(open_site, classifier):
    page = open_site()
    said = choose(page, LESION)
    assert page.locator(".stuck").is_hidden()
    field = resize_field(read_image(LESION))
    finding = classifier.classify([field], measure(field).advice)
    names = {each.code: each.name() for each in classifier.classes.outputs}
    assert page.inner_text(".triage h2") == say(finding.triage.heading)
    assert page.locator(".reason").all_inner_texts() == [say(each) for each in finding.reasons]
    assert shown(page) == [(names[code], probability(share)) for code, share in finding.likeliest()]
    assert ", ".join(names[code] for code in finding.prediction_set) in said
    assert "not a medical device" in said
    assert classifier.title in said


def test_the_saliency_covers_the_picture(open_site):
    page = open_site()
    choose(page, LESION)
    opaque = page.evaluate(
        "() => { const c = document.querySelector('.saliency');"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " return d.filter((value, index) => index % 4 === 3 && value > 100).length; }"
    )
    assert 0 < opaque < 320 * 240
    # In one go: the page may still be scrolling to the finding.
    assert page.evaluate(
        "() => { const [one, other] = ['.saliency', '.shown'].map(name =>"
        " JSON.stringify(document.querySelector(name).getBoundingClientRect())); return one === other; }"
    )
    page.locator(".opacity").fill("80")
    assert page.evaluate("document.querySelector('.saliency').style.opacity") == "0.8"


def test_what_is_below_the_progress_stays_where_it_is(open_site):
    page = open_site()
    page.evaluate(
        "() => { window.places = new Set(); const look = () => {"
        " places.add(document.getElementById('finding').offsetTop); requestAnimationFrame(look); }; look(); }"
    )
    choose(page, LESION)
    assert page.evaluate("places.size") == 1


def test_a_page_that_is_opened_from_a_folder_says_what_to_do(chromium, static_site):
    page = chromium.new_page(viewport=PHONE)
    try:
        page.goto((static_site / "index.html").as_uri())
        page.get_by_text("a web server has to send it").wait_for(state="visible")
        assert page.get_by_text("Ein Webserver muss sie senden").is_visible()
    finally:
        page.close()


def test_nothing_is_sent_anywhere_when_a_picture_is_looked_at(open_site):
    page = open_site()
    before = len(page.requests)
    choose(page, LESION)
    after = [request.url for request in page.requests[before:]]
    assert all(url.startswith("blob:") for url in after), after
    assert {request.method for request in page.requests} == {"GET"}


def test_a_blurred_picture_is_to_be_taken_again(open_site, tmp_path):
    cv2.imwrite(str(tmp_path / "blurred.png"), cv2.GaussianBlur(cv2.imread(str(LESION)), (0, 0), 9))
    page = open_site()
    said = choose(page, tmp_path / "blurred.png")
    assert page.locator(".triage h2").all_inner_texts() == ["Take it again", "Suspicious all the same"]
    assert "Not sharp" in said
    assert page.locator(".saliency").is_hidden()


def test_a_page_of_text_gets_no_answer(open_site, tmp_path):
    sheet = np.full((450, 600, 3), 200, np.uint8)
    for line in range(20, 450, 30):
        cv2.putText(
            sheet, "The quick brown fox jumps", (8, line), cv2.FONT_HERSHEY_SIMPLEX, 1, (60, 60, 60), 2
        )
    cv2.imwrite(str(tmp_path / "text.png"), sheet)
    page = open_site()
    choose(page, tmp_path / "text.png")
    assert page.locator(".triage h2").first.inner_text() in ("No answer", "Take it again")


def test_a_file_that_is_no_picture_is_one_sentence_and_the_next_one_works(open_site, tmp_path):
    (tmp_path / "notes.jpg").write_text("no picture")
    page = open_site()
    page.set_input_files("#choose", tmp_path / "notes.jpg")
    page.wait_for_selector("#state[data-kind=fault]")
    assert "choose a JPEG or PNG" in page.inner_text("#state")
    assert choose(page, LESION)
    assert page.inner_text("#state") == ""


def test_a_picture_is_turned_as_its_file_says(open_site, tmp_path, classifier):
    """A phone's picture lies on its side, and its file says so (EXIF orientation 6)."""
    data = LESION.read_bytes()
    tag = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    segment = b"Exif\0\0" + tag
    (tmp_path / "turned.jpg").write_bytes(
        data[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + data[2:]
    )
    turned = read_image(tmp_path / "turned.jpg")
    assert turned.shape[:2] == (600, 450)
    page = open_site()
    choose(page, tmp_path / "turned.jpg")
    field = resize_field(turned)
    finding = classifier.classify([field], measure(field).advice)
    assert page.locator(".reason").all_inner_texts() == [say(each) for each in finding.reasons]


@pytest.mark.parametrize("language", ["de", "es", "fr", "nl"])
def test_the_page_speaks_the_browser_s_language(open_site, language):
    page = open_site(locale=language)
    texts = words()["texts"][language]
    assert page.inner_text("h1") == texts["title"]
    assert page.get_attribute("html", "lang") == language
    said = choose(page, LESION)
    assert texts["no_diagnosis"] in said
    name = {"de": "Melanom", "es": "Melanoma", "fr": "Mélanome", "nl": "Melanoom"}[language]
    assert name in page.locator(".likeliest .what").all_inner_texts()


def test_a_language_that_is_chosen_stays(open_site):
    page = open_site()
    choose(page, LESION)
    page.get_by_role("button", name="Deutsch").click()
    assert page.inner_text("h1") == "Ein Bild ausprobieren"
    assert "Das ist keine Diagnose." in page.inner_text("#finding")
    page.reload()
    assert page.inner_text("h1") == "Ein Bild ausprobieren"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("stage", ["empty", "finding"])
def test_the_page_is_for_everyone(open_site, scheme, stage):
    # What still fades in has too little contrast for the moment.
    page = open_site(color_scheme=scheme, reduced_motion="reduce")
    if stage == "finding":
        choose(page, LESION)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_after_one_visit_it_works_in_flight_mode(open_site):
    page = open_site(viewport=DESKTOP)
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert "Refer" in choose(page, LESION)


def test_a_second_visit_loads_next_to_nothing(chromium, address):
    context = chromium.new_context()
    try:
        first = context.new_page()
        first.goto(address)
        first.wait_for_selector("html[data-ready]")
        first.close()
        page = context.new_page()
        came = []
        # What a service worker fetches counts too.
        context.on("response", lambda response: came.append(response))
        page.goto(address)
        page.wait_for_selector("html[data-ready]")
        fetched = [response for response in came if not response.from_service_worker]
        assert sum(len(response.body()) for response in fetched if response.ok) < SECOND_LOAD
        assert [each.url for each in came if "wasm.gz" in each.url and not each.from_service_worker] == []
    finally:
        context.close()


def test_another_bundle_comes_by_itself(open_site, static_site, bundle, tmp_path):
    page = open_site()
    folder = shutil.copytree(BUNDLE, tmp_path / "bundle")
    write_manifest(
        folder, "newer", bundle.classes, bundle.side, bundle.rules, bundle.self_test.probabilities, {}
    )
    write_site(load_bundle(folder), static_site)
    page.reload()
    page.wait_for_selector("#newer:not([hidden])")
    page.get_by_role("button", name="Load it").click()
    page.wait_for_selector("html[data-ready]")
    assert page.inner_text("#model").startswith("newer ")
    names = page.evaluate("caches.keys()")
    assert len(names) == 1


def test_a_model_that_answers_otherwise_than_where_it_was_built_is_not_used(open_site, static_site):
    site = json.loads((static_site / "site.json").read_text())
    site["model"]["self_test"]["probabilities"]["mel"] += 0.3
    (static_site / "site.json").write_text(json.dumps(site))
    page = open_site(ready=False)
    page.wait_for_selector("#state[data-kind=fault]")
    assert "can't run the model" in page.inner_text("#state")


def test_the_camera_is_looked_through_and_pressed(open_site):
    page = open_site(permissions=["camera"])
    page.get_by_role("button", name="Use the camera").click()
    page.wait_for_selector("#advice:not(:empty)")
    page.get_by_role("button", name="Press").click()
    page.wait_for_selector("#finding article")
    assert re.match(r"found in \d+ ms", page.inner_text(".took"))
    page.get_by_role("button", name="Use the camera").click()
    assert page.locator("#viewer").is_hidden()
    assert page.evaluate("document.getElementById('video').srcObject") is None
