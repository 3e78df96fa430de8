"""The libraries' licences, as their metadata has them."""

from email.message import Message
from types import SimpleNamespace

import pytest

from device.licences import enclosed, libraries, licence_of
from tests.conftest import ROOT


def library(*fields):
    message = Message()
    for name, text in fields:
        message[name] = text
    return SimpleNamespace(metadata=message)


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ([("License-Expression", "MIT"), ("License", "other")], "MIT"),
        (
            [
                ("Classifier", "License :: OSI Approved :: BSD License"),
                ("Classifier", "Topic :: X"),
                ("License", "x"),
            ],
            "BSD License",
        ),
        ([("License", "3-Clause BSD\nCopyright somebody")], "3-Clause BSD"),
        ([], ""),
    ],
)
def test_the_newest_form_goes_first(fields, licence):
    assert licence_of(library(*fields)) == licence


def test_each_library_is_named_once_and_says_its_licence():
    found = {each.name.lower(): each.licence for each in libraries()}
    assert len(found) == len(libraries())
    assert found["flask"].startswith("BSD")
    assert "dermapoint" not in found


def test_what_lies_in_the_package_says_its_licence_and_is_in_the_notice():
    notice = (ROOT / "NOTICE").read_text()
    parts = enclosed()
    assert {each.name for each in parts} >= {"DejaVu Sans", "@litertjs/core"}
    assert all(each.licence and each.version and each.name in notice for each in parts)
