import json

import pytest

from model_build import cli, steps
from model_build.errors import BuildError
from model_build.steps import Step
from model_build.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "weights.h5").write_text("given")
    workspace = Workspace(tmp_path / "work")
    workspace.root.mkdir()
    return workspace


def first(workspace, **more):
    weights = workspace.root.parent / "weights.h5"
    made, leaving = workspace.root / "first.bin", workspace.root / "first"
    return Step(workspace, "first", [weights], [made], leavings=[leaving], **more)


def second(workspace, **more):
    return Step(workspace, "second", [workspace.root / "first.bin"], [workspace.root / "second.bin"], **more)


def do(step, content="result"):
    """Whether the step was done before; does it otherwise."""
    if step.is_done():
        return True
    for path in step.makes:
        path.write_text(content)
    step.finish()
    return False


def test_a_step_is_done_once(workspace):
    assert not do(first(workspace))
    assert do(first(workspace))


@pytest.mark.parametrize(
    "change",
    [
        lambda w: {"options": {"epochs": 2}},
        lambda w: (w.root.parent / "weights.h5").write_text("others") and {},
        lambda w: (w.root / "first.bin").write_text("tampered") and {},
        lambda w: (w.root / "first.bin").unlink() or {},
        lambda w: {"code": ["errors.py"]},
        lambda w: steps.forget(w, ["first"]) or {},
    ],
    ids=["option", "file read", "result changed", "result removed", "code", "again"],
)
def test_a_step_with_anything_else_is_done_anew(workspace, change):
    do(first(workspace, options={"epochs": 1}))
    more = {"options": {"epochs": 1}} | change(workspace)
    assert not do(first(workspace, **more))
    assert do(first(workspace, **more))


def test_a_step_is_redone_when_the_one_before_made_something_else(workspace):
    do(first(workspace)), do(second(workspace))
    steps.forget(workspace, ["first"])
    do(first(workspace), "another result")
    assert not do(second(workspace))


def test_a_step_that_was_cut_off_goes_on_unless_it_is_asked_otherwise(workspace):
    leaving = workspace.root / "first"
    assert not first(workspace).is_done()
    leaving.mkdir()
    (leaving / "checkpoint").touch()
    assert not first(workspace).is_done()
    assert (leaving / "checkpoint").exists()
    assert not first(workspace, options={"epochs": 2}).is_done()
    assert not leaving.exists()


def test_a_costly_step_is_refused_until_it_is_asked_for_again(workspace):
    do(first(workspace, options={"epochs": 1, "seed": 3}, costly=True))
    other = first(workspace, options={"epochs": 2, "seed": 3}, costly=True)
    with pytest.raises(BuildError, match=r"other options \(epochs\).*--again first"):
        other.is_done()
    assert (workspace.root / "first.bin").exists()
    steps.forget(workspace, ["first"])
    assert not do(other)


def test_costly_results_without_a_record_are_not_thrown_away(workspace):
    (workspace.root / "first.bin").write_text("days of work")
    with pytest.raises(BuildError, match="no record of how it was made"):
        first(workspace, costly=True).is_done()
    assert (workspace.root / "first.bin").read_text() == "days of work"


def test_a_record_cut_in_half_is_no_record(workspace):
    do(first(workspace))
    record = workspace.root / "records" / "first.json"
    record.write_text(record.read_text()[:40])
    assert not do(first(workspace))


def test_a_step_without_what_it_reads_says_so(workspace):
    with pytest.raises(BuildError, match=r"first.bin: not there yet"):
        second(workspace).is_done()


def test_records_that_fit_together_are_given(workspace):
    do(first(workspace, options={"epochs": 1})), do(second(workspace))
    found = steps.check(workspace, ["first", "second"])
    assert found["first"]["inputs"]["options"] == {"epochs": 1}
    assert list(found["second"]["inputs"]["data"]) == ["first.bin"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda w: (w.root / "second.bin").write_text("x"), "second.bin is another than `second` made"),
        (lambda w: (w.root / "second.bin").unlink(), "second.bin is another than `second` made"),
        (lambda w: do(first(w, options={"epochs": 2}), "y"), "first.bin is another than `second` read"),
        (lambda w: steps.forget(w, ["second"]), "`second` isn't finished"),
        (lambda w: second(w, options={"epochs": 2}).is_done(), "`second` isn't finished"),
    ],
    ids=["result changed", "result removed", "step before done anew", "again", "cut off"],
)
def test_records_that_do_not_fit_together_are_reported(workspace, spoil, words):
    do(first(workspace)), do(second(workspace))
    spoil(workspace)
    with pytest.raises(BuildError, match=words):
        steps.check(workspace, ["first", "second"])


def test_a_large_file_is_not_read_again_while_it_is_the_same(workspace):
    do(first(workspace))
    kept = workspace.root / "records" / "hashes.json"
    known = json.loads(kept.read_text())
    assert str((workspace.root / "first.bin").resolve()) in known
    kept.write_text("{ half")
    assert do(first(workspace))


@pytest.mark.parametrize(
    ("command", "again", "forgotten"),
    [
        (["evaluate"], "evaluate", ["evaluate"]),
        (["dataset"], "dataset", ["dataset"]),
        (["folds"], "folds", steps.FOLD_STEPS),
        (["all", "--out", "o"], "calibrate", ["calibrate", "evaluate", "bundle"]),
    ],
)
def test_only_what_the_command_does_is_forgotten(tmp_path, command, again, forgotten):
    given = cli._parser().parse_args([*command, "--work", str(tmp_path), "--again", again])
    cli._forget(given, Workspace(tmp_path))
    assert {path.stem for path in (tmp_path / "records").iterdir()} == set(forgotten)


@pytest.mark.parametrize("command", ["evaluate --again train", "groups --again train", "folds --again train"])
def test_a_finished_training_is_not_marked_by_a_command_that_does_not_train(tmp_path, capsys, command):
    with pytest.raises(SystemExit):
        cli.main([*command.split(), "--work", str(tmp_path)])
    assert "--again" in capsys.readouterr().err
    assert not (tmp_path / "records").exists()


def test_a_refused_command_forgets_nothing(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "file").touch()
    own, work = str(tmp_path / "own"), str(tmp_path / "work")
    assert cli.main(["all", "--data", own, "--out", own, "--work", work, "--again", "train"]) == 2
    assert not (tmp_path / "work").exists()


def test_a_step_of_another_name_is_advised_by_its_command(workspace):
    for step, command in (("classes", "dataset"), ("fold-2", "folds")):
        with pytest.raises(BuildError, match=f"`{command}` isn't finished; run `dermapoint-build {command}`"):
            steps.check(workspace, [step])
