"""How well two pictures of one lesion are compared, over HAM10000: `python -m tools.pairs --data FOLDER`.

A pair are the first two pictures of a lesion, a false pair its first and the first of the next. The true
scale between two pictures isn't known there, so sizes are compared at the scale of the alignment.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from device.compare import COLOUR_NOISE, SIZE_NOISE, Comparison, compare
from device.compare.outline import Mask, outline
from device.compare.picture import HEIGHT, WIDTH, Picture, to_picture
from device.images import read_image
from model_build.sources import Folder, read_folders

_BEGIN, _END = "<!-- figures -->", "<!-- end of figures -->"


@dataclass(frozen=True)
class Measured:
    """A pair's comparison, and that of the false pair."""

    found: Comparison
    of_two: Comparison


def measure_pairs(lesions: list[list[Path]]) -> list[Measured]:
    """Compare the first two pictures of each lesion, and its first with the next one's."""
    measured = []
    for paths, others in zip(tqdm(lesions), [*lesions[1:], lesions[0]], strict=True):
        first, second, other = (_picture(each) for each in (*paths[:2], others[0]))
        measured.append(Measured(compare(first, second, None), compare(first, other, None)))
    return measured


def describe(measured: list[Measured]) -> list[str]:
    """The figures of pairs as lines of a Markdown table."""
    found = [each.found for each in measured]
    grown = [abs(share) for each in found if (share := _grown(each)) is not None]
    colours = [each.colour for each in found if each.colour is not None]
    return [
        f"| laid over each other | {_share(each.alignment is not None for each in found)} |",
        "| two lesions wrongly laid over each other |"
        f" {_share(each.of_two.alignment is not None for each in measured)} |",
        f"| called different: of one lesion, of two | {_share(each.looks_different for each in found)},"
        f" {_share(each.of_two.looks_different for each in measured)} |",
        f"| outlined in both | {len(colours) / len(found):.1%} |",
        f"| size comparable, of all pairs | {len(grown) / len(found):.1%} |",
        f"| change of the longest diameter: median, 90 %, 95 % of pairs | {_quantiles(grown, '.1%')} |",
        f"| difference of colour: median, 90 %, 95 % of pairs | {_quantiles(colours, '.1f')} |",
        f"| called a change: of size, of colour | {_share(each >= SIZE_NOISE for each in grown)},"
        f" {_share(each >= COLOUR_NOISE for each in colours)} |",
    ]


def compare_masks(pictures: list[Path], masks: Path) -> list[str]:
    """How the outlines agree with the experts' (Dice, 1945, doi:10.2307/1932409)."""
    agree = []
    for path in tqdm(pictures):
        ours, theirs = outline(_picture(path)), masks / f"{path.stem}.png"
        if ours and theirs.is_file():
            expert = cv2.imread(str(theirs), cv2.IMREAD_GRAYSCALE)
            drawn = cv2.resize(expert, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST) > 127
            agree.append(_dice(ours.mask, np.asarray(drawn, np.uint8)))
    median, lowest = np.quantile(agree, (0.5, 0.1))
    return [f"| Dice with the experts' outlines: median, lowest tenth | {median:.2f}, {lowest:.2f} |"]


def main() -> None:
    """Measure, print, and write into the document that is named."""
    parser = argparse.ArgumentParser(prog="python -m tools.pairs", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="HAM10000: its table and pictures")
    parser.add_argument("--masks", type=Path, help="the experts' outlines, ISIC_*.png")
    parser.add_argument("--skip", type=int, default=0, help="leave out so many lesions")
    parser.add_argument("--every", type=int, default=1, help="and of the others take every so many")
    parser.add_argument("--most", type=int, default=1000, help="measure at most so many lesions")
    parser.add_argument("--into", type=Path, metavar="FILE", help="a Markdown file with a place for them")
    given = parser.parse_args()
    by_lesion: dict[str, list[Path]] = defaultdict(list)
    for each in read_folders([Folder(given.data)]).pictures:
        by_lesion[each.lesion_id].append(each.path)
    several = [paths for _, paths in sorted(by_lesion.items()) if len(paths) > 1]
    lesions = several[given.skip :: given.every][: given.most]
    lines = [f"| {len(lesions)} lesions, two pictures each | |", "|---|---|"]
    lines += describe(measure_pairs(lesions))
    if given.masks:
        lines += compare_masks([paths[0] for paths in lesions], given.masks)
    table = "\n".join(lines)
    print(table)
    if given.into:
        head, _, rest = given.into.read_text().partition(_BEGIN)
        given.into.write_text(f"{head}{_BEGIN}\n{table}\n{_END}{rest.partition(_END)[2]}")


def _picture(path: Path) -> Picture:
    frame = read_image(path)
    # Smaller ones come from HAM10000 reduced; a device's frames are larger.
    if frame.shape[1] < WIDTH:
        frame = np.asarray(cv2.resize(frame, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR), np.uint8)
    return to_picture(frame)


def _grown(found: Comparison) -> float | None:
    scale = found.alignment.scale if found.alignment else None
    return Comparison(found.first, found.second, found.alignment, scale).grown


def _share(flags: Iterable[bool]) -> str:
    return f"{np.mean(list(flags)):.1%}"


def _quantiles(values: list[float], form: str) -> str:
    return ", ".join(format(float(each), form) for each in np.quantile(values, (0.5, 0.9, 0.95)))


def _dice(one: Mask, other: Mask) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


if __name__ == "__main__":
    main()
