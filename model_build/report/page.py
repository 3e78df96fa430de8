"""The page: one HTML file that holds all it shows."""

import base64
from dataclasses import dataclass
from pathlib import Path

import jinja2

from device.images import read_image
from device.serialization import NOT_A_DEVICE


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    kind: str = "text"


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str
    kind: str = "heading"


@dataclass(frozen=True)
class Plot:
    """A PNG with `alt`, what it shows in one sentence, and `text`, what to see in it and how to read it."""

    path: Path
    alt: str
    text: str
    kind: str = "plot"

    @property
    def source(self) -> str:
        """The picture itself, as a data URI."""
        return "data:image/png;base64," + base64.b64encode(self.path.read_bytes()).decode()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, so that the text doesn't jump while it loads."""
        height, width = read_image(self.path).shape[:2]
        return width, height


@dataclass(frozen=True)
class Table:
    """Rows of cells under a head; `folded` away until someone opens it by its caption."""

    caption: str
    head: list[str]
    rows: list[list[str]]
    folded: bool = False
    kind: str = "table"


Part = Text | Heading | Plot | Table


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    parts: list[Part]

    @property
    def anchor(self) -> str:
        """What the table of contents points to."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.title.lower())


def write_page(title: str, sections: list[Section], path: Path) -> None:
    """Write the sections as one page without script or outside asset."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("page.html").render(title=title, sections=sections, notice=NOT_A_DEVICE)
    path.write_text(page, encoding="utf-8")
