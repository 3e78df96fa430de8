from model_build.report.markdown import read_parts, read_pictures
from model_build.report.page import Heading, Table, Text

TEXT = """# All

One line *of* `two`
words over [two](https://x.example) lines, balanced_accuracy.

## Models

| model | `macs` ||
|---|---:|---|
| **Lite0** | 3 ||

- one
  goes on
- two

![What each costs](costs.png)
"""


def test_tables_paragraphs_and_lists_come_in_their_order():
    assert read_parts(TEXT) == [
        Heading("All"),
        Text("One line of two words over two lines, balanced_accuracy."),
        Heading("Models"),
        Table("", ["model", "macs", ""], [["Lite0", "3", ""]]),
        Text("• one goes on"),
        Text("• two"),
    ]


def test_pictures_keep_their_words():
    assert read_pictures(TEXT) == {"costs.png": "What each costs"}
