import pytest

from model_build.report.records import Record, name_age, read_record
from tests.model_build.rows import row


def test_a_record_is_in_words_and_what_is_left_out_is_unknown():
    known = {"age": "45.0", "sex": "male", "site": "back", "confirmation": "follow-up"}
    assert read_record(row("a", "l", "nv", "test", **known)) == Record(
        "40 to 49", "male", "back", "follow-up"
    )
    assert read_record(row("b", "l", "nv", "test")) == Record("unknown", "unknown", "unknown", "unknown")
    assert read_record(row("c", "l", "nv", "test", age="old")).age == "unknown"


@pytest.mark.parametrize(
    ("years", "name"),
    [
        ("0", "0 to 9"),
        ("35.0", "30 to 39"),
        ("79.9", "70 to 79"),
        ("80", "80 and over"),
        ("95", "80 and over"),
        ("-1", "unknown"),
        ("nan", "unknown"),
    ],
)
def test_ages_are_decades(years, name):
    assert name_age(years) == name
