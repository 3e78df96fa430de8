import codecs

import pytest

from device.classes import HAM10000
from model_build.errors import BuildError
from model_build.sources import Folder, diagnoses, read_folders
from model_build.taxonomy import DEFAULT

A_JPEG = b"\xff\xd8 nobody decodes it here \xff\xd9"


def fill(root, files, **tables):
    """A folder with `tables` (name without suffix: text or bytes) and empty pictures `files`."""
    root.mkdir(exist_ok=True)
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(A_JPEG)
    for name, text in tables.items():
        data = text if isinstance(text, bytes) else text.encode()
        (root / name).write_bytes(data)
    return root


def read(*folders):
    pictures = read_folders(map(Folder, folders), DEFAULT.label_of).pictures
    return {picture.image_id: (picture.label, picture.lesion_id, picture.source) for picture in pictures}


A, B, C = (f"ISIC_000000{number}" for number in (1, 2, 3))
HAM = f"lesion_id,image_id,dx,dx_type,age\nHAM_0000001,{A},nv,histo,45.0\nHAM_0000002,{B},mel,histo,50.0\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("HAM10000_metadata.csv", HAM.encode()),
        ("HAM10000_metadata", HAM.encode()),
        ("HAM10000_metadata.tab", HAM.replace(",", "\t").replace("nv", '"nv"').encode()),
        ("HAM10000_metadata.csv", codecs.BOM_UTF8 + HAM.encode()),
        ("HAM10000_metadata.csv", HAM.replace("\n", "\r\n").encode()),
        ("HAM10000_metadata.csv", HAM.replace(",", ";").encode("utf-16")),
    ],
    ids=["csv", "no suffix", "tab", "byte order mark", "Windows", "spreadsheet"],
)
def test_ham10000_is_known_in_every_form(tmp_path, name, data):
    fill(tmp_path, [f"part_1/{A}.jpg", f"part_2/{B}.jpg", f"part_2/._{B}.jpg"], **{name: data})
    assert read(tmp_path) == {
        A: ("nv", "HAM_0000001", "ham10000"),
        B: ("mel", "HAM_0000002", "ham10000"),
    }


def test_milk10k_has_pictures_without_a_dermatoscope(tmp_path):
    codes = "lesion_id,AKIEC,BCC,BEN_OTH,BKL,DF,INF,MAL_OTH,MEL,NV,SCCKA,VASC\n"
    truth = codes + "IL_0000001,0.0,0,0,0,0,0,0,0,0,1.0,0\nIL_0000002,0,0,0,0,0,1,0,0,0,0,0\n"
    rows = (
        f"IL_0000001,dermoscopic,{A},1\nIL_0000001,clinical: close-up,{B},1\nIL_0000002,dermoscopic,{C},5\n"
    )
    tables = {
        "MILK10k_Training_GroundTruth.csv": truth,
        "MILK10k_Training_Metadata.csv": "lesion_id,image_type,isic_id,skin_tone_class\n" + rows,
    }
    fill(tmp_path, [f"IL_0000001/{A}.jpg", f"IL_0000001/{B}.jpg", f"{C}.jpg"], **tables)
    assert read(tmp_path) == {
        A: ("malignant_other", "IL_0000001", "milk10k"),
        B: ("no_dermoscopy", "IL_0000001", "milk10k"),
        C: ("other_lesion", "IL_0000002", "milk10k"),
    }


@pytest.mark.parametrize(
    ("tables", "labels"),
    [
        (
            {
                "ISIC-2017_Training_Part3_GroundTruth.csv": "image_id,melanoma,seborrheic_keratosis\n"
                f"{A},1.0,0.0\n{B},0.0,1.0\n{C},0.0,0.0\n",
                "ISIC-2017_Training_Data_metadata.csv": f"image_id,age_approximate,sex\n{A},55,female\n",
            },
            ("mel", "bkl", "nv"),
        ),
        (
            {
                "ISIC2018_Task3_Training_GroundTruth.csv": "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC\n"
                f"{A},1.0,0,0,0,0,0,0\n{B},0,0,0,1.0,0,0,0\n{C},0,0,0,0,0,0,1.0\n",
                "ISIC2018_Task3_Training_LesionGroupings.csv": f"image,lesion_id\n{A},HAM_0000009\n",
            },
            ("mel", "akiec", "vasc"),
        ),
        (
            {
                "ISIC_2019_Training_GroundTruth.csv": "image,MEL,NV,BCC,AK,BKL,DF,VASC,SCC,UNK\n"
                f"{A},0,0,0,0,0,0,0,1.0,0\n{B}_downsampled,0,1.0,0,0,0,0,0,0,0\n{C},0,0,1.0,0,0,0,0,0,0\n",
                "ISIC_2019_Training_Metadata.csv": f"image,age_approx,lesion_id\n{A},50,HAM_0000009\n",
            },
            ("malignant_other", "nv", "bcc"),
        ),
    ],
    ids=["2017", "2018", "2019"],
)
def test_the_challenges_are_known(tmp_path, tables, labels):
    second = f"{B}_downsampled" if "downsampled" in str(tables) else B
    fill(tmp_path, [f"{A}.jpg", f"{second}.jpg", f"{C}.jpg"], **tables)
    found = read(tmp_path)
    assert tuple(found[image_id][0] for image_id in (A, B, C)) == labels
    assert found[A][1] in ("HAM_0000009", A)


def test_the_archives_download_goes_from_exact_to_wide_words(tmp_path):
    table = (
        "isic_id,diagnosis_1,diagnosis_2,diagnosis_3,diagnosis_4,image_type,lesion_id,patient_id\n"
        f'{A},Benign,Benign melanocytic proliferations,Nevus,"Nevus, of a new kind",dermoscopic,IL_0000001,\n'
        f'{B},Malignant,Malignant epidermal proliferations,"Squamous cell carcinoma in situ",,dermoscopic,,\n'
        f"{C},Malignant,Malignant soft tissue proliferations - Other,Kaposi sarcoma,,clinical: overview,,\n"
        "ISIC_0000004,Benign,,,,dermoscopic,,\nISIC_0000005,,,,,dermoscopic,,\n"
        "ISIC_0000006,Benign,Benign soft tissue proliferations - Neural,New word,,,,IP_0000001\n"
    )
    fill(tmp_path, [f"ISIC_000000{n}.jpg" for n in range(1, 7)], **{"metadata.csv": table})
    collection = read_folders([Folder(tmp_path)], DEFAULT.label_of)
    assert [picture.label for picture in collection.pictures] == [
        "nv",
        "akiec",
        "no_dermoscopy",
        "other_lesion",
    ]
    assert collection.left_aside == {"Benign": 1, "unknown": 1}
    assert collection.pictures[3].ties == {"IP_0000001"}


@pytest.mark.parametrize(
    "table",
    [
        "image,dx,lesion_id,patient_id,source\n1,nv,a,p,Ward\n2.jpg,other_benign,nan,,Ward\n",
        "label,lesion_id,image_id\nnv,a,1\nother_benign,nan,2.jpg\n",
    ],
    ids=["named", "other names and order"],
)
def test_a_plain_folders_own_ids_stay_its_own(tmp_path, table):
    root = fill(tmp_path / "mine", ["1.jpg", "deep/2.jpg"], **{"labels.csv": table})
    assert read(root) == {
        "mine/1": ("nv", "mine/a", "mine"),
        "mine/2": ("other_lesion", "mine/2", "mine"),
    }


def test_a_picture_that_two_sources_have_keeps_the_ties_of_both(tmp_path):
    first = fill(tmp_path / "a", [f"{A}.jpg"], **{"labels.csv": f"image,dx,lesion_id\n{A},mel,IL_0000001\n"})
    second = fill(
        tmp_path / "b", [f"{A}.jpg"], **{"labels.csv": f"image,dx,lesion_id\n{A},mel,BCN_0000007\n"}
    )
    (picture,) = read_folders([Folder(first), Folder(second)], DEFAULT.label_of).pictures
    assert picture.ties == {"IL_0000001", "BCN_0000007"}
    assert picture.origins == {"a", "b"}


def test_all_faults_of_all_folders_are_in_one_report(tmp_path):
    ham = fill(
        tmp_path / "ham",
        [f"x/{A}.jpg"],
        **{"HAM10000_metadata.csv": f"{HAM}HAM_0000003,{C},wart,,\n,{A},mole,,\n"},
    )
    (ham / "y").mkdir()
    (ham / "y" / f"{A}.jpg").write_bytes(b"another picture")
    plain = fill(tmp_path / "plain", [f"{A}.jpg"], **{"labels.csv": f"image,dx\n{A},mel\n"})
    latin = fill(tmp_path / "latin", [], **{"labels.csv": "image,dx,source\na,nv,Clínic".encode("latin-1")})
    empty = fill(tmp_path / "empty", [])
    headless = fill(tmp_path / "headless", [], **{"labels.csv": "picture,dx\na,nv\n"})
    with pytest.raises(BuildError) as fault:
        read(ham, plain, latin, empty, headless, tmp_path / "none")
    for words in (
        "unknown diagnoses: 'wart' (1), 'mole' (1)",
        f"the pictures of 1 rows of HAM10000_metadata.csv are not below it as JPEG or PNG: {B}",
        f"{A} stand there more than once",
        "1 rows have no lesion_id",
        "files of one id differ",
        f"two sources disagree on {A} (nv in ham10000, mel in plain)",
        "labels.csv, line 2: is not UTF-8",
        f"{empty}: no table that is known here",
        "has no column 'image'",
        f"{tmp_path / 'none'}: there is no such folder",
    ):
        assert words in str(fault.value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("labels.csv", "", "labels.csv: is empty"),
        ("labels.csv", "image,dx\n", "labels.csv: has no rows below its first line"),
        ("labels.csv", f"image,dx\n{A},\n{B},nan\n", f"2 pictures have no diagnosis, or several: {A}, {B};"),
        ("labels.csv", f"image,dx\n,nv\n{B},mel\n", "labels.csv: 1 rows name no picture"),
        ("labels.csv", "image,dx\na.tif,nv\n", "are not below it as JPEG or PNG: a.tif;"),
        ("HAM10000_metadata.csv", f"image_id,dx\n{A},nv\n", "has no column 'lesion_id', only image_id, dx"),
        (
            "HAM10000_metadata.csv",
            f"lesion_id,image_id,dx\n,{A},nv\n",
            f"1 rows have no lesion_id, {A} first",
        ),
        (
            "ISIC2018_Task3_Training_GroundTruth.csv",
            f"image,MEL,NV,BCC,AKIEC,BKL,DF,VASC\n{A},0,0,0,0,0,0,0\n{B},1.0,1.0,0,0,0,0,0\n",
            "GroundTruth.csv, line 2: one class must be 1 and the others 0, which 2 rows lack;",
        ),
        (
            "labels.csv",
            f"image,dx,lesion_id\n{A},nv,l1\n{B},naevus, dysplastic,l2\n",
            "labels.csv, line 3: has 4 cells for 3 columns; put quotes around a cell that holds",
        ),
    ],
    ids=[
        "empty table",
        "no rows",
        "no diagnosis",
        "no name",
        "another kind of file",
        "no lesion column",
        "empty lesion column",
        "none or two of a challenge's classes",
        "a comma without quotes",
    ],
)
def test_a_table_that_says_too_little_is_one_sentence(tmp_path, name, text, words):
    fill(tmp_path, [f"{A}.jpg", f"{B}.jpg"], **{name: text})
    with pytest.raises(BuildError) as fault:
        read(tmp_path)
    assert words in str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("cells", ["1.00,0.0", "TRUE,FALSE", "1,1", "0,", "0.0,yes"])
def test_what_is_not_clearly_no_melanoma_is_not_taken_for_a_nevus(tmp_path, cells):
    table = f"image_id,melanoma,seborrheic_keratosis\n{A},0,1\n\n{B},{cells}\n"
    fill(tmp_path, [f"{A}.jpg", f"{B}.jpg"], **{"ISIC-2017_Training_Part3_GroundTruth.csv": table})
    with pytest.raises(BuildError, match="line 4: one class must be 1 and the others 0, which 1 rows lack"):
        read(tmp_path)


def test_a_picture_is_not_squashed_and_not_squashed(tmp_path):
    """A folder and a copy of it, of which one is said to be squashed."""
    for name in ("one", "copy"):
        fill(tmp_path / name, [f"{A}.jpg"], **{"labels.csv": f"image,dx\n{A},nv\n"})
    with pytest.raises(BuildError, match=f"{A} are given as --data and as --squashed"):
        read_folders([Folder(tmp_path / "one"), Folder(tmp_path / "copy", True)], DEFAULT.label_of)
    (tmp_path / "copy" / f"{A}.jpg").write_bytes(A_JPEG + b"squashed")
    read_folders([Folder(tmp_path / "one"), Folder(tmp_path / "copy", True)], DEFAULT.label_of)


def test_a_semicolon_in_the_name_of_a_column_parts_nothing(tmp_path):
    fill(tmp_path, [f"{A}.jpg"], **{"labels.csv": f"image,dx,notes; more\n{A},nv,none\n"})
    assert read(tmp_path)[A][0] == "nv"


def test_every_diagnosis_stands_once_with_its_reference():
    words = [each.word for each in diagnoses.DIAGNOSES]
    assert len(set(words)) == len(words)
    assert {each.reference for each in diagnoses.DIAGNOSES} <= set(diagnoses.REFERENCES)
    assert {each.label for each in diagnoses.DIAGNOSES} == {
        *HAM10000.codes,
        diagnoses.MALIGNANT_OTHER,
        diagnoses.OTHER_LESION,
        diagnoses.UNDECIDED,
    }
    assert all(DEFAULT.label_of((name,)) == name for name in HAM10000.codes)
