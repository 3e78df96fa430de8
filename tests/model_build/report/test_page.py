from model_build.report import page
from model_build.report.page import Heading, Plot, Section, Table, Text, write_page
from tests.conftest import SHIPPED


def write(tmp_path, *parts):
    write_page("All of it", [Section("One & two", list(parts))], tmp_path / "page.html")
    return (tmp_path / "page.html").read_text()


def test_what_stands_in_a_table_is_text_and_never_markup(tmp_path):
    text = write(
        tmp_path, Table("<b>", ["<i>"], [["<script>alert(1)</script>"]]), Text("a < b"), Heading("<u>")
    )
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "a &lt; b" in text
    assert not {"<b>", "<i>", "<u>"} & set(text.split())


def test_contents_point_to_the_sections(tmp_path):
    text = write(tmp_path)
    assert '<a href="#one---two">One &amp; two</a>' in text
    assert '<section id="one---two">' in text


def test_a_plot_is_in_the_page_itself_with_its_size(tmp_path):
    path = SHIPPED / "bundle" / "confusion.png"
    plot = Plot(path, "what is seen", "how to read it")
    height, width = page.read_image(path).shape[:2]
    assert plot.size == (width, height)
    text = write(tmp_path, plot)
    assert plot.source in text
    assert 'alt="what is seen"' in text
    assert "how to read it" in text


def test_a_folded_table_opens_by_its_caption(tmp_path):
    assert "<summary>All figures</summary>" in write(
        tmp_path, Table("All figures", ["a"], [["b"]], folded=True)
    )
    assert "<caption>All figures</caption>" in write(tmp_path, Table("All figures", ["a"], [["b"]]))
    assert "<caption>" not in write(tmp_path, Table("", ["a"], [["b"]]))
