from dataclasses import replace

import pytest

from model_build.bundle import check_place, describe_figures, describe_headline, sources_of
from model_build.cli import main
from model_build.errors import BuildError
from model_build.marks import write_between_marks
from model_build.sources.citations import CITATIONS
from model_build.workspace import Workspace
from tests.conftest import BUNDLE, ROOT
from tests.model_build.rows import row


def test_document_and_card_hold_the_shipped_models_own_figures():
    document = (ROOT / "docs/model.md").read_text()
    assert f"<!-- figures -->\n{describe_headline(BUNDLE)}\n<!-- end of figures -->\n" in document
    assert describe_figures(BUNDLE) in (BUNDLE / "MODEL_CARD.md").read_text()


def test_the_card_tells_what_was_learnt_from_apart_from_what_it_was_only_judged_on():
    barcelona = row("a", "a", "mel", "train", "acral_multi", centre="Barcelona")
    left_out = [
        replace(row("b", "b", "mel", "test", "acral_multi", centre="Vienna"), part="left_out"),
        replace(row("c", "c", "bcc", "test", "bcn_sample", centre="BCN"), part="left_out"),
        # A twin of the one before, in a source that was learnt from.
        replace(row("e", "e", "bcc", "test", "isic2017"), part="left_out"),
    ]
    learnt, judged = sources_of([barcelona, row("d", "d", "nv", "test", "isic2017"), *left_out])
    assert learnt == f"acral_multi (Barcelona); {CITATIONS['isic2017']}"
    assert judged == "acral_multi (Vienna); bcn_sample (BCN)"
    assert sources_of([barcelona])[1] == ""


def test_a_text_without_marks_is_left_alone(tmp_path):
    text = tmp_path / "README.md"
    text.write_text("nothing")
    with pytest.raises(BuildError, match="has no lines"):
        write_between_marks(text, "figures")
    assert text.read_text() == "nothing"


@pytest.mark.parametrize("command", ["all", "bundle"])
def test_a_folder_that_is_no_bundle_is_not_erased_by_one(tmp_path, capsys, command):
    data, work = tmp_path / "HAM10000", tmp_path / "work"
    data.mkdir(), work.mkdir()
    (data / "picture.jpg").write_bytes(b"years of work")
    (work / "metrics.json").write_text("{}")
    more = ["--data", str(data)] if command == "all" else []
    assert main([command, *more, "--work", str(work), "--out", str(data)]) == 2
    assert f"{data}: is there and is no bundle; give --out another folder" in capsys.readouterr().err
    assert (data / "picture.jpg").read_bytes() == b"years of work"


def test_the_work_folder_is_not_erased_by_its_bundle(tmp_path):
    for work in (tmp_path / "out", tmp_path / "out" / "work"):
        with pytest.raises(BuildError, match="holds the work folder; give --out another"):
            check_place(tmp_path / "out", Workspace(work))


@pytest.mark.parametrize("name", ["new", "empty", "bundle"])
def test_a_bundle_goes_into_a_new_folder_an_empty_one_and_in_place_of_a_bundle(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "bundle.json").touch()
    check_place(tmp_path / name, Workspace(tmp_path / "work"))
