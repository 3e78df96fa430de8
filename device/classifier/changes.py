"""What would make the device say something else. Pure: a finding and the rules that made it."""

from device.classifier.decision import Rules, answer_of
from device.examination import Finding, Triage


def what_would_change(finding: Finding, rules: Rules) -> tuple[str, ...]:
    """Plain sentences: which figure decided, how far it is from its threshold, and what comes closest.

    `rules` are those of the model that made the finding. None for a picture that wasn't judged.
    """
    if finding.foreign or finding.triage is Triage.RETAKE:
        return ()
    answer = answer_of(finding)
    (_, first), (_, second) = finding.likeliest(2)
    highest = answer.highest
    told = []
    if finding.triage is Triage.REFER:
        told.append(
            f"Below {rules.refer_at:.0%} of being malignant or pre-malignant it would not be referred; "
            f"it is {finding.malignancy:.0%}."
        )
    elif finding.triage is Triage.WATCH:
        told.append(
            f"From {rules.refer_at:.0%} of being malignant or pre-malignant on it would be referred; "
            f"it is {finding.malignancy:.0%}."
        )
    elif answer.none_of_them <= highest:
        told.append(
            f"One class with at least {rules.abstain_below:.0%} would give an answer; "
            f"the likeliest has {highest:.0%}."
        )
    behind = 100 * (first - second)
    told.append(f"The second likeliest class is {behind:.0f} points of probability behind the first.")
    return tuple(told)
