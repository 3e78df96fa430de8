import pytest

from device import cli
from device.access import open_access
from device.records import Records


@pytest.fixture
def state(tmp_path, examination, picture):
    state = tmp_path / "state"
    records = Records(state)
    records.save(examination, picture[:30, :40])
    person = records.persons.add("P-1", name="Somebody")
    records.assign(examination.id, records.lesions.add(person.id).id)
    records.close()
    return state


@pytest.fixture
def command(state, tmp_path, monkeypatch):
    monkeypatch.setenv("DERMAPOINT_KEEP_FREE_MIB", "100")

    def command(name, file, *more, at=state):
        return cli.main([name, str(tmp_path / file), "--state", str(at), *more])

    return command


def test_what_is_exported_comes_in_elsewhere(command, state, tmp_path, examination, capsys):
    assert command("export", "a.zip", "--person", "P-1", "--names") == 0
    other = tmp_path / "other"
    assert command("import", "a.zip", at=other) == 0
    assert "1 examinations came in" in capsys.readouterr().out
    records = Records(other)
    assert records.details(examination.id).person.name == "Somebody"
    records.close()
    for folder, action in ((state, "exported"), (other, "imported")):
        access = open_access(folder)
        assert access.audit.newest(1)[0].action == action
        access.close()


def test_what_was_deleted_comes_back_only_with_again(command, state, examination, capsys):
    command("export", "a.zip")
    records = Records(state)
    records.deletion.examinations([examination.id])
    records.close()
    assert command("import", "a.zip") == 1
    assert "deleted here" in capsys.readouterr().out
    assert command("import", "a.zip", "--again") == 0


def test_the_end_of_the_name_says_the_format(command, tmp_path):
    assert command("export", "a.csv") == 0
    assert (tmp_path / "a.csv").read_text("utf-8").startswith("filename,")
    assert command("export", "a.pdf", "--since", "2020-01-01") == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.xyz"], "name a format"),
        (["a.csv", "--format", "xls"], "choose a format"),
        (["a.csv", "--person", "nobody"], "nobody is known as 'nobody'"),
        (["a.csv", "--since", "soon"], "--since"),
        (["a.csv", "--examination", "none"], "no examination"),
        (["nowhere/a.csv"], "could not be written"),
    ],
)
def test_what_can_not_be_exported_is_told(command, capsys, arguments, said):
    assert command("export", *arguments) == 2
    assert said in capsys.readouterr().err


def test_a_damaged_picture_is_named_and_the_status_says_so(command, state, examination, capsys):
    (state / "images" / f"{examination.id}.jpg").unlink()
    assert command("export", "a.zip") == 1
    assert f"{examination.id}.jpg" in capsys.readouterr().out


def test_another_file_is_no_import(command, tmp_path, capsys):
    (tmp_path / "a.zip").write_bytes(b"PK")
    assert command("import", "a.zip") == 2
    assert "can't be imported" in capsys.readouterr().err
