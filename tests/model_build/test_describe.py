import pytest

from model_build.cli import main
from model_build.sources import SOURCES, diagnoses
from model_build.workspace import Workspace, write_json
from tests.conftest import ROOT

START, END = "<!-- figures -->\n", "<!-- end of figures -->\n"


def test_the_document_holds_the_table_as_the_code_has_it():
    text = (ROOT / "docs" / "data.md").read_text()
    assert diagnoses.describe() in text
    assert all(source.looks_like in text for source in SOURCES)


def test_counts_and_twins_of_a_work_folder_follow(tmp_path):
    text = tmp_path / "text.md"
    text.write_text(f"before\n{START}{END}after\n")
    counts = {"sources": {"own": {"nv": 4}}, "parts": {"test": {"nv": 1}, "train": {"nv": 3}}}
    numbers = {"pictures": 4, "lesions": 3, "groups": 2, "known_twins": 8, "known_twins_found": 6}
    more = {
        "split_sha256": "5eed",
        "twins": [["a", "b"]],
        "taxonomy": {"classes": {"mole": False, "nv": False}},
    }
    write_json(Workspace(tmp_path).dataset, {**counts, **numbers, **more})
    assert main(["describe", "--work", str(tmp_path), "--text", str(text)]) == 0
    written = text.read_text()
    assert "| nv | 4 | 1 | 3 |" in written
    assert "| mole | 0 | 0 | 0 |" in written
    assert "Of 8 pairs that `--twins` names, 6 (75.0%) are found without it." in written
    assert written.startswith("before")
    assert written.endswith("after\n")


@pytest.mark.parametrize(
    "content", ['{"pictures": 4, "known_twins": [["a", "b"]]}', '{"pict'], ids=["older", "cut off"]
)
def test_a_work_folder_of_another_version_is_one_sentence(tmp_path, capsys, content):
    Workspace(tmp_path).dataset.write_text(content)
    assert main(["describe", "--work", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "dataset.json: lacks" in line
    assert "`dermapoint-build dataset --again dataset --work" in line
