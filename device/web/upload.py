"""Large bodies: taken only where one is expected and from whom it may come, and kept in the state folder."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from flask import request
from werkzeug.formparser import FormDataParser

from device.errors import DermapointError, ExportError
from device.web.refusal import refuse
from device.web.routing import WebApp, declared

LARGEST_BODY = 64 * 1024
"""Bytes, of all but uploads."""
_MOST_PARTS = 8
_LONGEST_FORM = 256 * 1024
"""Bytes of a form beside its files, and more than Werkzeug reads at once."""


@dataclass(frozen=True)
class Uploads:
    """`folder` makes the place for what is uploaded; `reserve` bytes of the disk stay free."""

    folder: Callable[[], Path]
    reserve: int

    def receive(self, most: int | None = None) -> tuple[Path, Mapping[str, str]]:
        """The body of the request, or the field `file` of its form, as a file, and the form's other fields.

        It has at most so many bytes (None: as many as there is room for). The caller removes the file.
        Raises ExportError when there is no room or no file.
        """
        room = self.room()
        if (request.content_length or 0) > room:
            raise ExportError("no_room_for_file")
        room = min(room, most or room)
        if (request.content_length or 0) > room:
            refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "file_too_large", most=room >> 20)
        request.max_content_length = room
        kept: list[Path] = []

        def keep(*_: Any, **__: Any) -> IO[bytes]:
            with NamedTemporaryFile(dir=self.folder(), prefix="upload-", delete=False) as file:
                kept.append(Path(file.name))
            return kept[-1].open("w+b")

        try:
            fields, path = _read_form(keep) if request.mimetype == "multipart/form-data" else _read_body(keep)
            if not path.stat().st_size:
                raise ExportError("no_file_sent")
        except BaseException as error:
            _remove(kept)
            if isinstance(error, OSError):
                raise ExportError("file_not_kept", error=error.strerror) from error
            raise
        _remove([other for other in kept if other != path])
        return path, fields

    def room(self) -> int:
        """How many bytes may come; they lie on the disk twice: as they arrive, and as the file that stays."""
        try:
            return max(0, (shutil.disk_usage(self.folder()).free - self.reserve) // 2)
        except (OSError, DermapointError):
            return 0


def install(app: WebApp) -> None:
    """Refuse large bodies where `app` declares no upload, also where no view would read them."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY

    @app.before_request
    def refuse_large_bodies() -> None:
        declaration = declared()
        if not (declaration and declaration.upload) and (request.content_length or 0) > LARGEST_BODY:
            refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large_here")


def _read_body(keep: Callable[..., IO[bytes]]) -> tuple[Mapping[str, str], Path]:
    with keep() as target:
        shutil.copyfileobj(request.stream, target)
    return request.args, Path(str(target.name))


def _read_form(keep: Callable[..., IO[bytes]]) -> tuple[Mapping[str, str], Path]:
    parser = FormDataParser(keep, _LONGEST_FORM, silent=False, max_form_parts=_MOST_PARTS)
    try:
        _, fields, files = parser.parse_from_environ(request.environ)
    except ValueError:
        refuse(HTTPStatus.BAD_REQUEST, "form_unreadable")
    for each in files.values():
        each.close()
    if "file" not in files:
        raise ExportError("no_file_sent")
    return fields, Path(str(files["file"].stream.name))


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
