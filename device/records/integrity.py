"""Whether the pictures on disk are still those that were written."""

from hashlib import sha256

from device.errors import RecordsError
from device.records.database import Database
from device.records.examinations import Examinations
from device.records.pictures import Pictures


class Integrity:
    """Checks pictures against the SHA-256 kept of them.

    `faults` holds a sentence for each examination that the last checks found damaged, by its id.
    """

    def __init__(self, database: Database, pictures: Pictures) -> None:
        self._examinations, self._pictures = Examinations(database), pictures
        self._checked = 0
        self.faults: dict[str, str] = {}

    def check(self, examination_id: str) -> dict[int, str]:
        """What is wrong with which picture of the examination, by its number; empty when all is well.

        Numbers are those of frames, and `THUMBNAIL`. Raises RecordsError when the records can't be read.
        """
        wrong = {}
        for frame, digest, _ in self._examinations.pictures(examination_id):
            path = self._pictures.path(examination_id, frame)
            try:
                data = path.read_bytes()
            except OSError as error:
                wrong[frame] = f"{path.name} can't be read ({error.strerror}); restore it from a backup"
                continue
            found = sha256(data).digest()
            if digest is None:
                self._examinations.note_picture(examination_id, frame, found, len(data))
            elif digest != found:
                wrong[frame] = f"{path.name} has changed since it was taken; restore it from a backup"
        self.faults.pop(examination_id, None)
        if wrong:
            self.faults[examination_id] = "; ".join(wrong.values())
        return wrong

    def check_next(self) -> str | None:
        """Check the next examination in turn, from the oldest to the newest and again; its id, or None.

        Raises RecordsError when the records can't be read.
        """
        found = self._examinations.next_after(self._checked)
        self._checked, examination_id = found or (0, None)
        if examination_id:
            self.check(examination_id)
        return examination_id

    def find_strays(self) -> list[str]:
        """Names of picture files that no examination names: after a damaged database, or put there by hand.

        Nothing removes them on its own. Raises RecordsError when the records can't be read.
        """
        known = {
            self._pictures.path(examination, frame).name
            for examination, frame in self._examinations.all_pictures()
        }
        try:
            return sorted(path.name for path in self._pictures.folder.iterdir() if path.name not in known)
        except OSError as error:
            raise RecordsError(f"{self._pictures.folder}: can't be read ({error.strerror})") from error
