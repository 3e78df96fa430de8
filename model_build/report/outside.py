"""Sections on what other commands measured: robustness, the source probe, comparisons with other models."""

import shutil
from pathlib import Path

from model_build.metrics import in_words
from model_build.report.markdown import read_parts, read_pictures
from model_build.report.page import Part, Plot, Section, Table, Text
from model_build.report.robustness import draw_robustness, read_robustness, tabulate
from model_build.robustness.perturbations import PERTURBATIONS
from model_build.workspace import Workspace, read_json


def robustness(workspace: Workspace, out: Path) -> Section:
    """How much is left when the picture gets worse."""
    title = "Other cameras and faults of the picture"
    if not workspace.robustness.exists():
        return Section(
            title,
            [
                Text(
                    "Not measured yet: run `dermapoint-build robustness` on this work folder, then the "
                    "report again."
                )
            ],
        )
    found = read_robustness(workspace.robustness)
    draw_robustness(found, out / "robustness.png")
    head, rows = tabulate(found)
    return Section(
        title,
        [
            Plot(
                out / "robustness.png",
                "Balanced accuracy against strength, one panel for each way to spoil a picture.",
                f"{found.pictures} held-out pictures, spoilt in each way at five strengths. Dashed: the "
                "same pictures as they are; dotted: nine tenths of that. Blue is what another camera "
                "does, brown a fault. All is simulated: real cameras and real darker skin may be harder.",
            ),
            Table("Balanced accuracy by strength", head, rows),
            *_sheet(workspace, out),
        ],
    )


def _sheet(workspace: Workspace, out: Path) -> list[Part]:
    if not workspace.perturbations.exists():
        return []
    copy = Path(shutil.copy(workspace.perturbations, out / workspace.perturbations.name))
    words = f"One lesion as it is, then at strengths 1 to 5; rows from the top: {', '.join(PERTURBATIONS)}."
    return [Plot(copy, words, words)]


def sources_given_away(workspace: Workspace) -> Section:
    """How often a probe names the source of a picture from the features."""
    title = "Whether the features give the source away"
    if not workspace.source_probe.exists():
        return Section(
            title, [Text("Not measured yet: run `dermapoint-build probe`, then the report again.")]
        )
    rows = [
        [
            label,
            str(each["pictures"]),
            ", ".join(each["sources"]),
            in_words(each["named"], ".0%"),
            f"{each['chance']:.0%}",
        ]
        for label, each in read_json(workspace.source_probe).items()
    ]
    return Section(
        title,
        [
            Text(
                "A linear probe names the source of validation pictures of one class from the network's last "
                "features. The nearer to chance, the less the source can stand in for the lesion; the loss "
                "knows how often each source shows each class, so that naming the source helps nothing."
            ),
            Table(
                "Sources named, mean over the sources",
                ["class", "pictures", "sources", "named right", "by chance"],
                rows,
            ),
        ],
    )


def comparisons(results: Path, out: Path) -> Section:
    """Every table and plot in the folder `results`."""
    title = "Comparisons"
    texts = [path.read_text(encoding="utf-8") for path in sorted(results.glob("*.md"))]
    pictures = sorted(results.glob("*.png"))
    if not texts and not pictures:
        return Section(
            title, [Text(f"No comparisons here: the folder {results.name} holds no table and no plot.")]
        )
    said: dict[str, str] = {}
    parts: list[Part] = []
    for text in texts:
        said |= read_pictures(text)
        parts += read_parts(text)
    for picture in pictures:
        copy = out / f"comparison_{picture.name}"
        shutil.copy(picture, copy)
        words = said.get(picture.name) or picture.stem.replace("_", " ").replace("-", " ")
        parts.append(Plot(copy, words, words))
    return Section(title, parts)
