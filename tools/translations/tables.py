"""The words that templates look up by a value: they stand in tables of the device."""

from collections.abc import Iterable, Mapping

from werkzeug.exceptions import default_exceptions

from device.access import Role
from device.access.actions import Action
from device.examination import Triage
from device.export import FORMATS, report
from device.front import answers
from device.health import State
from device.preferences import read_meanings
from device.quality.bounds import BOUNDS
from device.records.examinations import DAMAGED
from device.records.refusals import SAID
from device.records.sites import GENERAL_SITES
from device.records.values import Confirmation
from device.serialization import NOT_A_DEVICE
from device.settings import Origin
from device.web import navigation, wording
from device.web.people import words
from device.web.people.bodymap import VIEWS
from device.web.people.bodymap.titles import REGION_TITLES

HTTP_FAULTS = (400, 404, 405, 413, 415)
"""Statuses for which Werkzeug has the sentence."""

FORMER = (
    "No class reaches a probability of %(abstain_below)s: the device can't tell what this is.",
    "No class reaches a probability of %(abstain_below)s: the device can't tell.",
    "Nothing sharp to see: rest the lens on the skin, over the lesion, and hold still.",
)
"""What earlier versions wrote into examinations."""

COMPOSED = ("%(what)s (%(error)s); %(advice)s",)
"""Sentences that are made of others alone."""


def tables() -> Mapping[str, Iterable[str]]:
    """The words by the file that has them."""
    meanings = read_meanings()
    return {
        "device/serialization.py": [NOT_A_DEVICE],
        "device/front/answers.py": answers.TEXTS,
        "device/web/navigation.py": [title for _, title in navigation.ENTRIES],
        "device/web/wording.py": [
            *(text for each in wording.TRIAGES.values() for text in (each.title, each.advice)),
        ],
        "device/examination.py": Triage,
        "earlier versions": FORMER,
        "device/export/report.py": report.TEXTS,
        "device/export/formats.py": [each.purpose for each in FORMATS.values()],
        "device/records/refusals.py": [*COMPOSED, *(text for each in SAID.values() for text in each)],
        "device/records/examinations.py": [DAMAGED.replace("{}", "%(examination)s")],
        "device/quality/bounds.py": [each.advice for each in BOUNDS],
        "device/access/roles.py": [each.title for each in Role],
        "device/health/__init__.py": State,
        "device/records/sites.py": GENERAL_SITES,
        "device/records/values.py": Confirmation,
        "device/web/people/words.py": [
            text for table in (words.SEXES, words.SKIN_TYPES, words.CONFIRMATIONS) for text in table.values()
        ],
        "device/web/people/bodymap/titles.py": REGION_TITLES.values(),
        "device/web/people/bodymap/__init__.py": [each.title for each in VIEWS],
        "device/settings.py": [
            *(wording.sentence(name.replace("_", " ")) for name in meanings),
            *meanings.values(),
            *Origin,
        ],
        "device/access/actions.py": Action,
        "werkzeug/exceptions.py": [str(default_exceptions[status].description) for status in HTTP_FAULTS],
    }
