"""The pages of people in a real browser: with scripts and without, on a phone and a desktop."""

from playwright.sync_api import expect

from tests.browser import DESKTOP, PHONE

NARROW = {"width": 360, "height": 740}
HEIGHTS = """() => [...document.querySelectorAll("main :is(button, .button, select, input)")]
  .filter((each) => each.checkVisibility())
  .map((each) => (each.closest("label") ?? each).getBoundingClientRect().height)"""


def tap(page, region):
    """Tap the middle of a region on the map."""
    page.locator(f'.bodymap a[data-region="{region}"] path').click()


def test_from_a_press_to_a_lesion_of_a_new_person_on_a_phone(open_page, house):
    taken = house.examiner.press().id
    page = open_page(PHONE)
    page.goto(f"{page.url}examinations/{taken}")
    page.get_by_label("Pseudonym or number").fill("P-9")
    page.get_by_role("button", name="Choose the lesion").click()
    tap(page, "left-forearm")
    expect(page.get_by_label("Where on the body")).to_have_value("left-forearm")
    expect(page.locator(".areas .chosen")).to_have_count(1)
    # The other way round: the list moves the map.
    page.get_by_label("Where on the body").select_option("nape")
    expect(page.locator('.bodymap a[data-region="nape"] path')).to_have_class("chosen")
    page.get_by_label("Label").fill("the small one")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="the small one").first.click()
    expect(page.locator("h1")).to_have_text("the small one")
    expect(page.locator(".timeline li")).to_have_count(1)
    page.get_by_role("link", name="P-9").first.click()
    page.get_by_role("link", name="Lesion 1: Nape of the neck").click()
    expect(page.locator("h1")).to_have_text("the small one")


def test_without_scripts_the_map_picks_too(open_page, house):
    person = house.records.persons.add("P-1")
    page = open_page(DESKTOP, java_script_enabled=False)
    page.goto(f"{page.url}persons/{person.id}/lesions/new")
    tap(page, "right-palm")
    expect(page.get_by_label("Where on the body")).to_have_value("right-palm")
    page.get_by_role("button", name="Add the lesion").click()
    expect(page.get_by_text("Palm of the right hand").first).to_be_visible()
    [lesion] = house.records.lesions.of_person(person.id)
    assert lesion.region == "right-palm"


def test_a_tap_on_the_map_means_a_new_lesion(open_page, house):
    taken = house.examiner.press().id
    person = house.records.persons.add("P-1")
    house.records.lesions.add(person.id, label="old")
    page = open_page(PHONE)
    page.goto(f"{page.url}examinations/{taken}/assign?pseudonym=P-1")
    page.get_by_text("Where the new lesion is").click()
    tap(page, "face")
    expect(page.get_by_label("A new lesion")).to_be_checked()


def test_nothing_is_wider_than_a_narrow_phone_and_all_can_be_hit(open_page, house):
    taken = house.examiner.press().id
    person = house.records.persons.add("a-pseudonym-that-is-as-long-as-one-word-can-be-on-a-small-phone-page")
    lesion = house.records.lesions.add(person.id, region="left-fingernail", label="x" * 60)
    house.records.assign(taken, lesion.id)
    page = open_page(NARROW)
    home = page.url
    for path in (
        "persons",
        f"persons/{person.id}",
        f"persons/{person.id}/edit",
        f"persons/{person.id}/delete",
        f"persons/{person.id}/lesions/new",
        f"lesions/{lesion.id}",
        f"lesions/{lesion.id}/diagnosis",
        f"examinations/{taken}",
        f"examinations/{taken}/assign?pseudonym={person.pseudonym}",
    ):
        page.goto(home + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
        heights = page.evaluate(HEIGHTS)
        assert min(heights, default=44) >= 44, path
