import pytest

from device.images import read_image
from model_build.errors import BuildError
from model_build.report import outside
from model_build.report.page import Plot, Table, Text
from model_build.report.robustness import kept, read_robustness
from model_build.report.sections import describe_saliency
from model_build.workspace import Workspace, write_json
from tests.conftest import BUNDLE, SHIPPED

MEASURED = {
    "clean": 0.8,
    "pictures": 70,
    "perturbations": {
        "blur": {
            "family": "fault",
            "balanced_accuracy": [0.8, 0.7, 0.6, 0.5, 0.4],
            "refused": [0, 0, 0.1, 0.2, 0.3],
        },
        "white balance": {
            "family": "camera",
            "balanced_accuracy": [0.8, 0.79, 0.76, 0.7, 0.6],
            "refused": [0, 0, 0, 0, 0],
        },
    },
}


def test_robustness_that_was_not_measured_says_how_to(tmp_path):
    (text,) = outside.robustness(Workspace(tmp_path), tmp_path).parts
    assert "run `dermapoint-build robustness`" in text.text


def test_robustness_becomes_a_plot_and_a_table_cameras_first(tmp_path):
    workspace = Workspace(tmp_path)
    write_json(workspace.robustness, MEASURED)
    plot, table = outside.robustness(workspace, tmp_path).parts
    assert read_image(plot.path).shape[0] > 200
    assert "70 held-out pictures" in plot.text
    camera = ["white balance", "another camera", "0.800", "0.790", "0.760", "0.700", "0.600", "95%", "0%"]
    assert table.rows[0] == camera
    assert table.rows[1][-2:] == ["75%", "30%"]
    assert len(table.head) == len(camera)


def test_what_is_kept_is_measured_at_the_middle_strength(tmp_path):
    write_json(tmp_path / "r.json", MEASURED)
    robustness = read_robustness(tmp_path / "r.json")
    assert [kept(each, robustness.clean) for each in robustness.perturbations] == pytest.approx([0.95, 0.75])


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"clean": 1, "pictures": 1, "perturbations": {}}'])
def test_robustness_that_is_none_is_reported(tmp_path, content):
    (tmp_path / "robustness.json").write_text(content)
    with pytest.raises(BuildError, match="run `dermapoint-build robustness` again"):
        read_robustness(tmp_path / "robustness.json")


def test_missing_comparisons_say_so(tmp_path):
    (text,) = outside.comparisons(tmp_path / "results", tmp_path).parts
    assert "holds no table and no plot" in text.text


def test_every_table_and_plot_of_the_results_is_there(tmp_path):
    results, out = tmp_path / "results", tmp_path / "out"
    results.mkdir()
    out.mkdir()
    for name in ("costs.png", "other_plot.png"):
        (results / name).write_bytes((SHIPPED / "bundle" / "confusion.png").read_bytes())
    (results / "a.md").write_text(
        "Words.\n\n| model | size |\n|---|---|\n| Lite0 | 4 MB |\n\n![What it costs](costs.png)\n"
    )
    assert outside.comparisons(results, out).parts == [
        Text("Words."),
        Table("", ["model", "size"], [["Lite0", "4 MB"]]),
        Plot(out / "comparison_costs.png", "What it costs", "What it costs"),
        Plot(out / "comparison_other_plot.png", "other plot", "other plot"),
    ]
    assert (out / "comparison_costs.png").exists()


def test_the_sheet_of_perturbations_is_shown_where_it_is(tmp_path):
    workspace = Workspace(tmp_path)
    write_json(workspace.robustness, MEASURED)
    before = len(outside.robustness(workspace, tmp_path).parts)
    workspace.perturbations.write_bytes((BUNDLE / "confusion.png").read_bytes())
    out = tmp_path / "out"
    out.mkdir()
    parts = outside.robustness(workspace, out).parts
    assert len(parts) == before + 1
    assert parts[-1].path.read_bytes() == workspace.perturbations.read_bytes()


def test_the_saliency_on_lesions_is_in_words_and_what_to_run_without_it(tmp_path):
    workspace = Workspace(tmp_path)
    assert "dermapoint-build saliency" in describe_saliency(workspace)
    figure = {"value": 0.5, "low": 0.4, "high": 0.6}
    names = ("saliency_on_lesion", "peak_on_lesion", "lesion_share_of_field")
    write_json(workspace.saliency, {"pictures": 9, **dict.fromkeys(names, figure)})
    assert "50% (40% to 60%) of the evidence lies on the lesion" in describe_saliency(workspace)
