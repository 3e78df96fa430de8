"""How the languages write numbers, shares and dates, from the Unicode CLDR: `device/words/formats.json`."""

import json
import re
from typing import Any

from babel import Locale

from device.words.catalog import LANGUAGES
from device.words.figures import FILE

_PARTS = re.compile(r"'[^']*'|d+|M+|y+|[^dMy']+")


def write_formats() -> None:
    """Write it anew."""
    formats = {language: _formats(Locale.parse(language)) for language in LANGUAGES}
    FILE.write_text(json.dumps(formats, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _formats(locale: Locale) -> dict[str, Any]:
    symbols = locale.number_symbols["latn"]
    months = locale.months["format"]["abbreviated"]
    return {
        "decimal": symbols["decimal"],
        "group": symbols["group"],
        "percent": re.sub(r"[#,0]+", "{}", locale.percent_formats[None].pattern),
        "date": [part.strip("'") for part in _PARTS.findall(locale.date_formats["medium"].pattern)],
        "months": [months[number] for number in range(1, 13)],
    }
