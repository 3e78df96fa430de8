"""Calibrations on disk, below `optics/` of the state folder: none is lost, the last can be undone."""

import json
import logging
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from device.classifier.preprocess import FIELD_ASPECT
from device.errors import CalibrationError
from device.message import Message
from device.optics.calibration import Calibration, Value, from_bytes, to_bytes
from device.optics.lens import Optics
from device.optics.scale import Scale
from device.records.files import make_private_folder, remove_leftovers, write_durably
from device.words import say

log = logging.getLogger(__name__)

# 0003-white.json, its gains 0003-white.npy, and once undone 0003-white.undone.json.
_NAME = re.compile(r"(\d{4,})-(white|scale|focus)(\.undone)?\.json")


class OpticsStore:
    """The calibrations of one state folder; opening and reading never fail.

    `camera` is the name of the camera in use, empty where any will do: a calibration that was made
    with another one is passed over. `use_camera` tells it later. What is damaged is passed over too, for
    the newest sound one of its kind or none, and `Optics.notes` says so.
    """

    def __init__(self, state: Path, camera: str = "") -> None:
        self.folder = state / "optics"
        self._camera = camera
        self._lock = threading.Lock()
        self._seen: object = None
        self._optics = Optics()

    def use_camera(self, name: str) -> None:
        """This camera is in use from now on."""
        with self._lock:
            if name != self._camera:
                self._camera, self._seen = name, None

    def current(self) -> Optics:
        """The optics in force: cheap, and it sees what another process saved or undid."""
        with self._lock:
            files = self._names()
            if files != self._seen:
                self._seen = files
                self._optics = self._load()
                for note in self._optics.notes:
                    log.warning("optics: %s", say(note))
            return self._optics

    def history(self) -> list[Calibration]:
        """Every sound calibration, newest first, undone ones too."""
        return [each for each in self._read(self._names()) if isinstance(each, Calibration)]

    def field_width_mm(self, name: str) -> float | None:
        """How wide the field was on the skin, by the calibrations that an examination names; or None.

        The field is the largest centred 4:3 part of a frame: what the page shows, and the network sees.
        """
        titles = name.split(", ")
        for each in self.history() if name else ():
            if isinstance(each.value, Scale) and each.title in titles:
                width, height = each.size
                return each.value.width_mm * min(1.0, height * FIELD_ASPECT / width)
        return None

    def save(
        self,
        value: Value,
        size: tuple[int, int],
        camera: str = "",
        metadata: dict[str, Any] | None = None,
        now: datetime | None = None,
    ) -> Calibration:
        """Keep a calibration and put it in force; when this returns, a loss of power can't undo it.

        Raises CalibrationError, and changes nothing, when it can't be read back or written.
        """
        with self._lock:
            number = 1 + max((int(name[:-5].split("-")[0]) for name in self._names()), default=0)
            made_at = now or datetime.now(UTC)
            calibration = Calibration(number, made_at, camera, size, value, _plain(metadata or {}))
            text, gains = to_bytes(calibration)
            from_bytes(text, gains, undone=False)
            path = self.folder / f"{number:04d}-{calibration.kind}.json"
            # The JSON comes last: without it the gains are not there.
            contents = ({path.with_suffix(".npy"): gains} if gains else {}) | {path: text}
            try:
                self.folder.parent.mkdir(parents=True, exist_ok=True)
                make_private_folder(self.folder)
                remove_leftovers(self.folder)
                write_durably(contents)
            except OSError as error:
                raise CalibrationError("calibration_not_saved", folder=self.folder, error=error) from error
            return calibration

    def undo(self, kind: str = "") -> Calibration:
        """Take the last calibration (of a kind) out of force, so that the one before it is again.

        Raises CalibrationError when there is none or the disk refuses. A damaged one is undone too,
        without a date.
        """
        with self._lock:
            standing = [name for name in self._standing() if kind in name]
            if not standing:
                raise CalibrationError("no_such_to_undo" if kind else "nothing_to_undo", kind=kind)
            path = self.folder / standing[0]
            calibration = self._read_file(path)
            try:
                write_durably({path.with_suffix(".undone.json"): path.read_bytes()})
                path.unlink()
            except OSError as error:
                raise CalibrationError("calibration_not_undone", path=path, error=error) from error
            log.info("optics: undid %s", path.stem)
            if isinstance(calibration, Message):
                raise CalibrationError("undone_damaged", calibration=calibration)
            return replace(calibration, undone=True)

    def _load(self) -> Optics:
        found: dict[str, Calibration] = {}
        notes = []
        for each in self._read(self._standing()):
            if isinstance(each, Message):
                notes.append(Message("older_calibration_used", calibration=each))
            elif each.kind in found:
                continue
            elif each.camera and self._camera and each.camera != self._camera:
                notes.append(
                    Message(
                        "calibration_of_other_camera",
                        calibration=each.title,
                        made_with=each.camera,
                        camera=self._camera,
                    )
                )
            else:
                found[each.kind] = each
        return Optics(found.get("white"), found.get("scale"), found.get("focus"), tuple(notes))

    def _read(self, names: list[str]) -> Iterator[Calibration | Message]:
        """Each calibration, or the message that says why it can't be one."""
        for name in names:
            yield self._read_file(self.folder / name)

    def _read_file(self, path: Path) -> Calibration | Message:
        undone = path.name.endswith(".undone.json")
        gains = path.with_name(path.name.removesuffix(".json").removesuffix(".undone") + ".npy")
        try:
            return from_bytes(path.read_bytes(), gains.read_bytes() if gains.exists() else b"", undone)
        except OSError as error:
            return Message("calibration_unreadable", path=str(path), error=error.strerror)
        except CalibrationError as error:
            return Message("calibration_of_file", path=str(path), error=error.message)

    def _standing(self) -> list[str]:
        return [name for name in self._names() if ".undone" not in name]

    def _names(self) -> list[str]:
        """The names of all calibrations, newest first."""
        try:
            names = [path.name for path in self.folder.iterdir() if _NAME.fullmatch(path.name)]
        except OSError:
            return []
        return sorted(names, key=lambda name: int(name.split("-")[0]), reverse=True)


def _plain(metadata: dict[str, Any]) -> dict[str, Any]:
    """What JSON can hold of a camera's metadata."""
    plain: dict[str, Any] = json.loads(json.dumps(metadata, default=str))
    return plain
