"""Which font prints a letter: the one that travels with the program, or one of the system for its script.

The first word of a character's name in the Unicode Character Database is its script, and Debian's Noto fonts
are called by it: U+0E01, THAI CHARACTER KO KAI, is in NotoSansThai-Regular.ttf of fonts-noto-core.
"""

import unicodedata
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path("/usr/share/fonts")
SHIPPED = Path(__file__).parent / "fonts"
TEXT, BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"
"""Latin with Vietnamese's letters, Greek and Cyrillic."""

UNPRINTABLE = "\N{WHITE SQUARE}"
"""What stands for a letter that no font here has."""

NOTO, CJK = "fonts-noto-core", "fonts-wqy-microhei"
"""Debian's packages with fonts for nearly all scripts, 42 MB, and for Chinese, Japanese and Korean, 5 MB."""

_CJK_WORDS = frozenset(
    {
        *("BOPOMOFO", "CJK", "FULLWIDTH", "HALFWIDTH", "HANGUL", "HIRAGANA", "IDEOGRAPHIC", "KATAKANA"),
        "KATAKANA-HIRAGANA",
    }
)
_CJK_FILES = (
    "truetype/wqy/wqy-microhei.ttc",
    "opentype/noto/NotoSansCJK-Regular.ttc",
    "truetype/droid/DroidSansFallbackFull.ttf",
)
_SHIPPED_WORDS = frozenset({"LATIN", "GREEK", "CYRILLIC", "COMBINING"})

Load = Callable[[str, Path], Mapping[int, object]]
"""Makes the font of a file usable under a name, and gives what it holds by code point."""


@dataclass(frozen=True)
class Printable:
    """A text as it can be printed, and the names of the fonts beside the shipped one that it takes."""

    text: str
    fonts: tuple[str, ...]


@dataclass
class Typefaces:
    """Finds fonts, and loads each when the first letter wants it.

    `packages` are those to install for letters that no font here has, and `unknown` counts the letters that
    no package of the above has either.
    """

    load: Load
    shipped: Container[int]
    packages: set[str] = field(default_factory=set)
    unknown: int = 0
    _loaded: dict[str, Mapping[int, object]] = field(default_factory=dict)

    def fit(self, text: str) -> Printable:
        """The text with `UNPRINTABLE` for each letter that can't be printed."""
        # A letter and its accents as one, where that is one: a font has it then, or hasn't.
        text = unicodedata.normalize("NFC", text)
        fonts: dict[str, Mapping[int, object]] = {}
        for letter in text:
            if ord(letter) not in self.shipped and (found := self._font_of(letter)):
                fonts[found] = self._loaded[found]
        printed = "".join(self._print(letter, fonts) for letter in text)
        return Printable(printed, tuple(fonts))

    def _print(self, letter: str, fonts: Mapping[str, Mapping[int, object]]) -> str:
        if letter == "\n" or ord(letter) in self.shipped:
            return letter
        if any(ord(letter) in cmap for cmap in fonts.values()):
            return letter
        match unicodedata.category(letter):
            case "Cc" | "Zs" | "Zl" | "Zp":
                return " "
            case "Cf" | "Mn" if _word_of(letter) in ("ZERO", "VARIATION", "LEFT-TO-RIGHT", "RIGHT-TO-LEFT"):
                # It only says how others are written.
                return ""
        self._miss(letter)
        return UNPRINTABLE

    def _miss(self, letter: str) -> None:
        word = _word_of(letter)
        if word in _CJK_WORDS:
            self.packages.add(CJK)
        elif word and unicodedata.category(letter)[0] in "LMN" and not self._loaded.get(_noto(word)):
            self.packages.add(NOTO)
        else:
            self.unknown += 1

    def _font_of(self, letter: str) -> str:
        """The name under which a font with this letter is loaded; empty when there is none."""
        word = _word_of(letter)
        files = _CJK_FILES if word in _CJK_WORDS else (_noto(word),) if word else ()
        for file in files:
            if file not in self._loaded:
                path = FOLDER / file
                self._loaded[file] = self.load(file, path) if path.is_file() else {}
            if ord(letter) in self._loaded[file]:
                return file
        return ""


def _word_of(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _noto(word: str) -> str:
    script = "" if word in _SHIPPED_WORDS else word.title()
    return f"truetype/noto/NotoSans{script}-Regular.ttf"
