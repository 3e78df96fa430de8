"""What nginx is told, and whether nginx understands it."""

import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from device.errors import SettingsError
from device.front.configuration import Limits, Site, configuration
from device.web.guard import HEADERS

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")


def site(folder, **others):
    paths = {name: folder / name for name in ("socket", "certificate", "web")}
    given = {"host": "0.0.0.0", "port": 8080, "folder": folder, "headers": HEADERS, **paths} | others
    return Site(**given)


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"host": "::", "port": 443},
        {"host": "localhost"},
        {"uploads": ("/exports/import", "/api/v1/imports")},
        {"proxy": "10.1.2.3"},
        {"proxy": "fd00::5", "user": "root"},
    ],
)
def test_nginx_understands_it(tmp_path, others):
    (tmp_path / "nginx.conf").write_text(configuration(site(tmp_path, **others)))
    tried = subprocess.run(
        [NGINX, "-t", "-e", "stderr", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True
    )
    assert tried.returncode == 0, tried.stderr
    # nginx 1.25 and later say it with a word of its own, which 1.22 doesn't know.
    warnings = [line for line in tried.stderr.splitlines() if "[warn]" in line and "http2" not in line]
    # Under another user than root it says that it needs none.
    assert not [line for line in warnings if '"user" directive' not in line]


def test_every_limit_is_told(tmp_path):
    text = configuration(site(tmp_path))
    for each in fields(Limits):
        changed = configuration(site(tmp_path, limits=Limits(**{each.name: 54321})))
        assert changed != text
        assert "54321" in changed
    assert "@{" not in text


@pytest.mark.parametrize("host", ["dermapoint.local", "0.0.0.0; include /etc/passwd", "", "1.2.3"])
def test_a_host_that_is_no_address_never_reaches_nginx(tmp_path, host):
    with pytest.raises(SettingsError, match="no address"):
        configuration(site(tmp_path, host=host))
    if host:
        with pytest.raises(SettingsError, match="no address"):
            configuration(site(tmp_path, proxy=host))


def test_a_path_that_nginx_would_read_otherwise_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="letters and digits"):
        configuration(site(tmp_path, web=Path("/srv/my page;")))


def test_nothing_of_the_system_s_own_nginx_is_used(tmp_path):
    text = configuration(site(tmp_path))
    assert "/etc/" not in text
    assert "/var/" not in text
