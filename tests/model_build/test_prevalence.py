import numpy as np
import pytest

from model_build.prevalence import log_prevalence
from tests.model_build.rows import row


def rows():
    """Two sources of different size: nv 3 of 4 and 1 of 2, mel 1 of 4 and 1 of 2, df nowhere."""
    first = [row(f"a{n}", f"a{n}", "nv", "train", "a") for n in range(3)]
    first += [row("a3", "a3", "mel", "validation", "a"), row("a4", "a4", "df", "test", "a")]
    return [*first, row("b0", "b0", "nv", "train", "b"), row("b1", "b1", "mel", "train", "b")]


def test_it_is_the_log_of_the_mean_share_over_sources():
    mel, nv = log_prevalence(rows(), ("mel", "nv"), power=1)
    assert nv - mel == pytest.approx(np.log(0.625 / 0.375))
    assert nv + mel == pytest.approx(0, abs=1e-6)


def test_its_power_goes_from_equal_classes_to_those_of_the_sources():
    whole, half, none = (log_prevalence(rows(), ("mel", "nv"), power) for power in (1, 0.5, 0))
    np.testing.assert_allclose(half, whole / 2)
    np.testing.assert_array_equal(none, 0)


def test_a_class_that_no_training_picture_shows_is_the_least_expected_and_finite():
    df, mel, nv = log_prevalence(rows(), ("df", "mel", "nv"))
    assert np.isfinite(df)
    assert df < mel < nv


def test_malignant_lesions_need_as_much_more_evidence_as_they_are_rarer():
    """Bayes' rule: equal evidence for both is answered by the shares themselves."""
    logits = np.zeros(2) + log_prevalence(rows(), ("mel", "nv"), power=1)
    np.testing.assert_allclose(np.exp(logits) / np.exp(logits).sum(), [0.375, 0.625], rtol=1e-6)
