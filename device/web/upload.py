"""Large bodies: let in only where one is expected and from whom it may come, and kept in the state folder."""

import copy
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, Any

from flask import abort, request
from waitress.buffers import FileBasedBuffer
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_cookie

from device.access import Access
from device.errors import DermapointError, ExportError
from device.web.auth import find_person, may
from device.web.parser import Parser
from device.web.routing import Declaration

UPLOADS = "uploads"
"""The name under which an app's extensions hold its Uploads."""

_MOST_PARTS = 8
_LONGEST_FORM = 256 * 1024
"""Bytes of a form beside its files, and more than Werkzeug reads at once."""


@dataclass(frozen=True)
class Uploads:
    """What may be uploaded: `routes` are the addresses where, and `folder` makes the place for it.

    `reserve` bytes of the disk stay free.
    """

    access: Access
    folder: Callable[[], Path]
    reserve: int
    routes: dict[str, Declaration] = field(default_factory=dict)

    def most(self, method: str, path: str, headers: Mapping[str, str]) -> int:
        """How long a body with these headers (in capitals, with underscores) may be; 0: as any other."""
        declaration = self.routes.get(path) if method == "POST" else None
        if declaration is None:
            return 0
        cookies = parse_cookie(headers.get("COOKIE", ""))
        # Whether it came encrypted isn't known yet; the view asks again, and knows.
        senders = (
            find_person(self.access, headers.get("AUTHORIZATION", ""), cookies, secure)
            for secure in (True, False)
        )
        return self._room() if any(may(person, declaration) for person in senders) else 0

    def receive(self) -> tuple[Path, Mapping[str, str]]:
        """The body of the request, or the field `file` of its form, as a file, and the form's other fields.

        The caller removes the file. Raises ExportError when there is no room or no file.
        """
        if (request.content_length or 0) > self._room():
            raise ExportError("there is no room for this file; free some space")
        kept: list[Path] = []

        def keep(*_: Any, **__: Any) -> IO[bytes]:
            with NamedTemporaryFile(dir=self.folder(), prefix="upload-", delete=False) as file:
                kept.append(Path(file.name))
            return kept[-1].open("w+b")

        try:
            fields, path = _read_form(keep) if request.mimetype == "multipart/form-data" else _read_body(keep)
            if not path.stat().st_size:
                raise ExportError("no file was sent; choose one")
        except BaseException as error:
            _remove(kept)
            if isinstance(error, OSError):
                raise ExportError(
                    f"the file could not be kept ({error.strerror}); free some space"
                ) from error
            raise
        _remove([other for other in kept if other != path])
        return path, fields

    def _room(self) -> int:
        """It comes to lie on the disk twice: as it arrives, and as the file that is kept."""
        try:
            return max(0, (shutil.disk_usage(self.folder()).free - self.reserve) // 2)
        except (OSError, DermapointError):
            return 0


def parser_class(uploads: Uploads) -> type[Parser]:
    """A parser for waitress whose bodies are as long as `uploads` lets them be."""

    class Roomy(Parser):
        """Looks at the headers before it takes the body."""

        adj: Any

        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            most = uploads.most(self.command, self.path, self.headers)
            if most > self.adj.max_request_body_size:
                self.adj = copy.copy(self.adj)
                self.adj.max_request_body_size = most
                if self.body_rcv is not None:
                    # In the state folder, since a Pi's /tmp may lie in its memory.
                    file = TemporaryFile(dir=uploads.folder())  # noqa: SIM115 - the channel closes it
                    self.body_rcv.buf = FileBasedBuffer(file)

    return Roomy


def _read_body(keep: Callable[..., IO[bytes]]) -> tuple[Mapping[str, str], Path]:
    with keep() as target:
        shutil.copyfileobj(request.stream, target)
    return request.args, Path(str(target.name))


def _read_form(keep: Callable[..., IO[bytes]]) -> tuple[Mapping[str, str], Path]:
    parser = FormDataParser(keep, _LONGEST_FORM, silent=False, max_form_parts=_MOST_PARTS)
    try:
        _, fields, files = parser.parse_from_environ(request.environ)
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST, "this form can't be read; send the file once more")
    for each in files.values():
        each.close()
    if "file" not in files:
        raise ExportError("no file was sent; choose one")
    return fields, Path(str(files["file"].stream.name))


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
