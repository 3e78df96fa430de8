"""Writes on a page of a PDF from top to bottom: A4, in fonts that travel with the file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

TEXT, BOLD = "DejaVuSans", "DejaVuSans-Bold"
MM = 72 / 25.4
"""Points in a millimetre: PDF's unit is 1/72 inch (ISO 32000-1, 8.3.2.3)."""
LEFT, RIGHT, TOP, FOOT = 20 * MM, 190 * MM, 279 * MM, 12 * MM
"""The margins of A4, 210 x 297 mm, counted from its lower left corner."""

_FONTS = Path(__file__).parent / "fonts"
_INDENT = 50 * MM
_MOST_LINES = 5
_LEADING = 1.35


class Pen:
    """Where the next line goes (`y`, in points from below), and the page itself (`canvas`, ReportLab's)."""

    def __init__(self, target: BinaryIO, title: str, author: str) -> None:
        from reportlab import rl_config
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont
        from reportlab.pdfgen.canvas import Canvas

        # Pictures as the bytes that they are, without a wrapping of text around them.
        rl_config.useA85 = 0
        for name in (TEXT, BOLD):
            pdfmetrics.registerFont(TTFont(name, str(_FONTS / f"{name}.ttf")))
        self.canvas = Canvas(target, (210 * MM, 297 * MM), pageCompression=1, initialFontName=TEXT)
        self.canvas.setTitle(title)
        self.canvas.setAuthor(author)
        self.y = TOP

    @contextmanager
    def page(self) -> Iterator[None]:
        """A page, begun at its top."""
        self.y = TOP
        yield
        self.canvas.showPage()

    def save(self) -> None:
        """Write the file."""
        self.canvas.save()

    def put(self, x: float, text: str, font: str, size: float) -> None:
        """A text at `x` on the line where the pen is."""
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.y, text)

    def line(self, text: str, font: str, size: float, down_mm: float) -> None:
        """A line alone, and so far down after it."""
        self.y -= size * 0.2
        self.put(LEFT, text, font, size)
        self.y -= down_mm * MM

    def wrapped(self, text: str, size: float, font: str = TEXT, indent: float = 0) -> None:
        """A text on as many lines as it needs, or as there may be."""
        from reportlab.lib.utils import simpleSplit

        lines = simpleSplit(text, font, size, RIGHT - LEFT - indent) or [""]
        if len(lines) > _MOST_LINES:
            lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1][:-2]} …"]
        for line in lines:
            self.put(LEFT + indent, line, font, size)
            self.y -= size * _LEADING
        self.y -= 1

    def pair(self, title: str, value: str) -> None:
        """What something is called, and what it is."""
        self.put(LEFT, title, BOLD, 10)
        self.wrapped(value, 10, indent=_INDENT)

    def ruler(self, length_mm: int, points_per_mm: float) -> None:
        """A bar so long in the picture's own millimetres, with a tick for each."""
        for tick in range(length_mm + 1):
            x, length = LEFT + tick * points_per_mm, (3 if tick % 5 == 0 else 1.8) * MM
            self.canvas.line(x, self.y, x, self.y - length)
        self.canvas.line(LEFT, self.y, LEFT + length_mm * points_per_mm, self.y)
        self.y -= 7 * MM

    def bar(self, title: str, share: float, told: str) -> None:
        """A bar of a share, 0 to 1, with its name and its number."""
        start, full = LEFT + 62 * MM, 70 * MM
        self.put(LEFT, title, TEXT, 9)
        for grey, width in ((0.88, full), (0.25, full * share)):
            self.canvas.setFillGray(grey)
            self.canvas.rect(start, self.y - 0.5, width, 7, stroke=0, fill=1)
        self.canvas.setFillGray(0)
        self.put(start + full + 4 * MM, told, TEXT, 9)
        self.y -= 4.6 * MM
