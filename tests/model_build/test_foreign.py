import numpy as np
import pytest
from skimage.data import astronaut

from device.images import encode_jpeg
from model_build.foreign.head import fit, load
from model_build.foreign.photos import crops, library_photos
from model_build.foreign.rendered import RENDERED, SHAPE, draw_rendered


def features(centre, count=200, seed=0):
    return np.random.default_rng(seed).normal(centre, 1, (count, 20)).astype(np.float32)


def test_the_head_parts_lesions_from_the_rest_and_keeps_its_scores_in_measure():
    head = fit(features(0), features(2), spread=3.0)
    assert head.score(features(0)).std() == pytest.approx(3.0, rel=1e-3)
    assert head.score(features(2, seed=1)).min() > np.quantile(head.score(features(0, seed=1)), 0.98)


def test_a_feature_that_never_changes_does_no_harm():
    lesions, foreign = features(0), features(2)
    lesions[:, 3] = foreign[:, 3] = 0
    assert np.isfinite(fit(lesions, foreign).score(lesions)).all()


def test_a_head_is_read_as_it_was_saved(tmp_path):
    head = fit(features(0), features(2))
    head.save(tmp_path / "head.npz")
    assert (load(tmp_path / "head.npz").score(features(1)) == head.score(features(1))).all()


@pytest.mark.parametrize("kind", RENDERED)
def test_every_kind_is_drawn_anew_each_time_and_the_same_from_one_seed(kind):
    random = np.random.default_rng(1)
    first, second = RENDERED[kind](random), RENDERED[kind](random)
    assert first.shape == SHAPE
    assert first.dtype == np.uint8
    assert (first != second).any()
    assert (RENDERED[kind](np.random.default_rng(1)) == first).all()


def test_black_is_black_and_skin_is_redder_than_blue():
    drawn = dict(draw_rendered(20, np.random.default_rng(2)))
    assert drawn["black"].mean() < 25
    red, _, blue = drawn["bare skin"].reshape(-1, 3).mean(axis=0)
    assert red > blue
    assert drawn["text"].std() > 20


def test_photographs_come_with_the_libraries_and_drawings_are_left_out():
    names = {path.stem for path in library_photos()}
    assert {"astronaut", "china", "flower"} <= names
    assert not names & {"logo", "phantom", "chessboard_GRAY"}


def test_cuts_are_upright_and_what_cannot_be_read_is_passed_over(tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"rubbish")
    (tmp_path / "whole.jpg").write_bytes(encode_jpeg(astronaut(), 90))
    cuts = list(crops(sorted(tmp_path.iterdir()), 5, np.random.default_rng(0)))
    assert len(cuts) == 5
    for cut in cuts:
        height, width = cut.shape[:2]
        assert width / height == pytest.approx(4 / 3, abs=0.02)
        assert width >= 512 / 3 - 1
