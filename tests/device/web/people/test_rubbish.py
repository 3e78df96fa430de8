"""No rubbish makes a fault."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.web.people.fields import DIAGNOSIS_FIELDS
from device.web.people.schemas import LesionChange, PersonChange

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
FIELDS = (*PersonChange.__annotations__, *LesionChange.__annotations__, *DIAGNOSIS_FIELDS)
NAMES = st.sampled_from([*FIELDS, "lesion", "protected", "other"])
KEYS = st.dictionaries(
    NAMES, JUNK | st.sampled_from(["new", "nobody", "mel", "nape", "2026-01-01", "P-1"]), max_size=5
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(junk=KEYS)
def test_no_rubbish_makes_a_fault(site, save, junk):
    taken = "20260102T030405000601-beef"
    if site.records.get(taken) is None:
        save(1)
    person = site.records.persons.known_as("P-1") or site.records.persons.add("P-1")
    lesion = (site.records.lesions.of_person(person.id) or [site.records.lesions.add(person.id)])[0]
    for path in (f"persons/{person.id}", f"lesions/{lesion.id}", f"examinations/{taken}"):
        assert site.client.patch(f"/api/v1/{path}", json=junk).status_code < 500
    for path in ("persons", f"persons/{person.id}/lesions"):
        assert site.client.post(f"/api/v1/{path}", json=junk).status_code < 500
    form = {name: str(value).encode(errors="surrogatepass") for name, value in junk.items()}
    for path in (
        "persons/new",
        f"persons/{person.id}/edit",
        f"persons/{person.id}/lesions/new",
        f"lesions/{lesion.id}/edit",
        f"lesions/{lesion.id}/diagnosis",
        f"examinations/{taken}/assign",
        f"examinations/{taken}/notes",
    ):
        assert site.client.post(f"/{path}", data=form).status_code < 500
        assert site.client.get(f"/{path}", query_string=form).status_code < 500
