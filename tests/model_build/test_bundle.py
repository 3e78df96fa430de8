from dataclasses import replace

import pytest

from model_build.bundle import describe_figures, describe_headline, sources_of
from model_build.errors import BuildError
from model_build.marks import write_between_marks
from model_build.sources.citations import CITATIONS
from tests.conftest import BUNDLE, ROOT
from tests.model_build.rows import row


def test_document_and_card_hold_the_shipped_models_own_figures():
    document = (ROOT / "docs/model.md").read_text()
    assert f"<!-- figures -->\n{describe_headline(BUNDLE)}\n<!-- end of figures -->\n" in document
    assert describe_figures(BUNDLE) in (BUNDLE / "MODEL_CARD.md").read_text()


def test_the_card_tells_what_was_learnt_from_apart_from_what_it_was_only_judged_on():
    barcelona = row("a", "a", "mel", "train", "acral_multi", centre="Barcelona")
    left_out = [
        replace(row("b", "b", "mel", "test", "acral_multi", centre="Vienna"), part="left_out"),
        replace(row("c", "c", "bcc", "test", "bcn_sample", centre="BCN"), part="left_out"),
    ]
    learnt, judged = sources_of([barcelona, row("d", "d", "nv", "test", "isic2017"), *left_out])
    assert learnt == f"acral_multi (Barcelona); {CITATIONS['isic2017']}"
    assert judged == "acral_multi (Vienna); bcn_sample (BCN)"
    assert sources_of([barcelona])[1] == ""


def test_a_text_without_marks_is_left_alone(tmp_path):
    text = tmp_path / "README.md"
    text.write_text("nothing")
    with pytest.raises(BuildError, match="has no lines"):
        write_between_marks(text, "figures")
    assert text.read_text() == "nothing"
