import pytest

from device.classes import PRESET
from model_build.errors import BuildError
from model_build.outputs import classes_of, keep_classes
from model_build.taxonomy import DEFAULT, read_taxonomy
from model_build.workspace import Workspace
from tests.model_build.rows import row

FIVE = """
[[classes]]
code = "melanoma"
malignant = true
names = { en = "Melanoma", de = "Melanom" }
texts.en = "A dangerous skin cancer."
diagnoses = ["mel"]

[[classes]]
code = "keratinocyte"
malignant = true
names.en = "Keratinocyte cancer or its precursor"
diagnoses = ["bcc", "akiec", "malignant_other"]

[[classes]]
code = "spitz"
malignant = true
names.en = "Spitz naevus"
diagnoses = ["Nevus, Spitz", "spitzoid tumour"]

[[classes]]
code = "nv"
malignant = false
names.en = "Mole"

[[classes]]
code = "keratosis"
malignant = false
names.en = "Benign keratosis"
diagnoses = ["bkl"]

[beside]
other_lesion = ["wart"]
undecided = ["spot"]
"""


def write(tmp_path, text):
    path = tmp_path / "classes.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def five(tmp_path):
    return read_taxonomy(write(tmp_path, FIVE))


@pytest.mark.parametrize(
    ("diagnosis", "label"),
    [
        (("Melanoma in situ",), "melanoma"),
        (("mel",), "melanoma"),
        (("sccka",), "keratinocyte"),
        (("actinic keratosis",), "keratinocyte"),
        (("Nevus, Spitz", "Nevus", "Benign melanocytic proliferations"), "spitz"),
        (("Spitzoid tumour",), "spitz"),
        (("Nevus, Blue", "Nevus"), "nv"),
        (("solar lentigo",), "keratosis"),
        (("dermatofibroma",), "other_lesion"),
        (("vasc",), "other_lesion"),
        (("wart",), "other_lesion"),
        (("spot",), "undecided"),
        (("unknown",), "undecided"),
        (("mole",), None),
    ],
)
def test_a_diagnosis_goes_where_the_file_or_else_the_table_has_it(five, diagnosis, label):
    assert five.label_of(diagnosis) == label


def test_a_malignant_diagnosis_that_no_class_holds_is_still_malignant(tmp_path):
    some = read_taxonomy(write(tmp_path, FIVE.replace('"bcc", "akiec", "malignant_other"', '"akiec"')))
    assert some.label_of(("bcc",)) == some.label_of(("sccka",)) == "malignant_other"


def test_classes_have_their_words_and_what_is_beside_them_keeps_the_presets(five):
    assert five.classes.codes == ("melanoma", "keratinocyte", "spitz", "nv", "keratosis")
    assert five.classes.malignant == {"melanoma", "keratinocyte", "spitz", "malignant_other"}
    assert five.classes.get("melanoma").name("de") == "Melanom"
    assert five.classes.get("melanoma").text("nl") == "A dangerous skin cancer."
    assert five.classes.beside == PRESET.beside


def test_by_default_every_class_is_ham10000s():
    assert DEFAULT.classes == PRESET
    assert [DEFAULT.label_of((code,)) for code in PRESET.output_codes] == list(PRESET.output_codes)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("[[classes]]\ncode", "[[class\ncode", "is no TOML in UTF-8"),
        (FIVE, "", "has no list of classes; begin each with a line"),
        ("[beside]", "[besides]", "'besides' is none of its keys"),
        ('code = "nv"', 'code = "melanoma"', "'melanoma' is the code of 2 classes"),
        ('code = "nv"', 'code = "A mole"', "class 4 (A mole): needs a code of small letters"),
        ('code = "nv"', 'code = "undecided"', "'undecided' has another meaning here"),
        ('code = "nv"', "", "class 4: needs a code"),
        ('code = "nv"\nmalignant = false', 'code = "nv"', "class 4 (nv): needs malignant = true or"),
        ('code = "nv"\nmalignant = false', 'code = "nv"\nmalignant = "no"', "needs malignant = true or"),
        ("malignant = true", "malignant = false", "no class is malignant"),
        ('names.en = "Mole"', "", "class 4 (nv): needs an English name, names.en"),
        ('names.en = "Mole"', 'names.de = "Mal"', "class 4 (nv): needs an English name, names.en"),
        ('names.en = "Mole"', 'names = "Mole"', 'names stand by language, such as names.en = "..."'),
        ('names.en = "Mole"', 'names.english = "Mole"', "names stand by language"),
        ('names.en = "Mole"', 'name.en = "Mole"', "'name' is none of its keys: code, malignant, names"),
        ('diagnoses = ["bkl"]', 'diagnoses = "bkl"', "diagnoses are a list of words"),
        ('diagnoses = ["bkl"]', "diagnoses = []", "diagnoses are a list of words"),
        ('diagnoses = ["bkl"]', 'diagnoses = ["bkl", "MEL"]', "'mel' belongs to 'melanoma' already"),
        ('diagnoses = ["bkl"]', 'diagnoses = ["no_dermoscopy"]', "'no_dermoscopy' is no diagnosis"),
        ('["bkl"]', '["sccka"]', "'keratosis' is benign and holds 'sccka', which the table"),
        ('["wart"]', '["kaposi sarcoma"]', "'other_lesion' is benign and holds 'kaposi sarcoma'"),
        ("other_lesion =", "others =", "[beside] has lists of diagnoses for malignant_other, other_lesion"),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence(tmp_path, before, after, words):
    assert before in FIVE
    path = write(tmp_path, FIVE.replace(before, after))
    with pytest.raises(BuildError) as fault:
        read_taxonomy(path)
    (line,) = [line for line in str(fault.value).splitlines() if words in line]
    assert str(path) in line


def test_one_class_is_reported(tmp_path):
    alone = FIVE.split("[[classes]]")[1]
    with pytest.raises(BuildError, match="has one class; a model needs two"):
        read_taxonomy(write(tmp_path, "[[classes]]" + alone))


def test_all_mistakes_are_reported_at_once(tmp_path):
    text = FIVE.replace('names.en = "Mole"', "").replace('["bkl"]', '["mel"]')
    with pytest.raises(BuildError, match=r"2 things are wrong with the classes:(.|\n)*English(.|\n)*'mel'"):
        read_taxonomy(write(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BuildError, match=r"none.toml: can't be read"):
        read_taxonomy(tmp_path / "none.toml")


def test_a_work_folder_keeps_the_words_and_of_what_is_beside_only_what_was_learnt(five, tmp_path):
    workspace = Workspace(tmp_path)
    keep_classes(five.classes, workspace)
    kept = classes_of(workspace, [row("a", "a", "other_lesion", "train"), row("b", "b", "nv", "test")])
    assert kept.named == five.classes.named
    assert kept.beside_codes == ("other_lesion",)


def test_another_word_for_a_class_changes_nothing_that_a_model_depends_on(five, tmp_path):
    other = read_taxonomy(write(tmp_path, FIVE.replace('"Mole"', '"Melanocytic naevus"')))
    assert other.classes != five.classes
    assert other.to_json() == five.to_json()
