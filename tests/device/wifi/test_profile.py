"""What an access point is, and how NetworkManager is told of one."""

import pytest

from device.errors import WifiError
from device.wifi.passphrase import ALPHABET, ENTROPY, new_name, new_passphrase
from device.wifi.profile import (
    LAST_CHOICE,
    AccessPoint,
    profile_to_join,
)


def test_a_passphrase_is_long_readable_and_never_twice_the_same():
    made = {new_passphrase() for _ in range(200)}
    assert len(made) == 200
    assert ENTROPY >= 64
    for passphrase in made:
        groups = passphrase.split("-")
        assert [len(group) for group in groups] == [4, 4, 4, 4]
        assert set("".join(groups)) <= set(ALPHABET)
    assert set("".join(made)) - {"-"} == set(ALPHABET)
    assert not set("01oil") & set(ALPHABET)
    assert new_name().startswith("Dermapoint-")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("", "k7qx-2mfr"), "1 to 32"),
        (("é" * 17, "k7qx-2mfr"), "1 to 32"),
        (("Clinic", "short"), "8 to 63"),
        (("Clinic", "x" * 64), "8 to 63"),
        (("Clinic", "pässword"), "8 to 63"),
        (("Clinic", "pass\nword"), "8 to 63"),
        (("Clinic", "k7qx-2mfr", 12), "1 to 11"),
        (("Clinic", "k7qx-2mfr", 0), "1 to 11"),
    ],
)
def test_what_no_access_point_can_have_is_refused(arguments, word):
    with pytest.raises(WifiError, match=word):
        AccessPoint(*arguments)


def test_no_passphrase_in_a_traceback():
    own = AccessPoint("Dermapoint-K7QX", "k7qx-2mfr-9tbw-hd4e")
    assert "k7qx" not in repr(own)
    assert "k7qx" not in repr(own.profile(0))


def test_the_access_point_has_the_form_that_works_on_the_pi():
    text = AccessPoint("Dermapoint-K7QX", "k7qx-2mfr-9tbw-hd4e", 11).profile(LAST_CHOICE).text
    for line in (
        "mode=ap",
        "band=bg",
        "channel=11",
        "key-mgmt=wpa-psk",
        "proto=rsn;",
        "pairwise=ccmp;",
        "group=ccmp;",
        "pmf=1",
        "method=shared",
        "address1=10.42.0.1/24",
        "autoconnect-priority=-100",
        "psk=k7qx-2mfr-9tbw-hd4e",
    ):
        assert line in text.splitlines()


def test_no_name_or_passphrase_can_add_a_line_or_lose_a_sign():
    lines = profile_to_join("a\n[ipv4]\n;", ' a;b\\c #"z" ').text.splitlines()
    assert "ssid=97;10;91;105;112;118;52;93;10;59;" in lines
    assert 'psk=\\sa;b\\\\c\\s#"z"\\s' in lines
    assert lines.count("[ipv4]") == 1


def test_an_open_wifi_has_no_security():
    assert "wifi-security" not in profile_to_join("Cafe", None).text
