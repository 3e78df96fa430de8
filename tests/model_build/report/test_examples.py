import numpy as np

from device.classes import HAM10000
from model_build.report import example_plots, examples

MEL, NV = HAM10000.codes.index("mel"), HAM10000.codes.index("nv")


def nv_against_mel(*nv):
    probabilities = np.zeros((len(nv), 7))
    probabilities[:, NV] = nv
    probabilities[:, MEL] = 1 - np.array(nv)
    return probabilities


def test_the_missed_are_malignant_lesions_by_rising_malignancy_one_picture_each():
    labels = np.array([MEL, MEL, MEL, NV, MEL])
    malignant, suspicion = labels == MEL, nv_against_mel(0.9, 0.95, 0.6, 0.99, 0.7)[:, MEL]
    assert examples.pick_missed(malignant, suspicion, list("aabcd"), 9) == [1, 4, 2]
    assert examples.pick_missed(malignant, suspicion, list("aabcd"), 1) == [1]


def test_the_surest_wrong_come_first_whichever_side_they_err_to():
    labels = np.array([MEL, NV, NV, MEL])
    probabilities = nv_against_mel(0.8, 0.05, 0.9, 0.4)
    assert examples.pick_surest_wrong(labels, probabilities, list("abcd"), 9) == [1, 0]


def test_right_ones_are_right_and_spread():
    labels = np.full(10, NV)
    probabilities = nv_against_mel(*np.linspace(0.55, 1, 8), 0.1, 0.2)
    assert examples.pick_right(labels, probabilities, [str(i) for i in range(10)], 2) == [2, 6]
    assert examples.pick_right(labels, probabilities, ["one"] * 10, 2) == [0]


def test_the_overlay_is_where_the_evidence_is(field):
    saliency = np.zeros((7, 7), np.float32)
    plain = example_plots.lay_over(field, saliency)
    saliency[0, 0] = 1
    overlaid = example_plots.lay_over(field, saliency)
    assert plain.shape == (240, 320, 3)
    changed = np.abs(overlaid.astype(int) - plain).sum(axis=2)
    assert changed[:20, :20].min() > 30
    assert changed[100:, 140:].max() == 0
    # The strongest evidence is yellow in viridis: red and green without blue.
    red, green, blue = overlaid[5, 5]
    assert min(red, green) > blue + 60
