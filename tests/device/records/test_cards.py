"""Cards that are full, or take nothing more, by the kernel itself: see tests/soak/cards.py."""

import os
import sqlite3

import pytest

from device.message import Message
from device.records.card import Card, CardFault
from tests.soak import cards


@pytest.mark.parametrize("kind", cards.CASES)
def test_all_that_leads_out_works_and_nothing_new_is_begun(kind):
    if not cards.may_run(kind):
        pytest.skip("a file system that the kernel turns read-only needs root's rights and a loop device")
    cards.run(kind)


def test_a_card_that_linux_turned_read_only_is_known_by_the_options_of_its_mount(tmp_path, monkeypatch):
    device = tmp_path.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    mounts = tmp_path / "mountinfo"
    monkeypatch.setattr("device.records.card._MOUNTS", mounts)
    for options, fault in (("rw,errors=remount-ro,emergency_ro", CardFault.READ_ONLY), ("rw", None)):
        mounts.write_text(f"36 35 {number} / {tmp_path} rw shared:1 - ext4 /dev/mmcblk0p2 {options}\n")
        assert Card(tmp_path).fault is fault
    mounts.unlink()
    assert Card(tmp_path).fault is None


def test_one_file_that_may_only_be_read_is_no_card_that_is_read_only(tmp_path):
    card = Card(tmp_path)
    error = sqlite3.OperationalError("attempt to write a readonly database")
    error.sqlite_errorcode = sqlite3.SQLITE_READONLY
    assert card.fault_of(error) is None
    assert card.fault is None
    assert "readonly" in str(card.refusal(Message("examination_not_saved"), error))
