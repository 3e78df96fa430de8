import pytest

from model_build.bundle import describe_figures, describe_headline
from model_build.errors import BuildError
from model_build.marks import write_between_marks
from tests.conftest import BUNDLE, ROOT


def test_document_and_card_hold_the_shipped_models_own_figures():
    document = (ROOT / "docs/model.md").read_text()
    assert f"<!-- figures -->\n{describe_headline(BUNDLE)}\n<!-- end of figures -->\n" in document
    assert describe_figures(BUNDLE) in (BUNDLE / "MODEL_CARD.md").read_text()


def test_a_text_without_marks_is_left_alone(tmp_path):
    text = tmp_path / "README.md"
    text.write_text("nothing")
    with pytest.raises(BuildError, match="has no lines"):
        write_between_marks(text, "figures")
    assert text.read_text() == "nothing"
