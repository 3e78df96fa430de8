"""What every step read and made, written down, so that nothing stale is taken for done.

A step says what it depends on, and asks before it works:

    step = Step(
        workspace, "calibrate",
        reads=[workspace.tflite, workspace.split],   # files; their SHA-256 is compared
        options={"share": 0.95},                     # all that the command was given; JSON
        code=["calibrate.py"],                       # its own modules, below model_build
        makes=[workspace.calibration],               # its results
        leavings=[workspace.root / "calibrate"],     # what it resumes from
    )
    if step.is_done():
        return
    ...                                              # resume from `leavings`: they fit
    step.finish()

The record lies in `records/NAME.json` of the work folder. A step that was cut off goes on; one that was done
or begun with anything else is done anew, or, where it is `costly`, refused until `--again NAME` says so.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model_build.errors import BuildError
from model_build.split import FOLDS
from model_build.workspace import Workspace, read_json, write_json

FOLD_STEPS = [f"fold-{fold}" for fold in range(FOLDS)]
"""The steps of the command `folds`."""

DECISION = "../device/classifier/decision.py"
"""How the device decides, as the `code` of a step."""
QUALITY = "../device/quality"
"""How the device judges a picture, as the `code` of a step that reads its bounds too."""

_COMMANDS = {"classes": "dataset", **dict.fromkeys(FOLD_STEPS, "folds")}
"""The command that does a step, where it has another name."""

_PACKAGE = Path(__file__).parent
_AGAIN = "again"
_GIVEN = "given: "


@dataclass(frozen=True)
class Step:
    """One step of a work folder; see the module.

    `reads` and `makes` are files, `leavings` files or folders, `code` names of modules or packages below
    model_build. A `costly` step is never redone unasked; a `quiet` one
    doesn't say that it was done before.
    """

    workspace: Workspace
    name: str
    reads: Iterable[Path]
    makes: Iterable[Path]
    options: Mapping[str, Any] = field(default_factory=dict)
    code: Iterable[str] = ()
    leavings: Iterable[Path] = ()
    costly: bool = False
    quiet: bool = False

    def is_done(self) -> bool:
        """True, and says so, when the step was finished with the same; else makes it ready to begin or go on.

        Raises BuildError when a file that it reads is missing, or when it is costly and what is there was
        made with something else.
        """
        now = self.inputs()
        before = _read(self.workspace, self.name)
        made = _hashes(self.workspace, self.makes)
        if before.get("inputs") == now and before.get("made") in (None, made):
            if "made" in before and not self.quiet:
                print(f"{self.name}: done before ({self.workspace.root})")
            return "made" in before
        if changed := self._changed(before, now, made):
            if self.costly:
                raise BuildError(
                    f"{self.name}: {self.workspace.root} holds one with {changed}; "
                    f"--again {_command(self.name)} makes it anew, another --work keeps both"
                )
            print(f"{self.name}: made anew, the one before had {changed}")
        self._clear()
        write_json(_path(self.workspace, self.name), {"inputs": now})
        return False

    def inputs(self) -> dict[str, Any]:
        """What the step depends on as it is now: hashes of data and code, and the options.

        Raises BuildError when a file that it reads is missing.
        """
        for path in self.reads:
            if not path.exists():
                raise BuildError(f"{path}: not there yet; do the steps before `{_command(self.name)}` first")
        options = json.loads(json.dumps(self.options, default=str))
        return {
            "data": _hashes(self.workspace, self.reads),
            "options": options,
            "code": _hash_code(self.code),
        }

    def _changed(self, before: dict[str, Any], now: dict[str, Any], made: dict[str, str]) -> str:
        """What speaks against what is there, in words; nothing when it may be made anew without asking."""
        if _AGAIN in before or not any(path.exists() for path in (*self.makes, *self.leavings)):
            return ""
        if not before:
            return "no record of how it was made"
        return differences(before["inputs"], now) or "results that were changed since"

    def finish(self) -> None:
        """Write down what was made; the last act of a step."""
        inputs = _read(self.workspace, self.name)["inputs"]
        made = _hashes(self.workspace, self.makes)
        write_json(_path(self.workspace, self.name), {"inputs": inputs, "made": made})

    def _clear(self) -> None:
        for path in (*self.makes, *self.leavings):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def forget(workspace: Workspace, names: Iterable[str]) -> None:
    """Have the steps `names` done anew, whatever there is of them."""
    for name in names:
        write_json(_path(workspace, name), {_AGAIN: True})


def check(workspace: Workspace, names: Iterable[str]) -> dict[str, Any]:
    """The records of the steps `names`, which were all finished and fit together.

    Raises BuildError that names the step to do again: one without a record, one that was cut off, one whose
    results were changed, or one that read something else than what there is now.
    """
    records = {}
    for name in names:
        record = _read(workspace, name)
        command = _command(name)
        if "made" not in record:
            raise BuildError(
                f"{workspace.root}: `{command}` isn't finished; run `dermapoint-build {command}` first"
            )
        for verb, files in (("made", record["made"]), ("read", record["inputs"]["data"])):
            for file, digest in files.items():
                path = workspace.root / file
                if not file.startswith(_GIVEN) and (not path.exists() or _hash(workspace, path) != digest):
                    raise BuildError(
                        f"{workspace.root}: {file} is another than `{command}` {verb}; "
                        f"run `dermapoint-build {command}` again"
                    )
        records[name] = record
    return records


def check_split(workspace: Workspace, record: Path | None = None, command: str = "train") -> None:
    """Raise BuildError when a network was trained on another split than there is now.

    It may have learnt lesions that count as new to it there. It is that of `train`, or the one that
    `command` wrote the `record` of.
    """
    record = record or workspace.training_record
    trained = workspace.read(record, command, "split_sha256")["split_sha256"]
    if _hash(workspace, workspace.require(workspace.split, "dataset")) != trained:
        raise BuildError(
            f"{workspace.root}: the network was trained on another split than {workspace.split.name}; "
            f"run `dermapoint-build {command}` again"
        )


def check_model(workspace: Workspace, *names: str) -> None:
    """Raise BuildError unless the INT8 model and what the steps `names` made of it fit the split.

    `dataset` and `train` need no record of their own: they may have been done on another machine.
    """
    check_split(workspace)
    check(workspace, ["quantize", *names])


def hash_listing(files: Iterable[Path]) -> str:
    """SHA-256 of the names and sizes of `files`, for folders too large to be read each time."""
    listing = [[path.name, path.stat().st_size] for path in files]
    return hashlib.sha256(json.dumps(listing).encode()).hexdigest()


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """In which inputs `before` is another than `now`, in words; nothing when it isn't."""
    words = []
    for kind, values in now.items():
        old = before.get(kind, {})
        names = [name for name in {**old, **values} if old.get(name) != values.get(name)]
        if names:
            words.append(f"other {kind} ({', '.join(names)})")
    return " and ".join(words)


def _command(name: str) -> str:
    return _COMMANDS.get(name, name)


def _read(workspace: Workspace, name: str) -> dict[str, Any]:
    path = _path(workspace, name)
    try:
        return read_json(path) if path.exists() else {}
    except ValueError:
        # Half a record tells nothing: the step is done anew.
        return {}


def _path(workspace: Workspace, name: str) -> Path:
    folder = workspace.root / "records"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.json"


def _hashes(workspace: Workspace, paths: Iterable[Path]) -> dict[str, str]:
    """SHA-256 by name, empty for a file that isn't there; one from outside the work folder is a given one."""
    root = workspace.root.resolve()
    hashes = {}
    for path in paths:
        whole = path.resolve()
        name = (
            str(whole.relative_to(root))
            if whole.is_relative_to(root)
            else f"{_GIVEN}{whole.parent.name}/{whole.name}"
        )
        hashes[name] = _hash(workspace, path) if path.exists() else ""
    return hashes


def _hash(workspace: Workspace, path: Path) -> str:
    """The file's SHA-256. A large file isn't read again while its size and time are the same."""
    state = path.stat()
    kept = workspace.root / "records" / "hashes.json"
    known: dict[str, Any] = {}
    if kept.exists():
        try:
            known = read_json(kept)
        except ValueError:
            known = {}
    key, stamp = str(path.resolve()), [state.st_size, state.st_mtime_ns]
    if key in known and known[key][:2] == stamp:
        return str(known[key][2])
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_json(kept, {**known, key: [*stamp, digest]})
    return digest


def _hash_code(names: Iterable[str]) -> dict[str, str]:
    hashes = {}
    for name in names:
        path = _PACKAGE / name
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        hashes[name] = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return hashes
