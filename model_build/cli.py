"""The command `dermapoint-build`."""

import argparse
import errno
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from device.errors import DermapointError
from device.images import find_images
from device.settings import SHIPPED
from model_build.errors import BuildError
from model_build.native import messages_into
from model_build.options import OPTIONS
from model_build.sources import Folder
from model_build.steps import FOLD_STEPS, forget
from model_build.workspace import Workspace

if TYPE_CHECKING:
    from model_build.training.configuration import Configuration

# TensorFlow's notes on the processor say nothing to who builds a model.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

_FULL = (errno.ENOSPC, errno.EDQUOT)

Step = Callable[[argparse.Namespace, Workspace], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when all went well, 2 when it can't be done as asked."""
    given = _parser().parse_args(arguments)
    workspace = Workspace(given.work)
    try:
        for step in given.steps:
            with _quiet(workspace):
                step(given, workspace)
        return 0
    except DermapointError as error:
        print(f"dermapoint-build: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("dermapoint-build: stopped; the same command goes on from here", file=sys.stderr)
        return 130
    # Any: TensorFlow has errors of its own for a full disk.
    except Exception as error:
        if not _is_for_want_of_space(error):
            raise
        print(
            f"dermapoint-build: no space is left for {getattr(error, 'filename', None) or given.work}; "
            "make room, and the same command goes on from here",
            file=sys.stderr,
        )
        return 2


def _is_for_want_of_space(error: Exception) -> bool:
    return getattr(error, "errno", 0) in _FULL or any(os.strerror(code) in str(error) for code in _FULL)


def _quiet(workspace: Workspace) -> AbstractContextManager[None]:
    """Without TensorFlow's notes; before there is a work folder nothing needs it."""
    return messages_into(workspace.messages) if workspace.root.is_dir() else nullcontext()


# TensorFlow takes seconds to import: each step brings in only what it needs.
def _dataset(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.dataset import Options, prepare
    from model_build.taxonomy import DEFAULT, read_taxonomy

    options = Options(
        folders=_folders(given),
        demo_ids=frozenset(path.stem for path in find_images(SHIPPED / "frames")),
        twins=tuple(given.twins or ()),
        leave_out=tuple(given.leave_out or ()),
        search=not given.no_search,
        taxonomy=read_taxonomy(given.classes) if given.classes else DEFAULT,
    )
    prepare(options, workspace)


def _folders(given: argparse.Namespace) -> tuple[Folder, ...]:
    """Where the data is. Raises BuildError when no folder is given, or one with and without --squashed."""
    if not given.data and not given.squashed:
        raise BuildError("no pictures are given; give --data or --squashed their folder")
    plain, squashed = ({path.resolve() for path in paths or ()} for paths in (given.data, given.squashed))
    if both := sorted(plain & squashed):
        raise BuildError(f"{both[0]}: is given as --data and as --squashed; leave one of them out")
    return (*map(Folder, given.data or ()), *(Folder(path, squashed=True) for path in given.squashed or ()))


def _check_all(given: argparse.Namespace, workspace: Workspace) -> None:
    """Refuse what would stop a later step, before the time that the pictures take."""
    from model_build import backbones
    from model_build.bundle import check_place
    from model_build.outcomes import check_photos

    _folders(given)
    check_place(given.out, workspace)
    check_photos(given.photos or ())
    configuration = _configure(given)
    if not workspace.weights.exists():
        backbones.build(configuration.architecture, configuration.side, given.weights or backbones.IMAGENET)


def _configure(given: argparse.Namespace) -> "Configuration":
    """That of a network which may be shipped: a look's row with a change is refused."""
    from model_build.training.configuration import configure
    from model_build.training.look import refuse_change

    configuration = configure(given)
    refuse_change(given.configuration)
    return configuration


def _train(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.training.step import train

    train(workspace, given.weights or "imagenet", _configure(given))


def _folds(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.training.cross_fitting import folds

    folds(workspace, given.weights or "imagenet", _configure(given), given.scheduler)


def _look(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.training.configuration import configure
    from model_build.training.look import Change, look

    configuration = configure(given)
    change = Change.read(given.configuration)
    if given.without is not None:
        change = replace(change, without=tuple(given.without))
    if given.grey_world is not None:
        change = replace(change, grey_world=given.grey_world)
    look(workspace, given.name, given.weights or "imagenet", configuration, change)


def _rates(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.rates import rates

    rates(given.text)


def _pack(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.packing import pack

    pack(workspace, given.out)


def _unpack(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.packing import unpack

    unpack(given.packed, workspace)


def _foreign(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.foreign.learn import learn

    learn(workspace)


def _quantize(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.quantization.step import quantize

    quantize(workspace)


def _calibrate(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.calibrate import calibrate

    calibrate(workspace)


def _evaluate(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.evaluate import evaluate

    evaluate(workspace, given.photos or ())


def _edgetpu(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.edgetpu import edgetpu

    edgetpu(workspace)


def _bundle(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.bundle import describe_headline, make_bundle
    from model_build.marks import write_between_marks

    make_bundle(workspace, given.out)
    if given.readme:
        write_between_marks(given.readme, describe_headline(workspace.root))


def _report(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.report.make import report

    report(workspace, given.results, given.out)


def _describe(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.describe import describe

    describe(workspace, given.text)


def _groups(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.by_group import describe_groups

    describe_groups(workspace, given.text)


def _robustness(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.robustness.measure import robustness

    robustness(workspace)


def _saliency(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.saliency import saliency

    saliency(workspace, given.masks)


def _probe(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.source_probe import probe

    probe(workspace)


def _quality(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.quality.study import quality

    quality(workspace, given.bounds, given.docs)


def _measure(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.comparison import measure

    measure(workspace, given.name, given.results, given.prevalence, given.look, given.against)


def _compare(given: argparse.Namespace, workspace: Workspace) -> None:
    from model_build.comparison import compare

    compare(given.results)


def _site(given: argparse.Namespace, workspace: Workspace) -> None:
    from browser.site import write_site
    from device.classifier.bundle import load_bundle

    size = write_site(load_bundle(given.bundle), given.out)
    print(f"{given.out}: a page of {size / 1e6:.1f} MB; any web server can hold it")


STEPS: dict[str, tuple[Step, str]] = {
    "dataset": (_dataset, "check the pictures, preprocess them and split them by lesion"),
    "train": (_train, "fine-tune MobileNetV2: the head, then most of it"),
    "foreign": (_foreign, "learn to know a picture that shows no lesion"),
    "quantize": (_quantize, "make the full-integer INT8 model and hold it against the float model"),
    "calibrate": (_calibrate, "fit temperature and thresholds on validation lesions"),
    "evaluate": (_evaluate, "measure the INT8 model on held-out lesions"),
    "bundle": (_bundle, "put model, rules, figures and hashes into one folder for the device"),
}

MORE: dict[str, tuple[Step, str]] = {
    "describe": (_describe, "say what the data is: sources, diagnoses, counts, twins"),
    "folds": (_folds, "train a network for each fold, to compare recipes by and to learn from"),
    "look": (_look, "try a change in a short training run, to be measured against another"),
    "rates": (_rates, "time training on each backend of this machine, and the step in it by itself"),
    "pack": (_pack, "put the pictures into a few small files, to train on another machine"),
    "unpack": (_unpack, "make a work folder of what `pack` wrote"),
    "edgetpu": (_edgetpu, "check the INT8 model for a Coral Edge TPU, and compile it where the compiler is"),
    "groups": (_groups, "measure the INT8 model by skin tone, age, sex, body site and clinic"),
    "robustness": (_robustness, "measure the INT8 model under other cameras and faults"),
    "quality": (_quality, "find the bounds of a fit picture, and see what they catch"),
    "probe": (_probe, "see whether the features give away which source a picture is from"),
    "saliency": (_saliency, "see whether the saliency lies on the lesion, by expert masks"),
    "report": (_report, "show all that was measured as one page, with its plots as PNG"),
    "measure": (_measure, "measure a training run on lesions it had not learnt from, to be compared"),
    "compare": (_compare, "write the tables of all runs that were measured"),
    "site": (_site, "make the page that classifies in the browser, as files for any web server"),
}
"""What looks at a finished work folder, and isn't part of `all`."""


def _forget(given: argparse.Namespace, workspace: Workspace) -> None:
    """Have what the command does done anew, from the step --again on."""
    if given.again:
        due = given.does[given.does.index(given.again) :]
        forget(workspace, FOLD_STEPS if due == ["folds"] else due)


def _does(command: str) -> list[str]:
    """The steps of a command that are kept, and so can be done anew."""
    if command == "all":
        return list(STEPS)
    return [command] if command in STEPS or command == "folds" else []


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dermapoint-build",
        description="From dermatoscope pictures to a model bundle.",
        epilog="Each step goes on where it stopped; one of other data, options or code is done anew.",
    )
    commands = parser.add_subparsers(required=True, metavar="STEP")
    whole = {"all": (None, "all steps up to here, one after the other")}
    for name, (step, text) in {**STEPS, **whole, **MORE}.items():
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(
            steps=[_forget, step] if step else [_check_all, _forget, *(each for each, _ in STEPS.values())],
            does=(does := _does(name)),
            again=None,
            recipe="look" if name == "look" else "cpu",
        )
        command.add_argument(
            "--work",
            type=Path,
            default=Path("build/ham10000"),
            metavar="DIR",
            help="where intermediate results are kept (default: build/ham10000)",
        )
        if does:
            whose = "STEP and all that come after it" if len(does) > 1 else "it"
            command.add_argument(
                "--again", choices=does, metavar="STEP", help=f"do {whose} anew ({', '.join(does)})"
            )
        for option, (takers, properties) in OPTIONS.items():
            if name in takers:
                command.add_argument(option, **properties)
    return parser


if __name__ == "__main__":
    sys.exit(main())
