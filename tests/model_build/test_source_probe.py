import numpy as np
import pytest

from model_build.source_probe import LEAST_OF_A_CELL, name_sources
from tests.model_build.rows import row


def pictures(count, away):
    """Features of naevi of two sources, `away` from each other along one axis, and a bcc of one source."""
    random = np.random.default_rng(4)
    rows = [row(f"i{n}", f"l{n}", "nv", "validation", source=("one", "other")[n % 2]) for n in range(count)]
    features = random.normal(size=(count, 8))
    features[1::2, 0] += away
    rows += [row(f"b{n}", f"b{n}", "bcc", "validation", source="one") for n in range(LEAST_OF_A_CELL)]
    return np.concatenate([features, random.normal(size=(LEAST_OF_A_CELL, 8))]).astype(np.float32), rows


def test_features_that_give_the_source_away_are_found_and_others_are_at_chance():
    apart, alike = (name_sources(*pictures(400, away))["nv"] for away in (6, 0))
    assert apart["named"]["value"] > 0.95
    assert alike["named"]["low"] < 0.5 < alike["named"]["high"]
    assert (apart["chance"], apart["sources"], apart["pictures"]) == (0.5, ["one", "other"], 400)


def test_a_class_of_one_source_tells_nothing_and_a_source_with_few_pictures_takes_no_part():
    assert list(name_sources(*pictures(400, 0))) == ["nv"]
    assert name_sources(*pictures(2 * LEAST_OF_A_CELL - 2, 0)) == {}


def test_pictures_of_one_lesion_are_on_one_side():
    # Each lesion's pictures are alike, and nothing else tells the source: a probe that had seen a
    # lesion would know its others.
    random = np.random.default_rng(1)
    lesions = random.normal(size=(40, 60)).repeat(5, axis=0)
    rows = [
        row(f"i{n}", f"l{n // 5}", "nv", "validation", ("one", "other")[n // 5 % 2], group=f"l{n // 5}")
        for n in range(200)
    ]
    named = name_sources((lesions + random.normal(0, 0.01, lesions.shape)).astype(np.float32), rows)
    assert named["nv"]["named"]["value"] == pytest.approx(0.5, abs=0.25)


def test_a_source_of_many_pictures_and_few_lesions_takes_no_part():
    # Four lesions: of five folds that hold them, one would hold none.
    features, rows = pictures(400, 0)
    rows += [row(f"f{n}", f"f{n % 4}", "nv", "validation", "few", group=f"f{n % 4}") for n in range(40)]
    few = np.random.default_rng(2).normal(size=(40, 8)).astype(np.float32)
    assert name_sources(np.concatenate([features, few]), rows)["nv"]["sources"] == ["one", "other"]
    alone = [each for each in rows if each.source == "few"]
    twice = alone + [row(f"o{n}", f"o{n % 4}", "nv", "validation", group=f"o{n % 4}") for n in range(40)]
    assert name_sources(np.concatenate([few, few]), twice) == {}
