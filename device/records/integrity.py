"""Whether the rows and pictures are still those that were written."""

from hashlib import sha256

from device.errors import RecordsError
from device.message import Message, joined
from device.records.database import Database
from device.records.examinations import Examinations
from device.records.hashes import sound
from device.records.pictures import Pictures, is_id

_SUBJECTS = ("person", "lesion", "consent")


class Integrity:
    """Checks rows and pictures against the SHA-256 kept of them.

    `faults` holds what is wrong with each examination, person and lesion that the last checks found
    damaged, by its id; `strays` are ids of pictures whose record was missing at the last look.
    """

    def __init__(self, database: Database, pictures: Pictures) -> None:
        self._examinations, self._pictures = Examinations(database), pictures
        self._checked = 0
        self._database = database
        self.faults: dict[str, Message] = {}
        self.strays: list[str] = []

    def check(self, examination_id: str) -> dict[int, Message]:
        """What is wrong with which picture of the examination, by its number; empty when all is well.

        Numbers are those of frames, and `THUMBNAIL`. Raises RecordsError when the records can't be read.
        """
        wrong = {}
        for frame, digest, _ in self._examinations.pictures(examination_id):
            path = self._pictures.path(examination_id, frame)
            try:
                data = path.read_bytes()
            except OSError as error:
                wrong[frame] = Message("picture_unreadable", name=path.name, cause=error.strerror)
                continue
            found = sha256(data).digest()
            if digest is None:
                self._examinations.note_picture(examination_id, frame, found, len(data))
            elif digest != found:
                wrong[frame] = Message("picture_changed", name=path.name)
        found_wrong = list(wrong.values())
        if self._examinations.damaged_rows(examination_id):
            found_wrong.insert(0, Message("examination_damaged", id=examination_id))
        self.faults.pop(examination_id, None)
        if found_wrong:
            self.faults[examination_id] = joined(found_wrong)
        return wrong

    def check_persons_and_lesions(self) -> None:
        """Look for damaged ones among all of them, and among consents.

        Raises RecordsError when the records can't be read.
        """
        for table in _SUBJECTS:
            rows = self._database.read(f"SELECT id, {sound(table)} FROM {table}")
            for found, is_sound in rows:
                self.faults.pop(found, None)
                if not is_sound:
                    self.faults[found] = Message(f"{table}_damaged", id=found)

    def check_next(self) -> str | None:
        """Check the next examination in turn, from the oldest to the newest and again; its id, or None.

        Raises RecordsError when the records can't be read.
        """
        found = self._examinations.next_after(self._checked)
        self._checked, examination_id = found or (0, None)
        if examination_id:
            self.check(examination_id)
        return examination_id

    def find_ids_without_record(self) -> list[str]:
        """Ids of examinations whose pictures are here, but no record of them. Raises RecordsError."""
        unfinished = set(self._examinations.unsettled())
        ids = {name.partition(".")[0] for name in self.find_strays()}
        known = {examination for examination, _ in self._examinations.all_pictures()}
        self.strays = sorted(each for each in ids - known - unfinished if is_id(each))
        return self.strays

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
            raise RecordsError("folder_unreadable", folder=self._pictures.folder, cause=error) from error
