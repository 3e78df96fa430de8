import json

import numpy as np
import pytest

from device.images import read_image
from model_build import network, split
from model_build.cli import main
from model_build.comparison import measure
from model_build.workspace import Workspace, write_json
from tests.model_build.rows import row

LABELS = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")


def run(name, value, **more):
    figure = {"value": value, "low": value - 0.1, "high": value + 0.1}
    figures = {"balanced_accuracy": figure, "macro_auroc": {**figure, "value": 0.9}}
    return {"name": name, "part": "validation", "pictures": 9, "float": figures, **more}


def full(name, value):
    figures = run(name, value)["float"]
    more = {"int8": figures, "eight_views": figures, "agreement": 0.97, "bytes": 2_700_000, "of_shipped": 1.5}
    return run(name, value + 0.01, **more)


@pytest.fixture
def results(tmp_path):
    for group, runs in (
        ("balance", [run("none", 0.4), run("weights", 0.6)]),
        ("architectures", [full("A", 0.7)]),
    ):
        (tmp_path / group).mkdir()
        for each in runs:
            write_json(tmp_path / group / f"{each['name']}.json", each)
    return tmp_path


def test_tables_and_plots_come_from_the_saved_runs_alone(results, capsys):
    assert main(["compare", "--results", str(results)]) == 0
    text = (results / "README.md").read_text()
    architectures, balance = text.split("## Techniques against imbalance")
    table = [line for line in balance.splitlines() if line.startswith("|")]
    assert table[0] == "| run | balanced accuracy, float | macro AUROC |"
    assert [line.split(" | ")[0] for line in table[2:4]] == ["| weights", "| none"]
    assert "0.600 (0.500 to 0.700)" in table[2]
    assert "| A | 0.710 (0.610 to 0.810) | 0.700 (0.600 to 0.800) |" in architectures
    assert "97.0% | 2.70 MB | 1.50 |" in architectures
    for group in ("balance", "architectures"):
        assert read_image(results / f"{group}.png").std() > 5
        assert f"]({group}.png)" in text
    assert "levers" not in text


def test_nothing_to_compare_is_told(tmp_path, capsys):
    assert main(["compare", "--results", str(tmp_path)]) == 2
    assert "dermapoint-build measure" in capsys.readouterr().err


def test_fields_at_their_own_side_are_left_as_they_are(field):
    assert (measure.at_side(field[None], 224)[0] == field).all()
    small = measure.at_side(field[None], 96)
    assert small.shape == (1, 96, 96, 3)
    assert small.mean() == pytest.approx(field.mean(), abs=1)


@pytest.fixture
def trained(tmp_path, field):
    """A run at 96 pixels that never learnt, with two validation lesions a class."""
    workspace = Workspace(tmp_path / "work")
    workspace.root.mkdir()
    places = [(part, label) for part in ("train", "validation") for label in LABELS for _ in range(2)]
    rows = [row(f"i{n}", f"l{n}", label, part) for n, (part, label) in enumerate(places)]
    split.write(rows, workspace.split)
    turned = [np.roll(field, 9 * n, axis=1) for n in range(len(rows))]
    np.save(workspace.fields, np.stack(turned))
    network.build(None, 96).save_weights(workspace.weights)
    configuration = {"architecture": "mobilenetv2", "stages": [{"side": 96}]}
    write_json(workspace.training_record, {"configuration": configuration})
    return workspace


def test_a_run_is_measured_in_float_and_int8_at_its_own_side(trained, tmp_path):
    command = ["measure", "--work", str(trained.root), "--group", "architectures", "--name", "small"]
    assert main([*command, "--results", str(tmp_path)]) == 0
    written = json.loads((tmp_path / "architectures" / "small.json").read_text())
    assert written["side"] == 96
    assert written["pictures"] == 14
    for form in ("float", "int8", "eight_views"):
        value = written[form]["balanced_accuracy"]
        assert value["low"] <= value["value"] <= value["high"]
    assert 2e6 < written["bytes"] < 3.5e6
    assert 0 < written["of_shipped"] < 1
    assert 0 <= written["agreement"] <= 1
