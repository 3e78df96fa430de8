"""The page in Debian's Firefox: the same answers as in Chromium and on the device."""

import shutil

from browser.vectors import vector
from device.images import read_image
from tests.conftest import FRAMES
from tools.parity import WORKER, ask_browser, differences, serve_folder
from tools.parity.firefox import open_firefox

LESION, OTHER = FRAMES / "ISIC_0024310.jpg", FRAMES / "ISIC_0024312.jpg"

UNTIL = """(found) => new Promise((resolve) => {
    const look = () => document.querySelector(found) ? resolve(true) : setTimeout(look, 100);
    look();
})"""


def test_the_page_judges_in_firefox_as_the_device_does(static_site, classifier):
    shutil.copy(WORKER, static_site)
    for path in (LESION, OTHER):
        shutil.copy(path, static_site)
    with serve_folder(static_site) as address, open_firefox() as page:
        answers = ask_browser(page, address, [LESION.name, OTHER.name])
        page.goto(address)
        page.evaluate(UNTIL, "html[data-ready]")
        page.choose_file("#choose", LESION)
        page.evaluate(UNTIL, "#finding article")
        said = page.evaluate("() => [...document.querySelectorAll('.reason')].map((each) => each.innerText)")
        kept = page.evaluate("() => caches.keys()")
    for path, answer in zip((LESION, OTHER), answers, strict=True):
        assert differences(vector(read_image(path), classifier), answer["vector"]) == [], path.name
    assert said == vector(read_image(LESION), classifier)["reasons"]["en"]
    assert len(kept) == 1
