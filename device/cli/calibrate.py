"""`dermapoint calibrate`: white, scale, focus, show, undo and target."""

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device.cli.commands import Commands, add_json, settings_of
from device.errors import CalibrationError
from device.settings import Settings
from device.words import say

if TYPE_CHECKING:
    from device.optics import OpticsStore

API = "/api/v1/calibration"

Action = Callable[[argparse.Namespace, Settings], None]

PATIENCE_SECONDS = 60.0
"""A small board searches a picture for a ruler for several seconds."""


def add_to(commands: Commands) -> None:
    """Add it, with its own commands."""
    group = commands.add_group("calibrate", "white balance, flat field, scale and focus")
    actions = group.add_subparsers(required=True, metavar="WHAT")

    def add(name: str, action: Action, text: str) -> argparse.ArgumentParser:
        command = actions.add_parser(name, parents=[commands.common], help=text, description=text)
        command.set_defaults(command=partial(_act, action))
        return command

    white = add("white", _white, "white balance and flat field from pictures of a white card")
    scale = add("scale", _scale, "millimetres per pixel from the printed target or a ruler")
    for command in (white, scale):
        command.add_argument(
            "pictures", nargs="*", type=Path, metavar="PICTURE",
            help="picture files; without any, the running daemon takes its own",
        )  # fmt: skip
        command.add_argument("--camera", default="", help="the camera that took the files (default: any)")
    scale.add_argument(
        "--spacing", type=float, default=1.0, metavar="MM", help="from tick to tick, or a square's side"
    )
    scale.add_argument(
        "--points", type=_points, metavar="X,Y,X,Y", help="two points in the picture, in its pixels"
    )
    scale.add_argument("--length", type=float, metavar="MM", help="the length between the two points")
    add("focus", _focus, "where the lens of a camera with autofocus is to stay; the running daemon finds it")
    show = add("show", _show, "what is in force, and what was before")
    add_json(show)
    undo = add("undo", _undo, "take the last calibration back")
    undo.add_argument("kind", nargs="?", default="", choices=["", "white", "scale", "focus"], metavar="KIND")
    target = add("target", _target, "write a sheet to print: checkerboard, ruler and a length to check it by")
    target.add_argument("--out", type=Path, required=True, metavar="FILE", help="a .pdf or .svg file")


def _act(action: Action, given: argparse.Namespace) -> int:
    action(given, settings_of(given))
    return 0


def _white(given: argparse.Namespace, settings: Settings) -> None:
    if not given.pictures:
        _ask(settings, "POST", "kind=white")
        return
    from device.images.decoder import Decoder
    from device.optics.white import measure_white

    with Decoder() as decoder:
        pictures = [decoder.read(path) for path in given.pictures]
    _keep(given, settings, measure_white(pictures), pictures[0])


def _scale(given: argparse.Namespace, settings: Settings) -> None:
    if (given.points is None) != (given.length is None):
        raise CalibrationError("points_without_length")
    if not given.pictures:
        if given.points is not None:
            raise CalibrationError("points_without_picture")
        _ask(settings, "POST", f"kind=scale&spacing={given.spacing}")
        return
    from device.images.decoder import Decoder
    from device.optics.scale import find_scale, scale_from_points

    if len(given.pictures) > 1:
        raise CalibrationError("one_picture_for_scale")
    with Decoder() as decoder:
        picture = decoder.read(given.pictures[0])
    if given.points is None:
        _keep(given, settings, find_scale(picture, given.spacing), picture)
    else:
        first, second = given.points[:2], given.points[2:]
        _keep(given, settings, scale_from_points(picture.shape[1], first, second, given.length), picture)


def _focus(given: argparse.Namespace, settings: Settings) -> None:
    _ask(settings, "POST", "kind=focus")


def _show(given: argparse.Namespace, settings: Settings) -> None:
    store = _store(settings)
    optics, history = store.current(), store.history()
    if given.json:
        print(json.dumps(optics.describe() | {"history": [each.describe() for each in history]}))
        return
    print(f"In force: {optics.name or 'nothing; pictures are shown and classified as they come'}")
    for note in [*map(say, optics.notes), *optics.reminders(datetime.now(UTC), settings.calibration_days)]:
        print(note)
    for each in history:
        print(f"{each.title}{' (undone)' if each.undone else ''}: {describe(each.describe())}")


def _undo(given: argparse.Namespace, settings: Settings) -> None:
    store = _store(settings)
    undone = store.undo(given.kind)
    print(f"Undone: {undone.title}. In force: {store.current().name or 'nothing'}.")


def _target(given: argparse.Namespace, settings: Settings) -> None:
    from device.optics.target import write_target

    write_target(given.out)
    print(f"{given.out}: print it at 100 % and measure the line at its top before you use it.")


def _keep(given: argparse.Namespace, settings: Settings, value: Any, picture: Any) -> None:
    # The folder that is named may be a new one.
    store = _store(settings, may_begin=bool(given.state))
    height, width = picture.shape[:2]
    _tell(store.save(value, (width, height), given.camera).describe())


def _store(settings: Settings, may_begin: bool = False) -> "OpticsStore":
    from device.optics import OpticsStore
    from device.records.state_folder import check_begun

    if not may_begin:
        check_begun(settings.state)
    return OpticsStore(settings.state)


def _ask(settings: Settings, method: str, query: str) -> None:
    from device.client import ask

    _tell(ask(settings, method, f"{API}?{query}", PATIENCE_SECONDS))


def _tell(kept: dict[str, Any]) -> None:
    print(f"Saved {kept['kind']} calibration {kept['number']}: {describe(kept)}")
    print("If that is wrong, `dermapoint calibrate undo` takes it back.")


def describe(kept: dict[str, Any]) -> str:
    """A calibration's JSON in words."""
    if kept["kind"] == "white":
        return f"the darkest corner and channel is brightened {kept['largest_gain']:.2f} times"
    if kept["kind"] == "focus":
        return f"the lens stays at {kept['lens_position']:.2f} dioptres"
    width, columns = kept["width_mm"], kept["size"][0]
    return f"a picture is {width:.2f} mm wide, {width / columns:.4f} mm a pixel, by {kept['method']}"


def _points(text: str) -> tuple[float, ...]:
    numbers = tuple(float(number) for number in text.split(","))
    if len(numbers) != 4:
        raise ValueError(text)
    return numbers
