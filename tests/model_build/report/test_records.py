import pytest

from model_build.errors import BuildError
from model_build.report.records import Record, name_age, read_records

HEAD = "lesion_id,image_id,dx,dx_type,age,sex,localization"


def table(folder, *lines):
    (folder / "HAM10000_metadata.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_a_record_is_in_words_and_what_is_left_out_is_unknown(tmp_path):
    table(tmp_path, HEAD, "l,a,nv,follow_up,45.0,male,back", "l,b,nv,histo,,,")
    assert read_records(tmp_path) == {
        "a": Record("40 to 49", "male", "back", "follow-up"),
        "b": Record("unknown", "unknown", "unknown", "histopathology"),
    }


@pytest.mark.parametrize(
    ("years", "name"),
    [(0, "0 to 9"), (35, "30 to 39"), (79.9, "70 to 79"), (80, "80 and over"), (95, "80 and over")],
)
def test_ages_are_decades(years, name):
    assert name_age(years) == name


@pytest.mark.parametrize("column", ["dx_type", "age", "sex", "localization"])
def test_a_table_without_a_column_is_told(tmp_path, column):
    table(tmp_path, HEAD.replace(f",{column}", ""))
    with pytest.raises(BuildError, match=f"no column '{column}'"):
        read_records(tmp_path)


def test_a_folder_without_the_table_and_an_age_that_is_none_are_told(tmp_path):
    with pytest.raises(BuildError, match="folder of the HAM10000 download"):
        read_records(tmp_path)
    with pytest.raises(BuildError, match="the age of a is 'old'"):
        read_records(table(tmp_path, HEAD, "l,a,nv,histo,old,male,back"))
