import numpy as np
import pytest

from model_build.training.loss import loss, targets
from model_build.training.sampling import NO_LESION, Balance, Pictures, Sampler

NAMES = ("a", "b", "c")


@pytest.fixture
def pictures():
    """Source 0 shows 60 a and 20 b, source 1 10 b, source 2 30 close-ups."""
    outputs = np.repeat([0, 1, 1, NO_LESION], [60, 20, 10, 30])
    sources = np.repeat([0, 0, 1, 2], [60, 20, 10, 30])
    return Pictures(np.zeros((120, 4, 4, 3), np.uint8), outputs, sources, NAMES)


def sampler(pictures, **balance):
    return Sampler(pictures, np.arange(120), Balance(**balance), seed=3)


def test_by_nature_each_picture_is_as_likely_and_by_equal_shares_each_class_of_a_source(pictures):
    assert sampler(pictures, source_power=1, class_power=1).shares == pytest.approx(
        np.array([60, 20, 10, 30]) / 120
    )
    even = sampler(pictures, source_power=0, class_power=0)
    assert even.shares == pytest.approx([1 / 6, 1 / 6, 1 / 3, 1 / 3])


def test_an_epoch_is_the_same_again_and_goes_on_where_the_one_before_ended(pictures):
    one, other = sampler(pictures), sampler(pictures)
    assert (one.epoch(4, 50) == other.epoch(4, 50)).all()
    assert (one.epoch(0, 50) != one.epoch(1, 50)).any()


def test_within_a_cell_each_picture_comes_once_before_any_comes_again(pictures):
    drawn = sampler(pictures)
    shown = np.concatenate([drawn.epoch(number, 40) for number in range(6)])
    counts = np.bincount(shown, minlength=120)
    for cell in (slice(0, 60), slice(60, 80), slice(80, 90), slice(90, 120)):
        assert np.ptp(counts[cell]) <= 1


def test_pictures_outside_the_members_never_come(pictures):
    drawn = Sampler(pictures, np.arange(0, 120, 2), Balance(), seed=3)
    assert (drawn.epoch(0, 500) % 2 == 0).all()


def test_the_prior_of_a_source_is_how_often_it_shows_each_class(pictures):
    priors = np.exp(sampler(pictures, class_power=1).log_priors)
    assert priors[0] == pytest.approx([0.75, 0.25, 0], abs=1e-6)
    assert priors[1] == pytest.approx([0, 1, 0], abs=1e-6)


def test_a_class_that_a_source_does_not_hold_is_neither_learnt_nor_unlearnt_from_it(pictures):
    wanted = targets(pictures, np.array([85]), sampler(pictures).log_priors, None, 0.0)
    answers = np.array([[0.0, 0.0, 0.0, 0.0], [5.0, 0.0, 9.0, 0.0]], np.float32)
    losses = np.array(loss(np.repeat(wanted, 2, axis=0), answers))
    # Source 1 shows b alone: whatever is said of a and c costs nothing.
    assert losses[0] == pytest.approx(losses[1], abs=1e-3)


def test_a_close_up_teaches_the_foreign_map_alone(pictures):
    wanted = targets(pictures, np.array([100]), sampler(pictures).log_priors, None, 0.0)
    said = np.array([[3.0, -2.0, 1.0, 4.0], [0.0, 0.0, 0.0, 4.0], [0.0, 0.0, 0.0, -4.0]], np.float32)
    losses = np.array(loss(np.repeat(wanted, 3, axis=0), said))
    assert losses[0] == pytest.approx(losses[1])
    assert losses[2] > losses[1] + 1


def test_a_soft_target_takes_its_share_under_the_priors_of_the_source(pictures):
    priors = sampler(pictures, class_power=1).log_priors
    soft = np.zeros((120, 3), np.float32)
    wanted = targets(pictures, np.array([0]), priors, soft, share=0.5)
    # Logits that say nothing leave the source's own shares.
    assert wanted[0, :3] == pytest.approx([0.5 + 0.5 * 0.75, 0.5 * 0.25, 0], abs=1e-5)
