"""Where the pictures of examinations lie."""

import re
from collections.abc import Iterable
from pathlib import Path

from device.errors import RecordsError
from device.images import MOST_KEPT_PIXELS, RGBImage
from device.images.decoder import Decoder
from device.records import files

THUMBNAIL = -1
"""The number under which the small picture of an examination is known, beside its frames from 0 on."""
OVERVIEW = -2
"""The number of the photograph that shows where on the body it is."""

_SUFFIXES = {THUMBNAIL: ".small", OVERVIEW: ".overview", 0: ""}

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}")


def is_id(text: str) -> bool:
    """Whether an examination can be called so."""
    return _ID.fullmatch(text) is not None


class Pictures:
    """The folder of JPEG files; the first frame is `ID.jpg`, the others `ID.1.jpg` and on.

    Beside them lie `ID.small.jpg` and, where one was taken, `ID.overview.jpg`.

    Raises RecordsError for an id that isn't fit for a file name.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self._decoder = folder, Decoder(MOST_KEPT_PIXELS)

    def path(self, examination_id: str, frame: int) -> Path:
        """Where a frame lies, the thumbnail (`THUMBNAIL`) or the overview (`OVERVIEW`)."""
        if not is_id(examination_id):
            raise RecordsError("no_examination_id", id=examination_id[:60])
        return self.folder / f"{examination_id}{_SUFFIXES.get(frame, f'.{frame}')}.jpg"

    def pixels(self, examination_id: str, frame: int, reduced: int = 1) -> RGBImage:
        """A picture decoded, its sides divided by `reduced` (1, 2, 4 or 8).

        In a process of its own: it may have come from elsewhere. Raises ImageError when it can't be.
        """
        return self._decoder.read(self.path(examination_id, frame), reduced)

    def close(self) -> None:
        """End what decodes."""
        self._decoder.close()

    def remove(self, examination_id: str, frames: Iterable[int]) -> None:
        """Delete files, finished or not; when this returns, a loss of power can't bring them back."""
        files.remove(self.path(examination_id, frame) for frame in frames)
        files.sync_folder(self.folder)

    def remove_all(self, examination_ids: Iterable[str]) -> None:
        """Delete whatever lies here of these examinations, finished or not."""
        doomed = set(examination_ids)
        if doomed:
            for path in self.folder.iterdir():
                if path.name.partition(".")[0] in doomed:
                    path.unlink(missing_ok=True)
            files.sync_folder(self.folder)
