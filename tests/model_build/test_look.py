"""Short runs that try a change, and what they are worth against each other."""

import hashlib
import json

import keras
import numpy as np
import pytest

from model_build import comparison, metrics, split
from model_build.answers import look_answers
from model_build.cli import _parser, main
from model_build.errors import BuildError
from model_build.training.configuration import RECIPES
from model_build.training.look import Change, look, take_out_cast
from model_build.workspace import Workspace, read_json, write_json
from tests.model_build.rows import row

SIDE = 128
LABELS = ("mel", "nv", "bkl", "malignant_other")


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A backbone that starts from chance."""
    file = tmp_path_factory.mktemp("weights") / "start.weights.h5"
    keras.utils.set_random_seed(1)
    shape = (224, 224, 3)
    keras.applications.MobileNetV2(input_shape=shape, include_top=False, weights=None).save_weights(file)
    return file


def make_workspace(root):
    """Two sources, of which one alone shows malignant_other."""
    rows = [
        row(f"{source}{label}{n}", f"{source}{label}{n}", label, ("train", "validation")[n % 2], source)
        for source in ("one", "two")
        for label in LABELS
        for n in range(6)
        if (source, label) != ("one", "malignant_other")
    ]
    root.mkdir()
    workspace = Workspace(root)
    split.write(rows, workspace.split)
    digest = hashlib.sha256(workspace.split.read_bytes()).hexdigest()
    write_json(workspace.dataset, {"split_sha256": digest})
    fields = np.random.default_rng(0).integers(0, 255, (len(rows), SIDE, SIDE, 3), np.uint8)
    np.save(workspace.fields, fields)
    return workspace


@pytest.fixture(scope="module")
def looked(weights, tmp_path_factory):
    """A work folder with the looks `base` and `less`, and the folder of their rows."""
    root = tmp_path_factory.mktemp("looks")
    workspace = make_workspace(root / "work")
    small = ["--side", str(SIDE), "--epochs", "1", "--steps-per-epoch", "2", "--batch", "4"]
    begin = ["look", "--work", str(workspace.root), "--weights", str(weights), "--recipe", "look", *small]
    changed = ["--without", "two", "--grey-world", "1"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "LEAST_OF_A_SOURCE", 2)
        patch.setattr(metrics, "RESAMPLES", 20)
        assert main([*begin, "--name", "base"]) == 0
        assert main([*begin, "--name", "less", *changed]) == 0
        measure = ["measure", "--work", str(workspace.root), "--results", str(root / "results")]
        assert main([*measure, "--look", "base", "--name", "base"]) == 0
        assert main([*measure, "--look", "less", "--against", "base", "--name", "less"]) == 0
        assert main(["compare", "--results", str(root / "results")]) == 0
    return workspace, root / "results"


def test_a_look_leaves_all_that_is_shipped_alone(looked):
    workspace, _ = looked
    assert not workspace.weights.exists()
    assert not workspace.training_record.exists()


def test_it_answers_for_the_fold_that_it_did_not_learn_in_the_same_views_as_the_device(looked):
    workspace, _ = looked
    answers = look_answers(workspace, "base")
    assert {each.role for each in answers.rows} == {"validation"}
    assert answers.logits.shape == (21, 8, len(answers.classes.outputs))


def test_a_class_that_was_not_learnt_gets_no_say(looked):
    workspace, _ = looked
    place = look_answers(workspace, "base").classes.output_codes.index("malignant_other")
    assert look_answers(workspace, "base").logits[..., place].min() > -50
    assert look_answers(workspace, "less").logits[..., place].max() < -50


def test_the_file_of_its_row_repeats_it(looked):
    _, results = looked
    assert Change.read(results / "less.json") == Change(("two",), 1.0)
    assert Change.read(results / "base.json") == Change.read(None) == Change()


@pytest.mark.parametrize(
    "command", [["train"], ["folds"], ["all", "--data", "x", "--out", "x"]], ids=lambda c: c[0]
)
def test_nothing_that_is_shipped_takes_the_change_of_a_look(looked, command, capsys):
    workspace, results = looked
    assert main([*command, "--work", str(workspace.root), "--configuration", str(results / "less.json")]) == 2
    assert "only `look` repeats it" in capsys.readouterr().err
    assert not workspace.weights.exists()


def test_a_row_says_what_was_gained_by_source_and_the_tables_show_it(looked):
    _, results = looked
    gains = read_json(results / "less.json")["against"]["gains"]
    assert set(gains["malignancy_auroc"]) == {"one", "two", comparison.IN_MEAN}
    both = [gains["malignancy_auroc"][source]["value"] for source in ("one", "two")]
    assert gains["malignancy_auroc"][comparison.IN_MEAN]["value"] == pytest.approx(np.mean(both), abs=1e-3)
    text = (results / "README.md").read_text()
    assert f"| less | base | {gains['malignancy_auroc'][comparison.IN_MEAN]['value']:+.3f} (" in text


def test_it_is_not_done_twice_and_with_another_change_it_is(looked, weights, capsys):
    workspace, _ = looked
    configuration = read_json(workspace.look_record("base"))["configuration"]
    file = workspace.root / "row.json"
    write_json(file, {"configuration": configuration})
    command = ["look", "--work", str(workspace.root), "--weights", str(weights), "--configuration", str(file)]
    assert main([*command, "--name", "base"]) == 0
    assert "look-base: done before" in capsys.readouterr().out
    assert main([*command, "--name", "base", "--without", "nobody"]) == 2
    assert "--without nobody: neither a source nor a class; there are" in capsys.readouterr().err
    assert workspace.look_record("base").exists()


@pytest.mark.parametrize(
    ("name", "without", "words"),
    [
        ("a/b", (), "is no name for a run"),
        ("", (), "is no name for a run"),
        ("..", (), "is no name for a run"),
        ("none", ("one", "two"), "nothing is left to learn from without one, two"),
    ],
)
def test_what_cannot_be_looked_at_is_one_sentence(tmp_path, weights, name, without, words):
    workspace = make_workspace(tmp_path / "work")
    with pytest.raises(BuildError, match=words):
        look(workspace, name, weights, RECIPES["look"], Change(without))


def test_a_share_of_the_cast_is_a_share():
    with pytest.raises(BuildError, match="--grey-world 2: must be a share"):
        Change(grey_world=2)


def test_a_row_is_written_into_its_folder_or_not_at_all(looked, tmp_path, capsys):
    workspace, _ = looked
    for name in ("../x", ".."):
        measure = ["measure", "--work", str(workspace.root), "--results", str(tmp_path / "rows")]
        assert main([*measure, "--look", "base", "--name", name]) == 2
        assert f"'{name}' is no name for a run" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_change_of_another_version_is_one_sentence(tmp_path):
    file = tmp_path / "row.json"
    for change in ({"blurred": 1}, [], {"without": 3}):
        write_json(file, {"change": change})
        with pytest.raises(BuildError, match="none of this version"):
            Change.read(file)


def test_a_look_is_short_unless_another_recipe_is_named():
    assert _parser().parse_args(["look", "--name", "x"]).recipe == "look"
    assert _parser().parse_args(["look", "--name", "x", "--recipe", "gpu"]).recipe == "gpu"
    assert _parser().parse_args(["train"]).recipe == "cpu"


def test_a_look_that_is_not_there_is_asked_for(tmp_path, capsys):
    workspace = make_workspace(tmp_path / "work")
    measure = ["measure", "--work", str(workspace.root), "--results", str(tmp_path), "--name", "x"]
    assert main([*measure, "--look", "x"]) == 2
    assert "run `dermapoint-build look" in capsys.readouterr().err
    assert main([*measure, "--against", "x"]) == 2
    assert "give --look too" in capsys.readouterr().err


def test_cast_is_taken_out_by_its_share():
    tinted = np.zeros((1, 4, 4, 3), np.uint8) + np.array([160, 80, 120], np.uint8)
    np.testing.assert_array_equal(take_out_cast(tinted, 0), tinted)
    np.testing.assert_array_equal(take_out_cast(tinted, 1), 120)
    half = take_out_cast(tinted, 0.5)[0, 0, 0]
    np.testing.assert_allclose(half, np.sqrt([160 * 120, 80 * 120, 120 * 120]), atol=0.5)


def test_black_and_white_pictures_have_no_cast():
    for value in (0, 255):
        field = np.full((1, 4, 4, 3), value, np.uint8)
        np.testing.assert_array_equal(take_out_cast(field, 1), field)


def test_a_look_of_another_split_is_not_measured(looked, tmp_path, capsys):
    workspace, _ = looked
    measure = ["measure", "--work", str(workspace.root), "--results", str(tmp_path), "--name", "x"]
    before = workspace.split.read_bytes()
    split.write(split.read(workspace.split)[::-1], workspace.split)
    try:
        assert main([*measure, "--look", "base"]) == 2
    finally:
        workspace.split.write_bytes(before)
    assert "another split than split.csv; run `dermapoint-build look` again" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def answers_of(workspace, order):
    """Answers that rank the malignant of source one by `order`, and those of the other at chance."""
    answers = look_answers(workspace, "base")
    answers = answers.of(answers.named)
    logits = np.zeros_like(answers.logits)
    mel = answers.classes.output_codes.index("mel")
    ranked = (answers.sources == "one") & answers.malignant
    logits[..., mel] = np.where(ranked, order, 0.0)[:, None]
    return type(answers)(**{**vars(answers), "logits": logits})


def test_a_gain_is_the_difference_on_the_same_pictures(looked, monkeypatch):
    workspace, _ = looked
    monkeypatch.setattr(comparison, "LEAST_OF_A_SOURCE", 2)
    monkeypatch.setattr(metrics, "RESAMPLES", 50)
    right, wrong = answers_of(workspace, 5.0), answers_of(workspace, -5.0)
    gains = comparison._gains(right, wrong)["malignancy_auroc"]
    assert gains["one"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert gains["two"]["value"] == 0
    assert gains[comparison.IN_MEAN] == {"value": 0.5, "low": 0.5, "high": 0.5}
    with pytest.raises(BuildError, match="other pictures"):
        comparison._gains(right, wrong.of(wrong.sources == "one"))


def test_looks_without_a_comparison_have_a_table_of_their_own(looked):
    _, results = looked
    base = json.loads((results / "base.json").read_text())
    text = comparison.describe_runs([base])
    assert "### Malignancy AUROC" in text
    assert "Gain" not in text
