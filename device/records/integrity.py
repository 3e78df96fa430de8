"""Whether the rows and pictures are still those that were written."""

from hashlib import sha256

from device.errors import RecordsError
from device.records.database import Database
from device.records.examinations import DAMAGED, Examinations
from device.records.hashes import sound
from device.records.pictures import Pictures, is_id


class Integrity:
    """Checks rows and pictures against the SHA-256 kept of them.

    `faults` holds a sentence for each examination, person and lesion that the last checks found
    damaged, by its id; `strays` are ids of pictures whose record was missing at the last look.
    """

    def __init__(self, database: Database, pictures: Pictures) -> None:
        self._examinations, self._pictures = Examinations(database), pictures
        self._checked = 0
        self._database = database
        self.faults: dict[str, str] = {}
        self.strays: list[str] = []

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
        said = list(wrong.values())
        if self._examinations.damaged_rows(examination_id):
            said.insert(0, DAMAGED.format(examination_id))
        self.faults.pop(examination_id, None)
        if said:
            self.faults[examination_id] = "; ".join(said)
        return wrong

    def check_persons_and_lesions(self) -> None:
        """Look for damaged ones among all of them. Raises RecordsError when the records can't be read."""
        for table in ("person", "lesion"):
            rows = self._database.read(f"SELECT id, {sound(table)} FROM {table}")
            for found, is_sound in rows:
                self.faults.pop(found, None)
                if not is_sound:
                    what = "a person" if table == "person" else "a lesion"
                    self.faults[found] = (
                        f"the record of {what} ({found}) is damaged; bring back what the copies hold:"
                        " dermapoint recover"
                    )

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
            raise RecordsError(f"{self._pictures.folder}: can't be read ({error.strerror})") from error
