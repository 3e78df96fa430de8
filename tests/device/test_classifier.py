from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from device.classes import HAM10000
from device.classifier import Classifier, load_classifier, read_maps
from device.classifier import interpreter as interpreter_module
from device.classifier.bundle import load_bundle
from device.classifier.interpreter import Interpreter
from device.classifier.views import VIEWS, turn, turn_back
from device.errors import RuntimeMissingError
from device.examination import Triage
from tests.conftest import BUNDLE


def test_a_finding_has_all_its_parts(field):
    finding = load_classifier(BUNDLE).classify([field])
    assert list(finding.probabilities) == list(HAM10000.codes)
    assert sum(finding.probabilities.values()) == pytest.approx(1)
    assert finding.saliency.shape == (7, 7)
    assert finding.triage is not Triage.RETAKE
    assert len(finding.likeliest()) == 3
    named = [share for _, share in finding.likeliest(len(finding.probabilities))]
    assert sum(named) + sum(finding.beside.values()) == pytest.approx(1)
    assert all(
        share <= finding.malignancy or code not in finding.classes.malignant
        for code, share in finding.likeliest()
    )


def test_the_same_field_gives_the_same_finding(field):
    classifier = load_classifier(BUNDLE)
    first, second = (classifier.classify([field]) for _ in range(2))
    assert first.probabilities == second.probabilities


def test_each_map_becomes_the_probability_of_its_own_class(field):
    """A model that sees only class c must make class c the likeliest, for every c."""
    classifier = load_classifier(BUNDLE)
    for index, label in enumerate(HAM10000.codes):
        maps = np.zeros((7, 7, classifier.interpreter.channels), np.float32)
        maps[..., index] = 10
        classifier.interpreter.invoke = lambda tensor, maps=maps: maps
        assert classifier.classify([field]).likeliest(1)[0][0] == label


def test_logits_and_foreign_score_are_the_means_of_the_maps():
    maps = np.random.default_rng(0).normal(size=(3, 7, 7, 8)).astype(np.float32)
    logits, foreign = read_maps(maps)
    assert logits.shape == (3, 7)
    assert logits[1, 2] == pytest.approx(maps[1, :, :, 2].mean(), abs=1e-6)
    assert foreign == pytest.approx(maps[..., 7].mean(axis=(1, 2)), abs=1e-6)


def test_views_are_the_eight_symmetries_of_a_square_and_turn_back():
    square = np.arange(49, dtype=np.float32).reshape(7, 7, 1)
    turned = [turn(square, view) for view in range(VIEWS)]
    assert len({each.tobytes() for each in turned}) == 8
    assert (turned[0] == square).all()
    for view, each in enumerate(turned):
        assert (turn_back(each, view) == square).all()


@pytest.mark.parametrize("cores", [2, 3, 4])
def test_answers_do_not_depend_on_the_number_of_cores(field, cores):
    bundle = load_bundle(BUNDLE)
    alone = Interpreter(bundle.model, cores=1)
    one_by_one = [turn_back(alone.invoke(alone.quantize(turn(field, view))), view) for view in range(VIEWS)]
    shared = Classifier(Interpreter(bundle.model, cores=cores), bundle.rules, "", classes=bundle.classes)
    with ThreadPoolExecutor(3) as callers:
        for maps in callers.map(shared.maps, [field] * 6):
            assert (maps == np.stack(one_by_one)).all()


def test_a_view_that_fails_leaves_its_runtime_to_the_next(field):
    classifier = load_classifier(BUNDLE)
    whole = classifier.maps(field)
    for _ in range(2 * classifier.interpreter.lanes):
        with pytest.raises(ValueError, match="dimension"):
            classifier.interpreter.invoke(np.zeros((1, 3, 3, 3), np.int8))
    assert (classifier.maps(field) == whole).all()


def test_a_finding_is_the_same_however_the_lesion_lies(field):
    classifier = load_classifier(BUNDLE)
    upright, turned = (classifier.classify([each]) for each in (field, turn(field, 5)))
    assert turned.probabilities == pytest.approx(upright.probabilities, abs=1e-6)
    assert turned.saliency == pytest.approx(turn(upright.saliency[..., None], 5)[..., 0], abs=1e-4)


def test_a_burst_is_one_lesion_and_costs_no_more_than_one_frame(field):
    classifier = load_classifier(BUNDLE)
    alone = classifier.classify([field])
    seen, real = [], classifier.interpreter.invoke
    classifier.interpreter.invoke = lambda tensor: (seen.append(tensor), real(tensor))[1]
    assert classifier.classify([field, field, field]).probabilities == alone.probabilities
    assert len(seen) == VIEWS


def test_every_frame_of_a_burst_has_its_say(field):
    classifier = load_classifier(BUNDLE)
    other = np.ascontiguousarray(field[:, :, ::-1])
    alone, both = classifier.maps(field), classifier.maps(field, other)
    assert (both[0::2] == alone[0::2]).all()
    assert (both[1::2] == classifier.maps(other)[1::2]).all()


def test_a_high_foreign_map_is_no_answer(field):
    classifier = load_classifier(BUNDLE)
    maps = np.zeros((7, 7, classifier.interpreter.channels), np.float32)
    maps[..., 4], maps[..., -1] = 10, classifier.rules.foreign_above + 1
    classifier.interpreter.invoke = lambda tensor: maps
    finding = classifier.classify([field])
    assert finding.foreign
    assert finding.triage is Triage.NO_ANSWER


def test_a_page_of_text_is_refused():
    page = np.full((224, 224, 3), 235, np.uint8)
    for line in range(12, 224, 18):
        cv2.putText(page, "The quick brown fox jumps", (4, line), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (20, 20, 20))
    assert load_classifier(BUNDLE).classify([page]).foreign


def test_without_a_runtime_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(interpreter_module, "RUNTIMES", ("no_such_runtime",))
    with pytest.raises(RuntimeMissingError, match="pip install ai-edge-litert"):
        load_classifier(BUNDLE)


def test_the_older_runtime_serves_where_the_newer_is_missing(monkeypatch, field):
    newest = interpreter_module.RUNTIMES[0]
    monkeypatch.setattr(interpreter_module, "RUNTIMES", ("no_such_runtime", newest))
    assert load_classifier(BUNDLE).classify([field]).probabilities
