"""Examinations, and what is looked for among them, as programs send and get them."""

from typing import Annotated, TypedDict

from msgspec import Meta

from device.records.query_text import LONGEST_TEXT
from device.web.schemas import (
    ClassCode,
    Day,
    Diagnosis,
    ExaminationId,
    Json,
    Limit,
    Message,
    Moment,
    Notice,
    RecordId,
    Share,
    Suspicious,
    TriageName,
    YesNo,
)

Text = Annotated[
    str,
    Meta(
        description="Looked for in pseudonym, name, notes, a lesion's label and its diagnosis in words.",
        max_length=LONGEST_TEXT,
    ),
]
FirstDay = Annotated[Day, Meta(description="First day, in UTC.")]
LastDay = Annotated[Day, Meta(description="Last day, in UTC.")]


class Days(TypedDict, total=False):
    """Over which days."""

    since: FirstDay
    until: LastDay


Search = TypedDict(
    "Search",
    {
        "limit": Limit,
        "before": Annotated[ExaminationId, Meta(description="Only older ones than this.")],
        "text": Text,
        "since": FirstDay,
        "until": LastDay,
        "class": Annotated[ClassCode, Meta(description="The likeliest class.")],
        "triage": Annotated[
            TriageName,
            Meta(description="What the device said to do; refer finds suspicious retakes, too."),
        ],
        "site": Annotated[str, Meta(description="The ISIC archive's general body site.")],
        "confirmed": Annotated[YesNo, Meta(description="Whether the lesion's diagnosis is confirmed.")],
        "assigned": Annotated[YesNo, Meta(description="Whether it is known whose lesion it shows.")],
    },
    total=False,
)


class LesionClass(TypedDict):
    """A class of a model."""

    code: ClassCode
    malignant: Annotated[bool, Meta(description="Malignant or pre-malignant.")]
    names: Annotated[dict[str, str], Meta(description="By language, ISO 639-1.")]


class Finding(TypedDict):
    """What the classifier says of a burst."""

    triage: TriageName
    suspicious: Suspicious
    reasons: list[Message]
    malignancy: Annotated[
        Share,
        Meta(
            description="The probability of anything malignant or pre-malignant: the sum over those classes, "
            "the outputs beside the named ones included."
        ),
    ]
    foreign: Annotated[bool, Meta(description="It doesn't look like a lesion; the rest means nothing.")]
    prediction_set: Annotated[
        list[ClassCode], Meta(description="The classes that can't be ruled out, likeliest first.")
    ]
    probabilities: Annotated[
        dict[str, Share],
        Meta(
            description="One for each named class, by its code; they add up to 1, given that the lesion is "
            "one of them."
        ),
    ]
    beside: Annotated[
        dict[str, Share],
        Meta(description="One for each output beside the named classes: that it is none of them, but this."),
    ]
    saliency: Annotated[
        str,
        Meta(
            description="A byte a cell, 0 to 255, row by row, from the top left.",
            extra_json_schema={"contentEncoding": "base64"},
        ),
    ]
    saliency_shape: Annotated[
        list[int], Meta(description="Rows and columns of the saliency map.", min_length=2, max_length=2)
    ]
    model: str
    classes: Annotated[list[LesionClass], Meta(description="The named classes of the model that made it.")]
    classes_beside: Annotated[list[LesionClass], Meta(description="Its outputs for lesions of none of them.")]


class Quality(TypedDict):
    """What a frame measures, and the advice that follows."""

    measures: dict[str, float]
    advice: list[Message]


class BurstFrame(TypedDict):
    """One frame of a press."""

    quality: Quality
    metadata: Annotated[Json, Meta(description="What the camera said.")]
    used: Annotated[bool, Meta(description="The finding used it.")]


class Examination(TypedDict):
    """One press, as it was saved, with whom it shows."""

    id: ExaminationId
    person: Annotated[RecordId | None, Meta(description="The id of whom it shows; null: not known.")]
    lesion: Annotated[RecordId | None, Meta(description="The id of the lesion it shows; null: not known.")]
    diagnosis: Annotated[
        Diagnosis | None,
        Meta(
            description="What the lesion turned out to be; null: not confirmed. Where it is known it goes "
            "before the finding, which is what the device said before."
        ),
    ]
    taken_at: Moment
    finding: Finding
    frames: Annotated[list[BurstFrame], Meta(description="In the order they were taken.", min_length=1)]
    best: Annotated[int, Meta(description="The number of the frame that is shown.", ge=0)]
    timings_ms: dict[str, float]
    overridden: Annotated[bool, Meta(description="The advice to take it again was overridden.")]
    replaces: Annotated[
        str, Meta(description="The id of the one that this was taken again for; empty: none.")
    ]
    optics: Annotated[str, Meta(description="The calibration of the optics that was applied; empty: none.")]
    notice: Notice


class DamagedExamination(TypedDict):
    """One whose record isn't as it was saved."""

    id: ExaminationId
    taken_at: Moment
    detail: Annotated[str, Meta(description="What to do.")]


class Examinations(TypedDict):
    """A list of them, and of those of the same page whose records are damaged."""

    examinations: list[Examination]
    damaged: list[DamagedExamination]


class CountedShare(TypedDict):
    """A share of `of` examinations, with its 95 % interval (Wilson) by lesion."""

    value: Share
    low: Share
    high: Share
    of: Annotated[int, Meta(ge=1)]
    lesions: Annotated[int, Meta(ge=1)]


class Bin(TypedDict):
    """Examinations of a range of malignancy, and the share of them that was malignant."""

    start: Share
    end: Share
    mean: Share
    malignant: CountedShare


class Accuracy(TypedDict):
    """How right the device was; a share is null where nothing was confirmed that it could be of."""

    lesions: int
    examinations: int
    judged: Annotated[int, Meta(description="Those with the triage refer or watch.")]
    by_confirmation: dict[str, int]
    by_triage: dict[str, int]
    models: list[str]
    confusion: Annotated[
        dict[str, dict[str, int]],
        Meta(description="Counts by what it was, and then by what was likeliest."),
    ]
    recall: dict[str, CountedShare | None]
    balanced_accuracy: Share | None
    sensitivity: CountedShare | None
    specificity: CountedShare | None
    calibration: list[Bin]
    notice: Notice
