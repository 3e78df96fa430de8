"""Sections on how good the model is on held-out lesions."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import confusion_matrix

from model_build import metrics
from model_build.calibrate import REFER_SENSITIVITY
from model_build.report import drawing, numbers
from model_build.report.group_plots import FEW, draw_groups
from model_build.report.groups import LEAST_LESIONS, Group, measure_groups
from model_build.report.held_out import HeldOut
from model_build.report.page import Part, Plot, Section, Table, Text

MALIGNANT = "malignant"

_THRESHOLDS = np.linspace(0, 1, 501)
_GROUPINGS = (
    ("age", "By age", "In which decade of life the model is good, and in which it isn't."),
    ("sex", "By sex", "Whether the model serves both sexes alike."),
    ("site", "By body site", "Where on the body the model is good, and where it isn't."),
    (
        "confirmation",
        "By confirmation",
        "How the diagnosis was made. All malignant lesions were confirmed by histopathology and all "
        "lesions under follow-up are naevi, so this also sorts easy lesions from hard ones.",
    ),
)

_HOW_TO_READ = (
    "Points are figures of the INT8 model on held-out pictures, bars their 95 % intervals by lesion, twins "
    "and one patient's lesions together. A balanced accuracy needs "
    f"{LEAST_LESIONS} lesions of every class; where a class has fewer, see accuracy, sensitivity and "
    "specificity. Accuracy alone flatters groups in which naevi prevail. A hollow point stands on fewer "
    f"than {FEW} pictures, and a bar without length only says that all of them went alike, not that it is "
    "certain; a point without a bar has too few lesions for an interval."
)


def confusion(held: HeldOut, out: Path) -> Section:
    """Which class is taken for which."""
    held, codes = held.of_named, held.classes.codes
    counts = confusion_matrix(held.labels, held.probabilities.argmax(axis=1), labels=range(len(codes)))
    drawing.confusion(counts, codes, "Held-out pictures, INT8", out / "confusion.png")
    return Section(
        "Confusion matrix",
        [
            Plot(
                out / "confusion.png",
                "Confusion matrix of the INT8 model: counts on the left, shares of the true class on the "
                "right.",
                f"What each of the {len(held.labels)} held-out pictures of these classes is (row) and what "
                "the INT8 model on the device says (column), all eight views combined. Right answers are "
                "on the diagonal; a dark field beside it is a pair of classes that the model mixes up.",
            ),
        ],
    )


def curves(held: HeldOut, out: Path) -> Section:
    """ROC, precision and recall."""
    title = "ROC, precision and recall"
    classes, named = held.classes, held.of_named
    own = {code: named.labels == index for index, code in enumerate(classes.codes)}
    own[MALIGNANT] = held.malignant
    # A class that no held-out picture shows, or all do, has no curve.
    own = {name: is_it for name, is_it in own.items() if 0 < is_it.sum() < len(is_it)}
    every = {code: named.probabilities[:, index] for index, code in enumerate(classes.codes)}
    scores = {name: each for name, each in (every | {MALIGNANT: held.suspicion}).items() if name in own}
    if not own:
        return Section(
            title, [Text("All held-out pictures are of one class: there is nothing to tell apart.")]
        )
    drawing.roc({name: numbers.roc(own[name], scores[name]) for name in scores}, classes, out / "roc.png")
    drawing.precision_recall(
        {name: numbers.precision_recall(own[name], scores[name]) for name in scores},
        {name: float(own[name].mean()) for name in scores},
        classes,
        out / "precision_recall.png",
    )
    fewest = min(own, key=lambda name: own[name].sum())
    return Section(
        title,
        [
            Plot(
                out / "roc.png",
                "ROC curves of the classes and of malignant against benign.",
                "Each curve shows what share of a class is found (up) at what share of false alarms "
                "among all other pictures (right), as the threshold falls. The closer to the upper left "
                "corner, the better. Solid lines are the malignant classes; the black one is "
                f"{', '.join(sorted(classes.malignant))} together against the rest, of all "
                f"{len(held.labels)} pictures. {len(named.labels)} of them are of the named classes; "
                f"{fewest} has only {own[fewest].sum()}.",
            ),
            Plot(
                out / "precision_recall.png",
                "Precision against recall of the classes and of malignant against benign.",
                "Of the pictures called a class, the share that is one (up), against the share of the "
                "class that is found (right). It depends on how common a class is: the legend says what "
                "guessing would reach in these pictures. In a practice where melanoma "
                "is rarer, precision is lower than here.",
            ),
        ],
    )


def calibration(held: HeldOut, out: Path) -> Section:
    """Whether a probability means what it says, and what leaving out the unsure gains."""
    named = held.of_named
    given = named.labels, named.probabilities
    error = metrics.calibration_error(*given, np.ones(len(named.labels)))
    drawing.reliability(numbers.reliability(*given), error, out / "reliability.png")
    risk = numbers.risk_coverage(*given)
    drawing.risk_coverage(risk, float(np.mean(~named.in_doubt)), out / "risk_coverage.png")
    half = risk.y[len(risk.y) // 2 - 1]
    return Section(
        "Calibration and abstention",
        [
            Plot(
                out / "reliability.png",
                "Reliability diagram with a histogram of the largest probability.",
                f"The {len(named.labels)} pictures of the named classes in {metrics.CALIBRATION_BINS} bins "
                "by how sure the model is (right), and how often it is right in each (up). On the dotted "
                "line a probability of 80 % is right in 8 of 10; above it the model is too modest, below "
                "it too sure. Bins with few pictures (see the counts) scatter.",
            ),
            Plot(
                out / "risk_coverage.png",
                "Error rate among the pictures kept, against the share kept.",
                f"Of {len(named.labels)} pictures, the share of wrong answers when only the surest are "
                f"kept: {risk.y[-1]:.1%} of all, {half:.1%} of the surer half. A curve that falls to the "
                "left means that the model knows when it doesn't know. The dashed line is the share of "
                f"which the device names a class. Of {np.mean(held.in_doubt):.1%} of all {len(held.labels)} "
                "held-out pictures it names none: what is beside the classes is likelier than each of "
                f"them, or none reaches {held.rules.abstain_below:.0%}. Where the malignancy probability "
                "is high enough, it refers all the same.",
            ),
        ],
    )


def triage(held: HeldOut, out: Path) -> Section:
    """Sensitivity and specificity along the refer threshold."""
    title, malignant, refer_at = "The refer threshold", int(held.malignant.sum()), held.rules.refer_at
    benign = len(held.labels) - malignant
    if not malignant or not benign:
        only = "malignant" if malignant else "benign"
        return Section(title, [Text(f"All held-out pictures are {only}: no threshold can tell them apart.")])
    given = held.malignant, held.suspicion
    along = numbers.along_threshold(*given, _THRESHOLDS)
    chosen = numbers.along_threshold(*given, np.array([refer_at]))
    drawing.triage(along, refer_at, chosen, out / "triage.png")
    return Section(
        title,
        [
            Plot(
                out / "triage.png",
                "Sensitivity and specificity along the refer threshold.",
                f"From which malignancy probability on to refer: the lower, the more of the {malignant} "
                f"malignant pictures are referred, and the more of the {benign} benign ones too. The chosen "
                f"threshold catches {REFER_SENSITIVITY:.0%} of the malignant pictures in validation; here it "
                f"refers {chosen.sensitivity[0]:.1%} of the malignant and {1 - chosen.specificity[0]:.1%} of "
                "the benign. With those whose prediction set names something malignant the device refers "
                f"{held.referred[held.malignant].mean():.1%} of the malignant and "
                f"{held.referred[~held.malignant].mean():.1%} of the benign.",
            )
        ],
    )


def groups(held: HeldOut, out: Path) -> Section:
    """By age, sex, body site and confirmation."""
    parts: list[Part] = [Text(_HOW_TO_READ)]
    for attribute, title, meaning in _GROUPINGS:
        names = [str(getattr(record, attribute)) for record in held.records]
        found = measure_groups(names, held)
        path = out / f"groups_{attribute}.png"
        draw_groups(found, f"{title}: held-out pictures", path)
        parts += [
            Plot(
                path,
                f"{title}: balanced accuracy, accuracy, sensitivity and specificity of each group.",
                f"{meaning} From {len(names)} pictures; in brackets how many of each group.",
            ),
            _tabulate(found, f"{title}, in figures"),
        ]
    return Section("By age, sex, site and confirmation", parts)


def _tabulate(found: Sequence[Group], caption: str) -> Table:
    head = ["group", "pictures", "lesions", "malignant pictures"]
    head += ["balanced accuracy", "accuracy", "sensitivity at refer", "specificity at refer"]
    rows = [
        [
            group.name,
            *(str(count) for count in (group.pictures, group.lesions, group.malignant)),
            *(
                metrics.in_words(figure, ".2f") or "none"
                for figure in (
                    group.balanced_accuracy,
                    group.accuracy,
                    group.sensitivity,
                    group.specificity,
                )
            ),
        ]
        for group in found
    ]
    return Table(caption, head, rows, folded=True)
