"""Fixtures for the page behind the real nginx."""

import pytest

from tests.device.front.support import Front


@pytest.fixture
def front(tmp_path):
    with Front(tmp_path) as front:
        yield front


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One for tests that leave it as it was."""
    with Front(tmp_path_factory.mktemp("shared")) as front:
        yield front
