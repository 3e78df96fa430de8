"""Commands work on the records of the device, and never on an empty folder that they begin beside them."""

import pytest

from device import cli
from device.access import open_access
from device.cli import commands
from device.records import Records
from tests.support import free_port


@pytest.fixture
def device(tmp_path, examination, picture, monkeypatch):
    """The state folder of an installed device: its settings name it, and the user's own home is empty."""
    state = tmp_path / "device"
    records = Records(state)
    records.save(examination, picture[:30, :40])
    records.close()
    open_access(state).close()
    settings = tmp_path / "dermapoint.toml"
    settings.write_text(f'host = "0.0.0.0"\nstate = "{state}"\n')
    monkeypatch.setattr(commands, "INSTALLED", settings)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DERMAPOINT_KEEP_FREE_MIB", "100")
    return state


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A machine where no device was installed and nothing was kept; its default state folder."""
    monkeypatch.setattr(commands, "INSTALLED", tmp_path / "none.toml")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    return tmp_path / "home/dermapoint"


def test_on_an_installed_device_the_commands_take_its_own_records(device, tmp_path, capsys):
    assert cli.main(["backup", str(tmp_path / "all.tar")]) == 0
    assert f"holds 1 examinations and persons of {device}:" in capsys.readouterr().out
    assert cli.main(["export", str(tmp_path / "all.csv")]) == 0
    assert f"holds 1 examinations of {device}:" in capsys.readouterr().out
    assert cli.main(["pin", "nurse"]) == 0
    access = open_access(device)
    assert "nurse" in {person.name for person in access.accounts.people()}
    access.close()
    assert cli.main(["audit"]) == 0
    assert cli.main(["calibrate", "show"]) == 0
    assert cli.main(["restore", str(tmp_path / "all.tar")]) == 0
    assert not (tmp_path / "home").exists()


def test_a_file_that_is_named_goes_before_the_installed_device(device, tmp_path, capsys):
    settings = tmp_path / "other.toml"
    settings.write_text(f'state = "{tmp_path / "other"}"\n')
    assert cli.main(["backup", str(tmp_path / "all.tar"), "--settings", str(settings)]) == 2
    assert f"{tmp_path / 'other'}: no device has kept anything here" in capsys.readouterr().err


def test_a_demo_reads_nothing_of_the_installed_device(device, capsys):
    cli.main(["doctor", "--demo", "--port", str(free_port())])
    output = capsys.readouterr().out
    assert "dermapoint-demo holds nothing yet" in output
    assert str(device) not in output


@pytest.mark.parametrize(
    "command",
    [
        ["backup", "OUT/all.tar"],
        ["restore", "OUT/all.tar"],
        ["recover"],
        ["export", "OUT/all.csv"],
        ["import", "OUT/all.zip"],
        ["pin"],
        ["certificate"],
        ["calibrate", "show"],
        ["calibrate", "undo"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("begun", ["", "something else"])
def test_a_folder_where_no_device_kept_anything_is_named_and_left_as_it_is(
    nowhere, tmp_path, capsys, command, begun
):
    if begun:
        nowhere.mkdir(parents=True)
        (nowhere / begun).touch()
    before = sorted(tmp_path.rglob("*"))
    assert cli.main([word.replace("OUT", str(tmp_path)) for word in command]) == 2
    said = capsys.readouterr().err
    assert f"{nowhere}: no device has kept anything here" in said
    assert "--state: /var/lib/dermapoint" in said
    assert sorted(tmp_path.rglob("*")) == before


def test_doctor_begins_no_records(nowhere, tmp_path, capsys):
    cli.main(["doctor", "--port", str(free_port())])
    assert f"{nowhere} holds nothing yet" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_what_is_left_of_damaged_records_can_be_recovered(device, capsys):
    for name in ("records.sqlite3", "announced", "access.sqlite3"):
        (device / name).unlink()
    assert cli.main(["recover"]) == 0
    assert "1 of 1 are here and whole" in capsys.readouterr().out


def test_who_may_not_look_into_the_folder_is_told_so(device, capsys, monkeypatch):
    def refuse(self, **_how):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr("pathlib.Path.exists", refuse)
    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    assert cli.main(["recover"]) == 2
    said = capsys.readouterr().err
    assert "no device has kept anything" not in said
    assert str(device) in said
