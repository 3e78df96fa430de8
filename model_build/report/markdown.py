"""As much of Markdown as results tables use: headings, paragraphs, lists, tables, words under pictures."""

import re
from itertools import groupby

from model_build.report.page import Heading, Part, Table, Text

_MARKS = re.compile(r"\*\*|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]*)\)")


def read_parts(text: str) -> list[Part]:
    """Headings, paragraphs, list items and tables of `text`, in their order."""
    parts: list[Part] = []
    joined = re.sub(r"\n[ \t]+(?=[^\s|])", " ", _PICTURE.sub("", text))
    for kind, lines in groupby(joined.splitlines(), _kind):
        if kind == "heading":
            parts += [Heading(_plain(line.lstrip("# "))) for line in lines]
        elif kind == "table":
            head, *rows = [_cells(line) for line in lines if not re.fullmatch(r"[|:\- ]+", line)]
            parts.append(Table("", head, rows))
        elif kind == "item":
            parts += [Text("• " + _plain(line[1:].strip())) for line in lines]
        elif kind == "text":
            parts.append(Text(_plain(" ".join(line.strip() for line in lines))))
    return parts


def read_pictures(text: str) -> dict[str, str]:
    """What `text` says of each picture it shows, by file name."""
    return {target.rsplit("/", 1)[-1]: _plain(words) for words, target in _PICTURE.findall(text)}


def _kind(line: str) -> str:
    if not line.strip() or line.startswith("<!--"):
        return "gap"
    return {"|": "table", "#": "heading", "-": "item"}.get(line.lstrip()[0], "text")


def _cells(line: str) -> list[str]:
    return [_plain(cell.strip()) for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _plain(text: str) -> str:
    return _MARKS.sub("", _LINK.sub(r"\1", text))
