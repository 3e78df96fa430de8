"""What the documents lead to is there, and the first one is short."""

import re

import pytest

from tests.conftest import ROOT

DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path):
    assert [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()] == []


def test_the_recipes_name_what_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    files = re.findall(r"`((?:device|model_build|tests|docs)/[\w./]+\.(?:py|json|md))`", text)
    assert len(files) > 10
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_contributing_names_every_package_that_the_checks_install():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = set(re.findall(r"[\w.+-]+", "".join(re.findall(r"apt install (.*?)```", text, re.DOTALL))))
    lists = re.findall(r"^packages\+?=\(([^)]*)\)", (ROOT / ".ci/run").read_text(), re.MULTILINE)
    installed = {package for each in lists for package in each.split()}
    assert len(installed) > 10
    assert installed - named == set()


def test_the_readme_is_read_in_one_go():
    assert len((ROOT / "README.md").read_text().splitlines()) < 150
