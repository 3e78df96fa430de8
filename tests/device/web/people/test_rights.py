"""Who may do what, and what is not there."""

import re

import pytest

from device.access import Role
from tests.device.web.examinations.test_pages import OTHER_ID
from tests.device.web.people.support import NOBODY, as_role


def test_viewers_see_and_examiners_change_and_owners_delete(site, ann, mole, save):
    taken = save(1)
    site.records.assign(taken, mole.id)
    viewer, examiner = as_role(site, Role.VIEWER), as_role(site, Role.EXAMINER)
    for path in ("/persons", f"/persons/{ann.id}", f"/lesions/{mole.id}", f"/examinations/{taken}"):
        page = viewer.get(path)
        assert page.status_code == 200
        assert '<form method="post"' not in page.text.partition("<main>")[2]
        assert not re.search(r'href="[^"]*/(edit|delete|diagnosis|new|assign)"', page.text)
    forms = [f"/persons/{ann.id}/edit", f"/lesions/{mole.id}/edit", f"/lesions/{mole.id}/diagnosis"]
    deletions = [f"/persons/{ann.id}/delete", f"/lesions/{mole.id}/delete"]
    for path in (*forms, "/persons/new", f"/persons/{ann.id}/lesions/new", f"/examinations/{taken}/assign"):
        assert (viewer.get(path).status_code, examiner.get(path).status_code) == (403, 200)
        assert viewer.post(path).status_code == 403
    for path in deletions:
        assert (examiner.get(path).status_code, examiner.post(path).status_code) == (403, 403)
        assert examiner.delete(f"/api/v1{path.removesuffix('/delete')}").status_code == 403
        assert path not in examiner.get(path.removesuffix("/delete")).text
    assert site.records.lesions.get(mole.id)


@pytest.mark.parametrize(
    "path",
    [
        "persons/{}",
        "persons/{}/edit",
        "persons/{}/delete",
        "persons/{}/lesions/new",
        "lesions/{}",
        "lesions/{}/edit",
        "lesions/{}/delete",
        "lesions/{}/diagnosis",
    ],
)
def test_what_is_not_there_is_not_found(site, path):
    for key in (NOBODY, "x", "%00", "a" * 3000):
        address = "/" + path.format(key)
        assert site.client.get(address).status_code == 404
        assert site.client.post(address).status_code in (404, 405)


def test_an_examination_that_is_not_there_is_not_found(site):
    for path in (f"/examinations/{OTHER_ID}/assign", "/examinations/x/assign"):
        assert (site.client.get(path).status_code, site.client.post(path).status_code) == (404, 404)
    assert site.client.post(f"/examinations/{OTHER_ID}/notes").status_code == 404


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "1.5"])
def test_a_page_from_nowhere_is_refused(site, ann, mole, before):
    for path in (f"/persons/{ann.id}", f"/lesions/{mole.id}"):
        assert site.client.get(path, query_string={"before": before}).status_code == 400
