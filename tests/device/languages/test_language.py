"""The page speaks its reader's language."""

import json

import pytest

from device.message import Message
from device.serialization import message_to_json
from device.web.language import gettext, ngettext

PRESS = {"en": "Press", "nl": "Drukken", "fr": "Appuyer", "de": "Auslösen", "es": "Pulsar"}


def button(language):
    return f'type="submit">{PRESS[language]}</button>'


@pytest.mark.parametrize(
    ("liked", "language"),
    [
        ("nl-BE,nl;q=0.9,en;q=0.5", "nl"),
        ("fr-CA", "fr"),
        ("de-AT;q=0.8, es;q=0.7", "de"),
        ("es-419,en", "es"),
        ("ja,pt;q=0.5", "en"),
        ("*", "en"),
        (";;q=x,,", "en"),
        ("", "en"),
    ],
)
def test_the_browser_says_the_language(site, liked, language):
    answer = site.client.get("/", headers={"Accept-Language": liked})
    assert f'<html lang="{language}">' in answer.text
    assert button(language) in answer.text
    assert answer.headers["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))


def test_a_choice_outdoes_the_browser(site):
    german = {"Accept-Language": "de"}
    answer = site.client.post("/language", data={"language": "fr", "next": "/history?text=a"}, headers=german)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/history?text=a"
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Strict" in answer.headers["Set-Cookie"]
    assert '<html lang="fr">' in site.client.get("/", headers=german).text
    # A choice that isn't one any more counts for nothing.
    site.client.set_cookie("language", "xx")
    assert '<html lang="de">' in site.client.get("/", headers=german).text


@pytest.mark.parametrize("data", [{}, {"language": ""}, {"language": "xx"}, {"language": "en\0"}])
def test_an_unknown_language_is_refused(site, data):
    assert site.client.post("/language", data=data).status_code == 400


@pytest.mark.parametrize("target", ["//evil.org", "https://evil.org/", "/\\evil.org", "//[", "/a\r\nb", "x"])
def test_a_choice_leads_nowhere_else(site, target):
    answer = site.client.post("/language", data={"language": "nl", "next": target})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_anyone_may_choose_before_the_login(site):
    client = site.app.test_client()
    assert client.post("/language", data={"language": "es", "next": "/login"}).status_code == 303
    assert "Escriba su PIN" in client.get("/login").text
    assert "Este PIN no se conoce aquí." in client.post("/login", data={"pin": "1"}).text


@pytest.mark.parametrize("language", PRESS)
def test_every_page_answers_in_every_language(site, examination, picture, language):
    site.records.save(examination, picture)
    there = f"/examinations/{examination.id}"
    for path in ("/", "/about", "/health", "/join", "/history", "/report", "/settings/people", there):
        # By an address that a phone can come to as well: else there is nothing to join.
        answer = site.client.get(
            path, headers={"Accept-Language": language}, base_url="http://192.168.1.7:8080"
        )
        assert answer.status_code == 200, path
        assert f'<html lang="{language}">' in answer.text
    assert site.client.get("/nowhere", headers={"Accept-Language": language}).status_code == 404


def test_programs_are_answered_in_english(site):
    answer = site.client.get("/api/v1/examinations/x", headers={"Accept-Language": "de"})
    assert answer.json["detail"] == "there is no such examination"
    assert "Content-Language" not in answer.headers


def test_a_page_says_in_the_readers_language_what_went_wrong(site):
    answer = site.client.post("/history/protect", data={"id": "x"}, headers={"Accept-Language": "nl"})
    assert "Een van deze is geen onderzoek; ga terug en kies opnieuw." in answer.text


def test_scripts_ask_for_the_devices_sentences(site):
    german = {"Accept-Language": "de"}
    message = json.dumps(message_to_json(Message("too_dark")))
    answer = site.client.get("/words", query_string={"message": message}, headers=german)
    assert answer.text.startswith("Zu dunkel")
    assert answer.mimetype == "text/plain"
    former = json.dumps({"code": "gone", "values": {}, "text": "It was said so."})
    assert (
        site.client.get("/words", query_string={"message": former}, headers=german).text == "It was said so."
    )
    for rubbish in ("", "{", "[]", "{}", '{"code": 1}', "x" * 2001, '{"code": "too_dark", "values": 3}'):
        assert site.client.get("/words", query_string={"message": rubbish}).status_code == 400, rubbish


def test_a_text_from_outside_is_no_html(site):
    shown = site.app.jinja_env.from_string("{{ _(text) }}{{ _('born %(year)s', year=text) }}")
    with site.app.test_request_context(headers={"Accept-Language": "de"}):
        assert shown.render(text="<b>5%</b>").count("&lt;b&gt;5%&lt;/b&gt;") == 2


def test_outside_of_a_request_the_device_speaks_english():
    assert gettext("Press") == "Press"
    assert gettext("born %(year)s", year=1950) == "born 1950"
    assert ngettext("%(num)s lesion", "%(num)s lesions", 2) == "2 lesions"
