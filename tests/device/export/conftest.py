from dataclasses import replace
from datetime import timedelta

import cv2
import numpy as np
import pytest

from device.export import Order
from device.export.items import Collection
from device.export.writing import write
from device.optics import OpticsStore
from device.optics.scale import Scale
from device.records import Records
from device.records.values import Confirmation, Diagnosis, Sex

NAME, NOTE = "Żofia Müller-Ståhl", "told me about her holiday in Οία"


class Device:
    """A state folder with records in it, and exports of them."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.records = Records(folder)
        self.optics = OpticsStore(folder)

    def fill(self, examination, picture, count=3):
        """A person with a lesion, and examinations of which all but the last show it."""
        small = np.ascontiguousarray(cv2.resize(picture, (160, 120)))
        self.optics.save(Scale(14.2, "ruler"), (160, 120))
        person = self.records.persons.add(
            "P-1", name=NAME, birth_year=1961, sex=Sex.FEMALE, skin_type=2, notes=NOTE
        )
        known = Diagnosis("mel", Confirmation.HISTOPATHOLOGY, None, NOTE)
        lesion = self.records.lesions.add(
            person.id, label="mark", region="left-back-of-shoulder", notes=NOTE, diagnosis=known
        )
        ids = []
        for number in range(count):
            moment = examination.taken_at + timedelta(days=number)
            each = replace(
                examination,
                id=f"{moment:%Y%m%dT%H%M%S%f}-{number:04x}",
                taken_at=moment,
                frames=examination.frames * 2,
                optics=self.optics.current().name,
            )
            self.records.save(each, small, small[::-1].copy())
            self.records.note(each.id, NOTE)
            ids.append(each.id)
            if number < count - 1:
                self.records.assign(each.id, lesion.id)
        return ids

    def export(self, path, **asked):
        order = Order(path.suffix.removeprefix("."), **asked)
        collection = Collection(self.records, self.optics, order)
        written = write(self.records, collection, order, path, lambda done, of: None, 0)
        return path, written


@pytest.fixture
def open_device(tmp_path):
    devices = []

    def open_device(name):
        devices.append(Device(tmp_path / name))
        return devices[-1]

    yield open_device
    for device in devices:
        device.records.close()


@pytest.fixture
def device(open_device, examination, picture):
    device = open_device("here")
    device.ids = device.fill(examination, picture)
    return device
