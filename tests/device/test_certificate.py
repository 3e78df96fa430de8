import json
import ssl
import stat
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from device import certificate
from device.certificate import Certificate, fingerprint_of, open_certificate, read_authority
from device.certificate.leaf import BACKDATED, LIFE, Leaf, plan, read_leaf
from device.certificate.names import MOST_NAMES, is_private, own_names
from device.certificate.openssl import make_authority, make_leaf
from device.errors import CertificateError

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
NAMES = ("dermapoint.local", "10.42.0.1")


@pytest.fixture
def addresses(monkeypatch):
    """What the device is called, to change."""
    names = list(NAMES)
    monkeypatch.setattr(certificate, "own_names", lambda host: tuple(names))
    return names


@pytest.fixture
def clock(monkeypatch):
    now = [NOW]
    monkeypatch.setattr(certificate, "_now", lambda: now[0])
    return now


def page_of(folder):
    return read_leaf((folder / "page.pem").read_text())


def verify(folder, *options):
    """What OpenSSL says of the page's certificate to who trusts the authority."""
    parts = {}
    for name in ("authority", "page"):
        text = (folder / f"{name}.pem").read_text()
        parts[name] = folder / f"{name}.crt"
        parts[name].write_text(text[text.index("-----BEGIN CERTIFICATE") :])
    command = ["openssl", "verify", "-CAfile", parts["authority"], *options, parts["page"]]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", [("-verify_hostname", NAMES[0]), ("-verify_ip", NAMES[1])])
def test_who_trusts_the_authority_trusts_the_page_under_each_of_its_names(tmp_path, addresses, name):
    Certificate(tmp_path, "0.0.0.0")
    assert verify(tmp_path, "-x509_strict", "-purpose", "sslserver", *name).returncode == 0
    assert verify(tmp_path, name[0], "example.org" if "host" in name[0] else "10.9.9.9").returncode != 0


@pytest.mark.parametrize("name", ["example.org", "93.184.216.34"])
def test_who_steals_the_authority_can_pass_for_no_site_on_the_internet(tmp_path, addresses, name):
    Certificate(tmp_path, "0.0.0.0")
    authority = (tmp_path / "authority.pem").read_text()
    now = datetime.now(UTC)
    (tmp_path / "page.pem").write_text(make_leaf(authority, (name,), now - BACKDATED, now + BACKDATED))
    assert "permitted subtree violation" in verify(tmp_path).stderr


def test_keys_are_for_the_owner_alone_and_leave_nothing_beside_them(tmp_path, addresses):
    open_certificate(tmp_path, "0.0.0.0")
    folder = tmp_path / "certificate"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "authority.pem": 0o600,
        "page.pem": 0o600,
    }


def test_no_phone_refuses_it_for_its_length():
    # 825 days: support.apple.com/103769.
    leaf = plan(NAMES, None, NOW)
    assert leaf.ends - leaf.begins <= timedelta(days=825)
    assert leaf.begins < NOW < leaf.ends


def test_a_second_start_takes_what_is_there(tmp_path, addresses, clock):
    first = Certificate(tmp_path, "0.0.0.0")
    kept = (tmp_path / "page.pem").read_text()
    second = Certificate(tmp_path, "0.0.0.0")
    assert (tmp_path / "page.pem").read_text() == kept
    assert second.fingerprint == first.fingerprint == fingerprint_of(first.authority)
    assert first.fingerprint == fingerprint_of(ssl.PEM_cert_to_DER_cert(verify_pem(tmp_path)))


def verify_pem(folder):
    text = (folder / "authority.pem").read_text()
    return text[text.index("-----BEGIN CERTIFICATE") :]


def test_a_new_address_is_added_and_the_old_ones_stay(tmp_path, addresses, clock):
    own = Certificate(tmp_path, "0.0.0.0")
    fingerprint, context = own.fingerprint, own.context
    addresses.append("192.168.1.7")
    own.look()
    addresses.pop()
    own.look()
    assert page_of(tmp_path).names == (*NAMES, "192.168.1.7")
    assert own.fingerprint == fingerprint
    assert own.context is not context


@pytest.mark.parametrize("later", [LIFE - BACKDATED - timedelta(days=59), -BACKDATED - timedelta(days=1)])
def test_it_is_renewed_before_its_end_and_when_the_clock_was_set_back(tmp_path, addresses, clock, later):
    own = Certificate(tmp_path, "0.0.0.0")
    clock[0] += timedelta(days=300)
    own.look()
    assert page_of(tmp_path).begins == NOW - BACKDATED
    clock[0] = NOW + later
    own.look()
    assert page_of(tmp_path).begins == clock[0] - BACKDATED


def test_a_damaged_page_is_made_anew_and_a_damaged_authority_too(tmp_path, addresses, caplog):
    first = Certificate(tmp_path, "0.0.0.0")
    (tmp_path / "page.pem").write_text("# dermapoint: {}\nrubbish")
    assert Certificate(tmp_path, "0.0.0.0").fingerprint == first.fingerprint
    (tmp_path / "authority.pem").write_bytes(b"\xff\x00")
    assert Certificate(tmp_path, "0.0.0.0").fingerprint != first.fingerprint
    assert "to be trusted anew" in caplog.text
    assert verify(tmp_path).returncode == 0


def test_a_renewal_that_fails_leaves_the_old_one(tmp_path, addresses, clock, monkeypatch, caplog):
    own = Certificate(tmp_path, "0.0.0.0")
    context = own.context
    monkeypatch.setenv("PATH", "")
    addresses.append("192.168.1.7")
    own.look()
    assert own.context is context
    assert "sudo apt install openssl; the old one stays" in caplog.text


def test_without_openssl_it_says_what_to_do(tmp_path, addresses, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CertificateError, match="sudo apt install openssl"):
        open_certificate(tmp_path, "0.0.0.0")


def test_a_wish_that_openssl_refuses_is_told():
    with pytest.raises(CertificateError, match="openssl made no certificate"):
        make_authority("x" * 70, NOW, NOW + LIFE)


def test_the_authority_is_shown_when_there_is_one(tmp_path, addresses):
    with pytest.raises(CertificateError, match="no certificate was made yet"):
        read_authority(tmp_path)
    own = open_certificate(tmp_path, "0.0.0.0")
    assert read_authority(tmp_path) == own.authority
    (tmp_path / "certificate/authority.pem").write_text("rubbish")
    with pytest.raises(CertificateError, match="can't be read"):
        read_authority(tmp_path)


def test_the_page_that_explains_is_lent_the_certificate(tmp_path, addresses, monkeypatch):
    (run := tmp_path / "run").mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(run))
    Certificate(tmp_path, "0.0.0.0")
    assert (run / "page.pem").read_text() == (tmp_path / "page.pem").read_text()
    assert stat.S_IMODE((run / "page.pem").stat().st_mode) == 0o600


def test_a_leaf_is_read_as_it_was_written():
    leaf = replace(plan(NAMES, None, NOW), pem="the key\n")
    assert read_leaf(leaf.to_text()) == leaf


@pytest.mark.parametrize(
    "text",
    ["", "rubbish", "# dermapoint: 5", "# dermapoint: []", '# dermapoint: {"names": 3}']
    + [
        f"# dermapoint: {json.dumps({'names': [], 'begins': each, 'ends': each})}"
        for each in ("x", "2026-01-01")
    ],
)
def test_rubbish_is_no_leaf(text):
    assert read_leaf(text) is None


def test_names_are_bounded_and_the_newest_come_first():
    before = Leaf(tuple(f"10.0.0.{n}" for n in range(MOST_NAMES)), NOW, NOW)
    names = plan(NAMES, before, NOW).names
    assert names[:2] == NAMES
    assert len(names) == MOST_NAMES


def test_own_names_begin_with_the_one_that_everybody_types():
    names = own_names("192.168.7.7")
    assert names[0] == "dermapoint.local"
    assert names[-2:] == ("10.42.0.1", "192.168.7.7")
    assert all(name.endswith(".local") or is_private(name) for name in own_names("0.0.0.0"))
    assert "8.8.8.8" not in own_names("8.8.8.8")


@pytest.mark.parametrize(
    ("address", "private"), [("10.1.2.3", True), ("11.1.2.3", False), ("::1", False), ("x", False)]
)
def test_private_addresses_are_known(address, private):
    assert is_private(address) is private
