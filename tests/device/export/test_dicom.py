import shutil
import subprocess
from io import BytesIO

import pydicom
import pytest
from pydicom.encaps import generate_frames
from pydicom.sr.codedict import codes

from device.errors import ExportError
from device.export.dicom import to_dicom
from device.export.items import Collection
from device.export.order import Order
from device.export.regions import code_of
from device.images import encode_jpeg
from device.records import Query
from device.records.sites import REGIONS


@pytest.fixture
def make(device):
    def make(named=False, number=0):
        order = Order("dicom", Query(id=device.ids[number]), named)
        item = next(iter(Collection(device.records, device.optics, order)))
        return to_dicom(item, item.best.read(), named)

    return make


def faults_of(data, folder):
    """What an independent validator finds: dciodvfy of dicom3tools."""
    program = shutil.which("dciodvfy")
    assert program, "dciodvfy is missing: apt install dicom3tools"
    path = folder / "a.dcm"
    path.write_bytes(data)
    said = subprocess.run([program, path], capture_output=True, text=True).stderr
    assert "DermoscopicPhotographyImage" in said
    return [line for line in said.splitlines() if line.startswith("Error")]


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("number", [0, 2], ids=["assigned", "not assigned"])
def test_a_validator_finds_no_fault(make, tmp_path, named, number):
    assert faults_of(make(named, number), tmp_path) == []


def test_a_validator_finds_no_fault_wherever_it_is(device, make, tmp_path):
    lesion = device.records.lesions.of_examination(device.ids[0])
    for region in REGIONS:
        device.records.lesions.change(lesion.id, region=region)
        assert faults_of(make(), tmp_path) == [], region


def test_the_picture_goes_in_as_it_is(device, make):
    data = pydicom.dcmread(BytesIO(make()))
    frames = list(generate_frames(data.PixelData, number_of_frames=1))
    kept = device.records.image_path(device.ids[0]).read_bytes()
    # A fragment has an even number of bytes: PS3.5, A.4.
    assert frames[0].rstrip(b"\0") == kept.rstrip(b"\0")
    assert data.file_meta.TransferSyntaxUID.name.startswith("JPEG Baseline")
    assert (data.Rows, data.Columns) == (120, 160)


def test_it_says_where_how_large_and_of_which_lesion(make):
    data = pydicom.dcmread(BytesIO(make()))
    anatomy = data.AnatomicRegionSequence[0]
    assert (anatomy.CodeValue, anatomy.CodingSchemeDesignator) == ("371311000", "SCT")
    assert anatomy.AnatomicRegionModifierSequence[0].CodeMeaning == "Left"
    assert data.Laterality == "L"
    assert [float(each) for each in data.PixelSpacing] == pytest.approx([14.2 / 160] * 2)
    assert data.TrackingID == "mark"
    assert data.PatientIdentityRemoved == "YES"
    assert data.ImageComments.startswith("Not a diagnosis. ")


def test_the_same_is_the_same_instance_and_another_is_not(device, make):
    first, again, named = (pydicom.dcmread(BytesIO(each)) for each in (make(), make(), make(True)))
    assert first.SOPInstanceUID == again.SOPInstanceUID != named.SOPInstanceUID
    other = pydicom.dcmread(BytesIO(make(number=1)))
    assert first.TrackingUID == other.TrackingUID
    assert first.StudyInstanceUID != other.StudyInstanceUID


def test_every_region_has_a_code_of_the_standards_group():
    known = [getattr(codes.cid4029, name) for name in codes.cid4029.dir()]
    group = {code.value: code.meaning for code in known}
    for region in ["", *REGIONS]:
        code, _ = code_of(region)
        assert group[code.value] == code.meaning


def test_a_grey_picture_is_refused(device, make, picture, monkeypatch):
    order = Order("dicom", Query(id=device.ids[0]))
    item = next(iter(Collection(device.records, device.optics, order)))
    with pytest.raises(ExportError, match="baseline"):
        to_dicom(item, b"\x89PNG", False)
    assert to_dicom(item, encode_jpeg(picture, 90), False)
