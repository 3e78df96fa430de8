"""What would make the device say something else. Pure: a finding and the rules that made it."""

from device.classifier.decision import Rules, answer_of
from device.examination import Finding, Triage
from device.message import Message


def what_would_change(finding: Finding, rules: Rules) -> tuple[Message, ...]:
    """Which figure decided, how far it is from its threshold, and what comes closest.

    `rules` are those of the model that made the finding. None for a picture that wasn't judged.
    """
    if finding.foreign or finding.triage is Triage.RETAKE:
        return ()
    answer = answer_of(finding)
    (_, first), (_, second) = finding.likeliest(2)
    closest = Message("change_distance", points=round(100 * (first - second)))
    beside = {"malignancy": finding.malignancy, "threshold": rules.refer_at}
    for reason in finding.reasons:
        match reason.code:
            case "over_threshold":
                return Message("change_below_threshold", **beside), closest
            case "not_ruled_out":
                return Message("change_not_ruled_out", classes=reason.values["classes"]), closest
            case "below_threshold":
                return Message("change_over_threshold", **beside), closest
            case "no_class_likely":
                least = rules.abstain_below
                return Message("change_likelier", least=least, highest=answer.highest), closest
    return (closest,)
