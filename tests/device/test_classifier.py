import numpy as np
import pytest

from device.classifier import interpreter as interpreter_module
from device.classifier import load_classifier, mean_of_maps
from device.errors import RuntimeMissingError
from device.examination import CLASSES, Quality, Triage
from tests.conftest import BUNDLE

FIT = Quality(0.5, 0.0, 5.0)


def test_a_finding_has_all_its_parts(field):
    finding = load_classifier(BUNDLE).classify(field, FIT)
    assert list(finding.probabilities) == list(CLASSES)
    assert sum(finding.probabilities.values()) == pytest.approx(1)
    assert finding.saliency.shape == (7, 7)
    assert finding.triage is not Triage.RETAKE
    assert len(finding.likeliest()) == 3
    assert finding.likeliest()[0][1] == max(finding.probabilities.values())


def test_the_same_field_gives_the_same_finding(field):
    classifier = load_classifier(BUNDLE)
    first, second = (classifier.classify(field, FIT) for _ in range(2))
    assert first.probabilities == second.probabilities


def test_each_map_becomes_the_probability_of_its_own_class(field):
    """A model that sees only class c must make class c the likeliest, for every c."""
    classifier = load_classifier(BUNDLE)
    for index, label in enumerate(CLASSES):
        maps = np.zeros((7, 7, 7), np.float32)
        maps[..., index] = 10
        classifier.interpreter.invoke = lambda tensor, maps=maps: maps
        assert classifier.classify(field, FIT).likeliest(1)[0][0] == label


def test_logits_are_the_means_of_the_maps():
    maps = np.random.default_rng(0).normal(size=(7, 7, 7)).astype(np.float32)
    assert mean_of_maps(maps)[2] == pytest.approx(maps[:, :, 2].mean(), abs=1e-6)


def test_without_a_runtime_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(interpreter_module, "RUNTIMES", ("no_such_runtime",))
    with pytest.raises(RuntimeMissingError, match="pip install ai-edge-litert"):
        load_classifier(BUNDLE)


def test_the_older_runtime_serves_where_the_newer_is_missing(monkeypatch, field):
    newest = interpreter_module.RUNTIMES[0]
    monkeypatch.setattr(interpreter_module, "RUNTIMES", ("no_such_runtime", newest))
    assert load_classifier(BUNDLE).classify(field, FIT).probabilities
