"""What a PDF report says, in the language of whoever asks for it."""

from contextlib import suppress

from device.errors import DamagedError
from device.export.formats import MOST_PAGES
from device.export.report import TEXTS
from device.records import Query, Records
from device.web.classes import class_name, diagnoses
from device.web.language import gettext
from device.web.people.bodymap import REGION_TITLES
from device.web.people.words import CONFIRMATIONS, SEXES


def of(query: Query, records: Records) -> dict[str, str]:
    """The words of a report on the examinations that meet `query`, by the keys that it asks for."""
    words = {text: gettext(text) for text in TEXTS}
    words |= {f"class {code}": name for code, name in diagnoses().items()}
    words |= {f"site {key}": gettext(title) for key, title in REGION_TITLES.items()}
    words |= {f"sex {sex}": gettext(title) for sex, title in SEXES.items()}
    words |= {f"method {method}": gettext(title) for method, title in CONFIRMATIONS.items()}
    for line in records.search(query, MOST_PAGES):
        words |= {f"class {line.diagnosis}": class_name(line.diagnosis)}
        with suppress(DamagedError):
            examination = records.get(line.id)
            if examination is None:
                continue
            finding = examination.finding
            words |= {f"class {code}": class_name(code, finding) for code in finding.classes.output_codes}
    return words
