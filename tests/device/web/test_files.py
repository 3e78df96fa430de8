"""Templates and static files lie in the folder of their room, and are found there, and nothing else is."""

import re

import pytest
from jinja2 import Environment, meta

from device.web.files import template_loader
from tests.conftest import ROOT

WEB = ROOT / "device/web"
ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n"], loader=template_loader(WEB))
SOURCES = {path: path.read_text() for path in WEB.rglob("*") if path.suffix in (".py", ".html", ".js")}


def room_of(path):
    """The folder of `device/web` in which a template or a static file lies; empty: it is of all rooms."""
    room = path.parent.parent
    return "" if room == WEB else f"{room.name}/"


def test_every_template_is_shown_and_what_is_shown_is_there():
    shown = {name for text in SOURCES.values() for name in re.findall(r'render_template\(\s*"([^"]+)"', text)}
    waiting = list(shown)
    while waiting:
        source, *_ = ENVIRONMENT.loader.get_source(ENVIRONMENT, waiting.pop())
        named = set(meta.find_referenced_templates(ENVIRONMENT.parse(source))) - shown
        shown |= named
        waiting += named
    assert shown == {room_of(path) + path.name for path in WEB.rglob("*.html")}


def test_every_static_file_is_named_and_what_is_named_is_there():
    named = set()
    for path, text in SOURCES.items():
        named |= set(re.findall(r"url_for\('static', filename='([^']+)'\)", text))
        named |= set(re.findall(r'send_static_file\("([^"]+)"\)', text))
        named |= {room_of(path) + name for name in re.findall(r'^import .* from "\./([^"]+)"', text, re.M)}
    # For home screens, in several sizes.
    named |= {"icon-192.png", "icon-512.png"}
    assert named == {room_of(path) + path.name for path in WEB.rglob("static/*") if path.is_file()}


def test_static_files_of_all_rooms_are_served(site):
    for name in ("style.css", "people/people.css"):
        with site.client.get(f"/static/{name}") as answer:
            assert answer.status_code == 200
            assert answer.mimetype == "text/css"


@pytest.mark.parametrize(
    "name", ["people/templates/lesion.html", "people/api.py", "people/../../routing.py", "people/..", "../x"]
)
def test_nothing_else_is_served(site, name):
    assert site.client.get(f"/static/{name}").status_code == 404
