import numpy as np

from device.classes import HAM10000
from device.classifier.decision import Rules
from model_build.safe_rule import ALL, cost_by_source, tabulate

RULES = Rules(1.0, 0.2, 0.3, 0.0, (0.1,) * 7)


def lesion(**shares):
    rest = (1 - sum(shares.values())) / (7 - len(shares))
    return [shares.get(code, rest) for code in HAM10000.codes]


def test_the_rule_catches_what_the_set_names_and_costs_what_it_names_in_vain():
    joint = np.array(
        [
            lesion(mel=0.5),  # over the threshold
            lesion(nv=0.8, mel=0.12, bcc=0.0, akiec=0.0),  # under it, but in the set
            lesion(nv=0.98),  # truly malignant, and nothing says so
            lesion(nv=0.8, mel=0.12, bcc=0.0, akiec=0.0),  # harmless, but in the set
            lesion(nv=0.98),  # harmless, watched
        ]
    )
    malignant = np.array([True, True, True, False, False])
    found = cost_by_source(joint, malignant, ["a", "a", "a", "a", "b"], HAM10000, RULES)
    assert found["a"] == {
        "pictures": 4,
        "sensitivity": 0.3333,
        "sensitivity_with_rule": 0.6667,
        "specificity": 1.0,
        "specificity_with_rule": 0.0,
        "missed": 0.6667,
        "missed_with_rule": 0.3333,
    }
    assert found["b"]["sensitivity"] is None
    assert (found[ALL]["specificity"], found[ALL]["specificity_with_rule"]) == (1.0, 0.5)
    assert tabulate(found)[-1].startswith("| all sources | 5 | 0.333 | 0.667 | 1.000 | 0.500 |")
