"""Every page, as it is shown, held to WCAG 2.2 AA by axe-core: on a phone and a desktop, light and dark.

And to the width of the screen: nobody wants to scroll sideways with a glove.
"""

from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import DESKTOP, PHONE

SERIOUS = {"serious", "critical"}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def addresses(app, **arguments):
    """Every path of `app` that a browser can open, with the given ids where one is asked for."""
    known = set(arguments)
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.arguments <= known and not rule.rule.startswith("/api/"):
            yield rule.build({name: arguments[name] for name in rule.arguments})[1]


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "dark")])
def test_no_page_has_a_serious_finding(open_page, house, viewport, scheme):
    examination = house.examiner.press()
    examined = house.records.persons.add("P-1", birth_year=1950)
    lesion = house.records.lesions.add(examined.id, region="left-shin")
    for each in (examination, house.examiner.press()):
        house.records.assign(each.id, lesion.id)
    there = {"examination_id": examination.id, "person_id": examined.id, "lesion_id": lesion.id}
    # What fades in has the contrast of neither state.
    page = open_page(viewport, color_scheme=scheme, reduced_motion="reduce")
    home, seen, found = page.url, [], []
    for path in sorted(addresses(house.app, **there)):
        answer = page.request.get(urljoin(home, path))
        # Pictures, downloads and parts of pages are no pages.
        if not (answer.ok and answer.text().startswith("<!doctype html>")):
            continue
        page.goto(urljoin(home, path))
        seen.append(path)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path}: wider than the screen")
        for fault in Axe().run(page, options=RULES).response["violations"]:
            if fault["impact"] in SERIOUS:
                nodes = [node["html"][:90] for node in fault["nodes"][:3]]
                found.append(f"{path}: {fault['id']}: {fault['help']}: {nodes}")
    assert found == []
    assert {"/", "/about", "/health", f"/examinations/{examination.id}"} <= set(seen)
    assert {
        "/persons",
        f"/persons/{examined.id}",
        f"/lesions/{lesion.id}",
        f"/lesions/{lesion.id}/compare",
    } <= set(seen)
