"""DICOM objects: one Dermoscopic Photography Image of each examination's best frame.

The IOD is that of PS3.3 A.32.11 (2024c); every attribute of Type 1 and 2 of its mandatory modules is
there, those of Type 2 empty where the device doesn't know. The JPEG file goes in as it is.
"""

import re
from collections.abc import Iterable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from uuid import NAMESPACE_URL, uuid5
from zipfile import ZIP_STORED, ZipFile

from device import __version__
from device.errors import ExportError
from device.examination import Examination, Source
from device.export.formats import Shortfall, Task
from device.export.items import Item
from device.export.regions import BODY_PARTS, Code, code_of, shows_ridges
from device.images.head import Head, read_head
from device.records.values import Sex
from device.serialization import NOT_A_DEVICE

if TYPE_CHECKING:
    from pydicom import Dataset

_SOP_CLASS = "1.2.840.10008.5.1.4.1.1.77.1.7"
"""Dermoscopic Photography Image Storage (PS3.4, annex B.5)."""
_JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
_MACHINE = Path("/etc/machine-id")
_SEXES = {Sex.FEMALE: "F", Sex.MALE: "M", Sex.OTHER: "O", Sex.UNSAID: ""}
_LONGEST_NAME = 64
"""Characters of a PN component group and of an LO (PS3.5, 6.2)."""
_HASH = 16
_READABLE = _LONGEST_NAME - _HASH - 1
_PLAIN_ID = re.compile(rf"(?! )[^\\\x00-\x1f\x7f-\x9f]{{1,{_LONGEST_NAME}}}(?<! )")
_HASHED_ID = re.compile(rf" [0-9a-f]{{{_HASH}}}$")


def write_pictures(items: Iterable[Item], target: BinaryIO, task: Task) -> Shortfall:
    """The format dicom."""
    return Shortfall(tuple(write_dicom(items, target, task.order.named)))


def write_dicom(items: Iterable[Item], target: BinaryIO, named: bool) -> list[str]:
    """A ZIP of `.dcm` files; the names of pictures that were left out as damaged."""
    left_out = []
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for item in items:
            data = item.best.read()
            if data is None:
                left_out.append(item.best.path.name)
                continue
            archive.writestr(f"{item.examination.id}.dcm", to_dicom(item, data, named))
        archive.writestr("README.txt", _README)
    return left_out


def to_dicom(item: Item, picture: bytes, named: bool) -> bytes:
    """A DICOM file (PS3.10) of the examination and the JPEG file of its best frame.

    Raises ExportError when that isn't a baseline JPEG in three colours.
    """
    head = read_head(picture)
    if head is None or not head.baseline or head.colours != 3:
        raise ExportError("picture_not_baseline", id=item.examination.id)
    from pydicom import Dataset, FileMetaDataset, dcmwrite
    from pydicom.uid import UID

    data = Dataset()
    _common(data, item, named)
    _patient(data, item, named)
    _study(data, item)
    _equipment(data)
    _image(data, item)
    _pixels(data, head, picture, item.width_mm)
    _dermoscopic(data, item)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(_SOP_CLASS)
    meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    meta.TransferSyntaxUID = UID(_JPEG_BASELINE)
    meta.ImplementationClassUID = UID(_uid("implementation"))
    meta.ImplementationVersionName = f"DERMAPOINT {__version__}"[:16]
    data.file_meta = meta
    file = BytesIO()
    dcmwrite(file, data, enforce_file_format=True)
    return file.getvalue()


def _common(data: "Dataset", item: Item, named: bool) -> None:
    # What is told otherwise is another instance: an instance of one UID never changes (PS3.3, C.12.1).
    examination = item.examination
    about = (item.person, item.lesion, examination.overridden, named, item.width_mm)
    data.SpecificCharacterSet = "ISO_IR 192"
    data.SOPClassUID = _SOP_CLASS
    data.SOPInstanceUID = _uid("instance", examination.id, str(examination.best), repr(about))
    data.TimezoneOffsetFromUTC = "+0000"


def _patient(data: "Dataset", item: Item, named: bool) -> None:
    person = item.person
    data.PatientName = _name(person.name or person.pseudonym) if person else ""
    data.PatientID = _patient_id(person.pseudonym) if person else ""
    data.PatientBirthDate = ""
    data.PatientSex = _SEXES[person.sex] if person else ""
    if item.age is not None:
        data.PatientAge = f"{item.age:03d}Y"
    if not named:
        data.PatientIdentityRemoved = "YES"
        data.DeidentificationMethod = "Pseudonym in place of the name; no notes"


def _study(data: "Dataset", item: Item) -> None:
    taken = item.taken_at
    day, time = (f"{taken:%Y%m%d}", f"{taken:%H%M%S}") if taken else ("", "")
    # Without a date it can't be said which others are of the same visit.
    who = item.person.id if item.person and taken else item.examination.id
    data.StudyInstanceUID = _uid("study", who, day)
    data.StudyDate, data.StudyTime = day, time
    data.AccessionNumber = data.ReferringPhysicianName = ""
    data.StudyID = day
    data.Modality = "DMS"
    data.SeriesInstanceUID = _uid("series", item.examination.id)
    # Asked for by validators of before 2023; two pictures are never in one frame of reference.
    data.FrameOfReferenceUID = _uid("frame of reference", item.examination.id)
    data.PositionReferenceIndicator = ""
    data.SeriesNumber = item.line.number
    data.SeriesDescription = f"Dermapoint: {NOT_A_DEVICE.partition(' is ')[2]}"[:_LONGEST_NAME]


def _equipment(data: "Dataset") -> None:
    data.Manufacturer = "Dermapoint"
    data.ManufacturerModelName = "Dermapoint"
    data.DeviceSerialNumber = _serial_number()
    data.SoftwareVersions = __version__


def _image(data: "Dataset", item: Item) -> None:
    taken = item.taken_at
    data.InstanceNumber = 1
    data.ContentDate = data.ContentTime = ""
    if taken:
        data.ContentDate = data.AcquisitionDate = f"{taken:%Y%m%d}"
        data.ContentTime = data.AcquisitionTime = f"{taken:%H%M%S.%f}"
        data.AcquisitionDateTime = f"{taken:%Y%m%d%H%M%S.%f}+0000"
    data.PatientOrientation = ""
    data.ImageType = ["ORIGINAL", "PRIMARY"]
    data.BurnedInAnnotation = "NO"
    data.ImageComments = _say(item.examination)
    data.AcquisitionContextSequence = []
    key = item.lesion.region if item.lesion else ""
    region, side = code_of(key)
    anatomy = _coded(region)
    if not key:
        data.Laterality = ""
    if key in BODY_PARTS:
        data.BodyPartExamined = BODY_PARTS[key]
    if side:
        anatomy.AnatomicRegionModifierSequence = [_coded(side)]
        data.Laterality = side.meaning[0]
    data.AnatomicRegionSequence = [anatomy]


def _pixels(data: "Dataset", head: Head, picture: bytes, width_mm: float | None) -> None:
    from pydicom.encaps import encapsulate

    data.SamplesPerPixel = 3
    # PS3.5, 8.2.1: what a baseline JPEG with fewer pixels of colour is called.
    data.PhotometricInterpretation = "YBR_FULL_422" if head.subsampled else "YBR_FULL"
    data.PlanarConfiguration = 0
    data.Rows, data.Columns = head.height, head.width
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation = 7, 0
    data.LossyImageCompression = "01"
    data.LossyImageCompressionMethod = "ISO_10918_1"
    data.LossyImageCompressionRatio = round(3 * head.width * head.height / len(picture), 2)
    if width_mm:
        # One number for both: the sensor's pixels are square.
        spacing = round(width_mm / head.width, 6)
        data.PixelSpacing = [spacing, spacing]
    data.PixelData = encapsulate([picture])


def _dermoscopic(data: "Dataset", item: Item) -> None:
    ridges = item.lesion is not None and shows_ridges(item.lesion.region)
    data.RecognizableVisualFeatures = "YES" if ridges else "NO"
    data.LightSourcePolarization = data.ContactMethod = ""
    data.EmitterColorTemperature = data.OpticalMagnificationFactor = None
    if item.lesion:
        data.TrackingID = (item.lesion.label or item.lesion.id)[:_LONGEST_NAME].replace("\\", "/")
        data.TrackingUID = _uid("lesion", item.lesion.id)


_ORIGINS = {
    Source.CAMERA: "",
    Source.UPLOAD: "An uploaded picture, of another camera. ",
    Source.RECOVERED: "Brought back from its pictures after its record was lost, and judged anew. ",
}


def _say(examination: Examination) -> str:
    finding = examination.finding
    origin = _ORIGINS[examination.source]
    statement = "doesn't look like a dermatoscope picture of a lesion"
    if not finding.foreign:
        ranked = finding.likeliest(len(finding.probabilities)) + list(finding.beside.items())
        shares = ", ".join(f"{code} {share:.0%}" for code, share in ranked)
        statement = f"can't be ruled out: {' '.join(finding.prediction_set)}; probabilities: {shares}"
    if not examination.date_known:
        origin += "The clock of the device was not set: the date is not known. "
    return (
        f"{origin}Not a diagnosis. {NOT_A_DEVICE} Triage: {finding.triage}; {statement}. "
        f"Model {finding.model}, Dermapoint {__version__}."
    )


def _coded(code: Code) -> "Dataset":
    from pydicom import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code.value, "SCT", code.meaning
    return item


def _name(text: str) -> str:
    """All of it as the family name, without the signs that mean something in a PN."""
    return "".join(" " if sign in "\\^=" else sign for sign in text)[: _LONGEST_NAME - 1] + "^"


def _patient_id(pseudonym: str) -> str:
    """The pseudonym where it can be an LO (PS3.5, 6.2); else what can be of it, and a hash of all of it.

    So two pseudonyms never have one identifier.
    """
    if _PLAIN_ID.fullmatch(pseudonym) and not _HASHED_ID.search(pseudonym):
        return pseudonym
    readable = "".join("/" if sign == "\\" or not sign.isprintable() else sign for sign in pseudonym)
    return f"{readable.strip()[:_READABLE]} {sha256(pseudonym.encode()).hexdigest()[:_HASH]}"


def _uid(*what: str) -> str:
    """The same UID for the same thing, at any time: PS3.5, B.2, with a name-based UUID (RFC 9562)."""
    return f"2.25.{uuid5(NAMESPACE_URL, 'dermapoint:' + '/'.join(what)).int}"


def _serial_number() -> str:
    """A number of this machine that tells nobody its machine-id: see machine-id(5)."""
    try:
        machine = _MACHINE.read_text().strip()
    except OSError:
        return "unknown"
    return sha256(f"dermapoint {machine}".encode()).hexdigest()[:16]


_README = f"""DICOM Dermoscopic Photography Image objects, one of each examination's best frame,
made by Dermapoint {__version__}. {NOT_A_DEVICE}
What the device says of a picture, and by which model, stands in Image Comments; it is not a diagnosis.
"""
