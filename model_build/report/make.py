"""The command `report`: from a finished work folder to one page and its plots."""

from pathlib import Path

from model_build.report import outside, sections, skill
from model_build.report.held_out import read_held_out
from model_build.report.page import write_page
from model_build.steps import check_model
from model_build.workspace import Workspace

PAGE = "report.html"


def report(workspace: Workspace, results: Path, out: Path) -> None:
    """Write `out`/report.html and its plots.

    `results` is a folder of comparison tables and plots, left out when it isn't there. Raises
    BuildError when an earlier step is missing, or they don't fit together.
    """
    workspace.require(workspace.metrics, "evaluate")
    check_model(workspace, "calibrate", "evaluate")
    held = read_held_out(workspace)
    out.mkdir(parents=True, exist_ok=True)
    contents = [
        sections.in_short(workspace),
        sections.data_and_split(workspace, out),
        sections.training(workspace, out),
        skill.confusion(held, out),
        skill.curves(held, out),
        skill.calibration(held, out),
        skill.triage(held, out),
        skill.groups(held, out),
        outside.robustness(workspace, out),
        outside.sources_given_away(workspace),
        sections.examples(workspace, held, out),
        outside.comparisons(results, out),
        sections.sources(workspace),
    ]
    write_page("Dermapoint: the model in pictures", contents, out / PAGE)
    print(f"report: {out / PAGE}")
