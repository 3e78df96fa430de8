import json

import numpy as np
import pytest

from device.images import read_image
from device.quality import bounds, measure
from model_build import split
from model_build.errors import BuildError
from model_build.quality.drawing import draw
from model_build.quality.faults import FAULTS, STEPS
from model_build.quality.limits import (
    REFUSED,
    Skin,
    find_limits,
    fit_skin,
    limits_at,
    measure_all,
    refused,
    refused_unseen,
)
from model_build.quality.study import Spoilt, quality, table
from model_build.workspace import Workspace
from tests.model_build.rows import row
from tests.model_build.small import vouch


@pytest.fixture(scope="module")
def real():
    random = np.random.default_rng(3)
    return {bound.measure: random.normal(0.3, 0.05, 4000) for bound in bounds.BOUNDS}


@pytest.mark.parametrize("name", list(FAULTS))
def test_each_step_of_a_fault_is_a_field_and_farther_from_the_clean_one(field, name):
    away = []
    for step in (STEPS[0], STEPS[2], STEPS[4]):
        spoilt = FAULTS[name](field, step, np.random.default_rng(1))
        assert (spoilt.shape, spoilt.dtype) == (field.shape, np.uint8)
        away.append(np.abs(spoilt.astype(int) - field).mean())
    assert away == sorted(away)
    assert away[0] > 0


def test_all_bounds_together_refuse_the_share_that_is_allowed_and_each_as_many(real):
    found = find_limits([real])
    share, limits = found.share, found.values
    assert found.margin == 0
    assert refused(real, limits).mean() == pytest.approx(REFUSED, abs=0.002)
    for bound in bounds.BOUNDS:
        values, limit = real[bound.measure], limits[bound.name]
        beyond = (values < limit if bound.side == "low" else values > limit).mean()
        assert beyond == pytest.approx(share, abs=0.001)


def test_tighter_limits_refuse_more(real):
    shares = [refused(real, limits_at(share, [real])).mean() for share in (0.001, 0.01, 0.1)]
    assert shares == sorted(shares)
    assert shares[0] < shares[2]


def test_the_worst_source_alone_sets_the_limits(real):
    other = {name: values + 0.3 for name, values in real.items()}
    limits = find_limits([real, other]).values
    shares = [refused(each, limits).mean() for each in (real, other)]
    assert max(shares) == pytest.approx(REFUSED, abs=0.002)
    for bound in bounds.BOUNDS:
        # Shifted upwards, one source sets the lower limits and the other the upper ones.
        worst = real if bound.side == "low" else other
        values, limit = worst[bound.measure], limits[bound.name]
        assert (values < limit if bound.side == "low" else values > limit).any()


def test_cameras_that_were_left_out_of_fitting_are_mostly_let_pass():
    random = np.random.default_rng(5)
    cameras = [
        {
            bound.measure: random.normal(0.3, 0.02, 1500) + shift
            for bound, shift in zip(bounds.BOUNDS, shifts, strict=True)
        }
        for shifts in random.normal(0, 0.05, (6, len(bounds.BOUNDS)))
    ]
    found = find_limits(cameras)
    assert found.margin > 0
    assert refused_unseen(cameras, found.share, 0.0) > REFUSED
    assert refused_unseen(cameras, found.share, found.margin) <= REFUSED
    assert refused_unseen(cameras, found.share, 0.9 * found.margin) > REFUSED
    for bound in bounds.BOUNDS:
        assert bound.side == "low" or bound.measure == "cast" or found.values[bound.name] <= 1


def test_a_colour_far_from_the_usual_one_is_a_cast(field):
    random = np.random.default_rng(2)
    tints = random.uniform(0.9, 1.1, (40, 3))
    skin = fit_skin(np.stack([np.clip(field * tint, 0, 255).astype(np.uint8) for tint in tints]))
    usual, blue = np.log([[2.0, 1.0], [0.5, 3.0]])
    assert skin.cast(np.stack([skin.mean, blue]))[0] == pytest.approx(0)
    assert skin.cast(blue[None])[0] > skin.cast(usual[None])[0] > 0


def test_the_study_and_the_device_measure_the_same_cast(field):
    shipped = json.loads(bounds.FILE.read_text())["skin"]
    skin = Skin(np.array(shipped["mean"]), np.array(shipped["precision"]))
    assert measure_all(field[None], skin)["cast"][0] == pytest.approx(
        measure(field).measures["cast"], abs=1e-3
    )


def test_only_pictures_with_another_finding_count_and_the_models_own_refusal_is_a_catch():
    measured = {bound.measure: np.zeros(4) for bound in bounds.BOUNDS}
    measured["glare"] = np.array([1.0, 1.0, 0.0, 0.0])
    limits = {bound.name: -1.0 if bound.side == "low" else 0.5 for bound in bounds.BOUNDS}
    spoilt = Spoilt(measured, np.array([True, False, True, True]), np.array([False, False, True, False]))
    assert spoilt.caught(limits) == pytest.approx(2 / 3)
    assert spoilt.refused_by_bounds(limits) == pytest.approx(1 / 2)


def test_the_table_in_the_documents_is_that_of_the_last_study():
    docs = bounds.FILE.parents[2] / "docs"
    figures = json.loads((docs / "quality.json").read_text())
    assert table(figures) in (docs / "quality.md").read_text()


def test_a_fault_whose_every_finding_the_model_refuses_itself_leaves_none_to_catch(tmp_path):
    measured = {bound.measure: np.zeros(2) for bound in bounds.BOUNDS}
    limits = {bound.name: -1.0 if bound.side == "low" else 0.5 for bound in bounds.BOUNDS}
    foreign = Spoilt(measured, np.array([True, False]), np.array([True, False]))
    unchanged = Spoilt(measured, np.array([False, False]), np.array([False, False]))
    assert foreign.caught(limits) == 1
    assert np.isnan(foreign.refused_by_bounds(limits))
    assert np.isnan(unchanged.caught(limits))
    silent = {"changed": 0, "of": 2, "caught": None, "caught_where_the_model_is_silent": None}
    figures = {"faults": dict.fromkeys(FAULTS, silent), "refused": {"here": {"pictures": 2, "refused": 0.5}}}
    assert table(figures).count("| 0 of 2 | none to catch | none to catch |") == len(FAULTS)
    draw({name: [(0.01, np.nan), (0.02, np.nan)] for name in FAULTS}, figures, tmp_path / "q.png")
    assert read_image(tmp_path / "q.png").shape[0] > 300


def test_a_study_of_too_few_pictures_says_how_many_it_takes(tmp_path):
    workspace = Workspace(tmp_path)
    split.write([row(f"i{n}", f"l{n}", "mel", "train") for n in range(20)], workspace.split)
    np.save(workspace.fields, np.zeros((20, 224, 224, 3), np.uint8))
    vouch(workspace, "quantize", "calibrate")
    with pytest.raises(BuildError, match="bring data of at least 2 cameras, with 50 pictures each"):
        quality(workspace, None, None)
