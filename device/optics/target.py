"""The printable target: a millimetre ruler, a checkerboard, and a length to check the print by.

One page of rectangles and words in millimetres, written as SVG 1.1 or as PDF 1.4 (ISO 32000-1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from device.errors import CalibrationError

PAGE = (210.0, 279.0)
"""Width and height in millimetres: what A4 and US Letter sheets both hold, less Letter's last 0.4 mm."""

CONTROL_MM = 150.0
"""The control length: on 150 mm a print at 97 % is 4.5 mm short, which any ruler shows."""

SQUARE_MM = 1.0
BOARD = (60, 40)
"""Columns and rows of the checkerboard: more than a dermatoscope sees, so that it needs no aiming."""

RULER_MM = 100

_MARGIN = 25.0
_LINE = 0.2
_POINTS_PER_MM = 72 / 25.4


@dataclass(frozen=True)
class Rectangle:
    """A black rectangle; `x` and `y` are its left and top in millimetres."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Words:
    """A line of text that starts at `x` with its foot at `y`; `size` is its height, all in millimetres."""

    x: float
    y: float
    size: float
    text: str


Shape = Rectangle | Words


def write_target(file: Path) -> None:
    """Write the target as `.svg` or `.pdf`. Raises CalibrationError for another name or a refusing disk."""
    writers = {".svg": to_svg, ".pdf": to_pdf}
    writer = writers.get(file.suffix.lower())
    if writer is None:
        raise CalibrationError("target_name_refused", file=file)
    try:
        file.write_bytes(writer())
    except OSError as error:
        raise CalibrationError("target_not_written", file=file, error=error) from error


def shapes() -> Iterator[Shape]:
    """All that is on the page."""
    yield Words(_MARGIN, 30, 5, "Dermapoint calibration target")
    yield Words(_MARGIN, 38, 3, 'Print at 100 % ("actual size", not "fit to page") on matt white paper.')
    yield from _control_line(50)
    yield Words(_MARGIN, 60, 3, f"Measure this line first: it must be {CONTROL_MM:g} mm from end to end.")
    yield Words(_MARGIN, 64, 3, "If it is not, the sheet is of no use: print again at 100 %.")
    yield Words(_MARGIN, 82, 3, f"Checkerboard: every square is {SQUARE_MM:g} mm. Lay the lens flat on it,")
    yield Words(_MARGIN, 86, 3, "focus, and run: dermapoint calibrate scale")
    yield from _checkerboard(92)
    yield Words(_MARGIN, 150, 3, "Ruler: every tick is 1 mm. For lenses that see too little of the board.")
    yield from _ruler(156)
    yield Words(
        _MARGIN, 182, 3, "White card: use the empty lower part of this sheet, with a second sheet below,"
    )
    yield Words(_MARGIN, 186, 3, "and run: dermapoint calibrate white")
    yield Words(_MARGIN, 270, 2.5, "A research and teaching instrument, not a medical device.")


def to_svg() -> bytes:
    """The target as an SVG picture whose units are millimetres."""
    width, height = PAGE
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm" '
        f'viewBox="0 0 {width:g} {height:g}">',
        f'<rect width="{width:g}" height="{height:g}" fill="white"/>',
        *(_svg(shape) for shape in shapes()),
        "</svg>",
    ]
    return "\n".join(lines).encode()


def to_pdf() -> bytes:
    """The target as a PDF of one page, with the built-in Helvetica."""
    content = "\n".join(
        ["0 g", f"{_POINTS_PER_MM:.8f} 0 0 {_POINTS_PER_MM:.8f} 0 0 cm", *(_pdf(shape) for shape in shapes())]
    ).encode()
    width, height = (side * _POINTS_PER_MM for side in PAGE)
    objects = [
        # No viewer that heeds it offers to scale the page.
        b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.3f} {height:.3f}] "
        "/Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    file = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(file)


def _control_line(y: float) -> Iterator[Shape]:
    yield Rectangle(_MARGIN, y - _LINE / 2, CONTROL_MM, _LINE)
    # The ends lie inside the length, so that it is measured from outer edge to outer edge.
    yield Rectangle(_MARGIN, y - 3, _LINE, 6)
    yield Rectangle(_MARGIN + CONTROL_MM - _LINE, y - 3, _LINE, 6)


def _checkerboard(y: float) -> Iterator[Shape]:
    columns, rows = BOARD
    for row in range(rows):
        for column in range(row % 2, columns, 2):
            yield Rectangle(_MARGIN + column * SQUARE_MM, y + row * SQUARE_MM, SQUARE_MM, SQUARE_MM)


def _ruler(y: float) -> Iterator[Shape]:
    for tick in range(RULER_MM + 1):
        height = 9.0 if tick % 10 == 0 else 7.0 if tick % 5 == 0 else 5.0
        yield Rectangle(_MARGIN + tick - _LINE / 2, y, _LINE, height)
        if tick % 10 == 0:
            yield Words(_MARGIN + tick + 0.3, y + 12, 2.5, str(tick))


def _svg(shape: Shape) -> str:
    if isinstance(shape, Rectangle):
        return f'<rect x="{shape.x:g}" y="{shape.y:g}" width="{shape.width:g}" height="{shape.height:g}"/>'
    return (
        f'<text x="{shape.x:g}" y="{shape.y:g}" font-size="{shape.size:g}" font-family="sans-serif">'
        f"{escape(shape.text)}</text>"
    )


def _pdf(shape: Shape) -> str:
    # PDF counts from the bottom.
    if isinstance(shape, Rectangle):
        foot = PAGE[1] - shape.y - shape.height
        return f"{shape.x:.4f} {foot:.4f} {shape.width:.4f} {shape.height:.4f} re f"
    text = shape.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {shape.size:g} Tf {shape.x:.4f} {PAGE[1] - shape.y:.4f} Td ({text}) Tj ET"
