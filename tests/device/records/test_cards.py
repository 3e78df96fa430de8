"""Cards that are full, or take nothing more, by the kernel itself: see tests/soak/cards.py."""

import pytest

from tests.soak import cards


@pytest.mark.parametrize("kind", cards.CASES)
def test_all_that_leads_out_works_and_nothing_new_is_begun(kind):
    cards.run(kind)
