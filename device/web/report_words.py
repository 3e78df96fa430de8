"""What a PDF report says, in the language of whoever asks for it."""

from device.examination import CLASSES, Triage
from device.export.report import MOST_PAGES, TEXTS
from device.records import Query, Records
from device.records.sites import REGIONS
from device.web.language import gettext
from device.web.wording import CLASSES_IN_WORDS, TRIAGES


def of(query: Query, records: Records) -> dict[str, str]:
    """The words of a report on the examinations that meet `query`, by the keys that it asks for."""
    words = {text: gettext(text) for text in TEXTS}
    words |= {f"class {label}": gettext(CLASSES_IN_WORDS[label].name) for label in CLASSES}
    words |= {f"triage {triage}": gettext(TRIAGES[triage].title) for triage in Triage}
    words |= {f"advice {triage}": gettext(TRIAGES[triage].advice) for triage in Triage}
    words |= {f"site {key}": gettext(key.replace("-", " ")) for key in REGIONS}
    for line in records.search(query, MOST_PAGES):
        if examination := records.get(line.id):
            said = (*examination.finding.reasons, *examination.quality.advice)
            words |= {text: gettext(text) for text in said}
    return words
