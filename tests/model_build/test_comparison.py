"""Rows of results/ and the commands that repeat them."""

import json
from argparse import Namespace
from pathlib import Path

import pytest

from model_build import comparison
from model_build.errors import BuildError
from model_build.options import OF_CONFIGURATION
from model_build.training.configuration import RECIPES, configure

RESULTS = Path(__file__).parents[2] / "results"
RUNS = sorted(RESULTS.glob("*.json"))


def given(**options):
    return Namespace(**dict.fromkeys((*OF_CONFIGURATION, "configuration", "epochs", "side")) | options)


@pytest.mark.parametrize("file", RUNS, ids=lambda file: file.stem)
def test_the_file_of_a_row_is_the_configuration_that_repeats_it(file):
    stored = json.loads(file.read_text())
    assert configure(given(configuration=file)).to_json() == as_read(stored["configuration"])
    assert len(stored["split_sha256"]) == 64


def as_read(configuration):
    """JSON has lists where a configuration has tuples."""
    return configuration | {"stages": tuple(configuration["stages"])}


def test_the_tables_are_those_of_the_files_beside_them(capsys):
    written = RESULTS / "README.md"
    assert written.read_text() == comparison.describe_runs([json.loads(file.read_text()) for file in RUNS])


def test_a_configuration_goes_through_json_and_options_change_it(tmp_path):
    file = tmp_path / "training.json"
    file.write_text(json.dumps({"configuration": RECIPES["gpu"].to_json()}))
    assert configure(given(configuration=file)) == RECIPES["gpu"]
    assert configure(given(configuration=file, batch=8)).batch == 8


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("rubbish", "can't be read as JSON"),
        ("[]", "holds no configuration"),
        ('{"configuration": {"stages": [{"name": "a"}]}}', "none of this version"),
    ],
)
def test_a_file_without_a_configuration_of_this_version_is_one_sentence(tmp_path, content, words):
    file = tmp_path / "run.json"
    file.write_text(content)
    with pytest.raises(BuildError, match=words):
        configure(given(configuration=file))


@pytest.mark.parametrize(
    "option",
    [
        {"epochs": 0},
        {"batch": 0},
        {"steps_per_epoch": 0},
        {"seed": -1},
        {"seed": 2**32},
        {"distilled": 2.0},
        {"distilled": float("nan")},
        {"averaging": 1.5},
        {"strength": -1.0},
        {"precision": "mixed_bfloat61"},
    ],
    ids=lambda option: "{}={}".format(*next(iter(option.items()))),
)
def test_an_option_that_would_fail_after_the_pictures_were_read_is_refused_at_once(option):
    (name,) = option
    with pytest.raises(BuildError, match=f"^--{name.replace('_', '-')} "):
        configure(given(recipe="cpu", **option))
