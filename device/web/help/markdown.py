"""The model card as the page shows it."""

from markdown_it import MarkdownIt
from markupsafe import Markup

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
# Wide tables scroll on a phone, and so must be reachable by keyboard.
_PARSER.add_render_rule("table_open", lambda *_: '<table tabindex="0">\n')


def to_html(text: str) -> Markup:
    """Markdown with tables as HTML; tags in it stay text, and pictures links to them."""
    # Safe: the parser escapes what it didn't make itself.
    return Markup(_PARSER.render(text))
