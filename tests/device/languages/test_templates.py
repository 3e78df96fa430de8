"""No text of a page stands outside of what is translated."""

import re
from html.parser import HTMLParser

import pytest
from jinja2 import Environment, nodes

from tests.conftest import ROOT

WEB = ROOT / "device/web"
SPOKEN = {"alt", "title", "aria-label", "aria-description", "aria-roledescription", "placeholder"}
NAMES = {
    "Dermapoint",
    "Android",
    "iPhone",
    "iPad",
    "Windows",
    "macOS",
    "Firefox",
    "PDF",
    "ZIP",
    "CSV",
    "JSON",
    "DICOM",
    "ISIC",
    "mm",
    "mm²",
    "https",
    "ms",
    "MiB",
    "UTC",
}
"""The same in every language."""

PAGES = sorted(WEB.rglob("*.html"))
SCRIPTS = sorted(WEB.rglob("*.js"))
ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n"])


class Texts(HTMLParser):
    """The texts of a page, also those in attributes."""

    def __init__(self):
        super().__init__()
        self.texts, self._silent = [], 0

    def handle_starttag(self, tag, attributes):
        self._silent += tag in ("code", "script", "style")
        self.texts += [value for name, value in attributes if name in SPOKEN and value]

    def handle_endtag(self, tag):
        self._silent -= tag in ("code", "script", "style")

    def handle_data(self, data):
        if not self._silent:
            self.texts.append(data)


def untranslated(source):
    """The words of a template that stand in it as they are, outside of expressions."""
    tokens = ENVIRONMENT.lex(source)
    parser = Texts()
    parser.feed("".join(value for _, kind, value in tokens if kind == "data"))
    texts = parser.texts + list(constants(ENVIRONMENT.parse(source)))
    # Macros also make parts of tags.
    shown = (re.sub(r'[\w-]+="[^"]*"|^required$', "", text.strip(), flags=re.M) for text in texts if text)
    return [word for text in shown for word in re.findall(r"[^\W\d_]{2,}", text) if word not in NAMES]


def constants(tree):
    """Texts that an expression writes as they are, such as both sides of `"yes" if it else "no"`."""
    for output in tree.find_all(nodes.Output):
        waiting = [each for each in output.nodes if not isinstance(each, nodes.TemplateData)]
        while waiting:
            node = waiting.pop()
            if isinstance(node, nodes.Const) and isinstance(node.value, str):
                # What has no space may be a class, a key or an address; with a sign, it is HTML.
                yield node.value if " " in node.value.strip() and "=" not in node.value else ""
            elif isinstance(node, nodes.CondExpr):
                waiting += [each for each in (node.expr1, node.expr2) if each]
            elif isinstance(node, nodes.Add | nodes.Concat | nodes.Or | nodes.Filter | nodes.Markup):
                waiting += list(node.iter_child_nodes())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(WEB)))
def test_every_text_of_a_template_is_translated(path):
    assert untranslated(path.read_text()) == []


def test_a_text_that_is_not_translated_is_found():
    assert untranslated('<p>{{ _("Good") }} bad</p>') == ["bad"]
    assert untranslated('<img alt="bad {{ name }}" class="fine"><code>fine</code>') == ["bad"]
    assert untranslated('{{ "rather bad" if x else _("Good") }}') == ["rather", "bad"]
    assert untranslated("{# a remark #}<p>{% if x %}5 mm{% endif %} Dermapoint</p>") == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_have_their_texts_from_the_page(path):
    code = re.sub(r"(^|\s)//.*", "", path.read_text())
    assert re.findall(r"[\"'`][A-Z][a-z]+ [^\"'`]*[\"'`]", code) == []
