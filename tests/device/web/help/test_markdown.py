import pytest

from device.web.help.markdown import to_html


def test_tables_and_emphasis_are_shown():
    html = to_html("**It** is\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert "<strong>It</strong>" in html
    assert "<td>2</td>" in html


@pytest.mark.parametrize(
    "text",
    ["<script>x</script>", "<img src=x onerror=y>", "[x](javascript:alert)", "![x](https://elsewhere/x.png)"],
)
def test_nothing_in_the_text_runs_or_is_fetched(text):
    html = to_html(text)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
