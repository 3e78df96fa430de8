"""Writes on the pages of a PDF from top to bottom: A4, in fonts that travel with the file."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from device.export.typefaces import BOLD, SHIPPED, TEXT, Typefaces

WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT, TOP, FOOT = 20.0, 190.0, 15.0, 30.0
"""Millimetres: A4, its margins, and what the foot takes from below."""

_FAMILY = "shipped"
_INDENT = 50.0
_LEADING = 1.35
_POINT = 25.4 / 72
"""Millimetres in a point: PDF's unit is 1/72 inch (ISO 32000-1, 8.3.2.3)."""

Point = tuple[float, float]


class Pen(FPDF):
    """A PDF that begins a page when the last one is full; `foot` writes at the foot of each.

    Lengths are millimetres, sizes of letters points. `typefaces` knows what couldn't be printed.
    """

    def __init__(self, title: str, author: str, language: str, foot: Callable[["Pen"], None]) -> None:
        super().__init__(format="A4", unit="mm")
        self._foot = foot
        for style, name in (("", TEXT), ("B", BOLD)):
            self.add_font(_FAMILY, style, SHIPPED / name)
        self.typefaces = Typefaces(self._load, self._cmap(_FAMILY))
        self.set_text_shaping(True)
        self.c_margin = 0
        self.set_margins(LEFT, TOP, WIDTH - RIGHT)
        self.set_auto_page_break(True, FOOT)
        self.set_lang(language)
        self.set_title(title)
        self.set_author(author)

    def footer(self) -> None:
        """FPDF's hook, at the end of each page."""
        self._foot(self)

    @property
    def room(self) -> float:
        """How much is left of the page above its foot."""
        return HEIGHT - FOOT - float(self.y)

    def save(self, target: BinaryIO) -> None:
        """Write the file. Raises OSError."""
        target.write(self.output())

    def close(self) -> None:
        """Close the files of its fonts."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def text_at(self, x: float, text: str, size: float = 10, bold: bool = False, width: float = 0) -> None:
        """A text from `x` to the right margin, or so wide, on as many lines as it needs."""
        self._choose(text, size, bold)
        self.set_x(x)
        self.multi_cell(
            width or RIGHT - x,
            size * _LEADING * _POINT,
            self._fitted,
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def paragraph(self, text: str, size: float = 10, bold: bool = False) -> None:
        """A text from margin to margin."""
        self.text_at(LEFT, text, size, bold)

    def heading(self, text: str, size: float = 12) -> None:
        """A heading, which stays with what follows."""
        if self.room < 25:
            self.add_page()
        self.ln(1.5)
        self.paragraph(text, size, bold=True)
        self.ln(0.5)

    def pair(self, title: str, value: str) -> None:
        """What something is called, and what it is."""
        if self.room < 6:
            self.add_page()
        page, top = self.page, float(self.y)
        self.text_at(LEFT, title, bold=True, width=_INDENT - 2)
        below = float(self.y)
        self.y = top
        self.text_at(LEFT + _INDENT, value)
        if self.page == page:
            self.y = max(below, float(self.y))
        self.ln(0.6)

    def picture(self, data: bytes, x: float, width: float, height: float, alt: str) -> None:
        """A JPEG file with its upper left corner at `x` on the line where the pen is, which stays there."""
        top = self.y
        self.image(data, x, top, width, height, alt_text=alt)
        self.y = top

    def ruler(self, length: int, scale: float) -> None:
        """A bar so long in the picture's own millimetres, each `scale` printed ones, with ticks."""
        for tick in range(length + 1):
            x = LEFT + tick * scale
            self.line(x, self.y, x, self.y + (3 if tick % 5 == 0 else 1.8))
        self.line(LEFT, self.y, LEFT + length * scale, self.y)
        self.ln(4)

    def bar(self, title: str, share: float, said: str) -> None:
        """A bar of a share, 0 to 1, with its name and its number."""
        start, full, top = LEFT + 62, 70.0, float(self.y)
        self.text_at(LEFT, title, 9, width=60)
        below = float(self.y)
        for grey, width in ((225, full), (64, full * share)):
            self.set_fill_color(grey)
            self.rect(start, top + 0.9, width, 2.5, style="F")
        self.y = top
        self.text_at(start + full + 4, said, 9)
        self.y = max(below, float(self.y))

    def rule(self, x: float, width: float, caption: str) -> None:
        """A line to write on, and below it what is to be written."""
        self.line(x, self.y, x + width, self.y)
        self.y += 1
        self.text_at(x, caption, 8, width=width)

    def strokes(self, strokes: Sequence[Sequence[Point]], x: float, width: float, height: float) -> None:
        """Lines through points, shares of width and height, in a box that is so large."""
        with self.local_context(line_width=0.35):
            for stroke in strokes:
                self.polyline(
                    [(x + across * width, float(self.y) + down * height) for across, down in stroke]
                )
        self.y += height

    def _choose(self, text: str, size: float, bold: bool) -> None:
        printable = self.typefaces.fit(text)
        self._fitted = printable.text
        self.set_font(_FAMILY, "B" if bold else "", size)
        self.set_fallback_fonts(printable.fonts, exact_match=False)

    def _load(self, name: str, path: Path) -> Mapping[int, object]:
        self.add_font(name, "", path)
        return self._cmap(name)

    def _cmap(self, name: str) -> Mapping[int, object]:
        font = self.fonts[name.lower()]
        return font.cmap if isinstance(font, TTFFont) else {}
