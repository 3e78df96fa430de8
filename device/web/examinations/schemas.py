"""Examinations, and what is looked for among them, as programs send and get them."""

from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from device.checklist import Criterion
from device.examination import Source
from device.opinion import SAID
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
        description="Looked for in pseudonym, name, notes, a lesion's label, its confirmed diagnosis and "
        "that in words.",
        max_length=LONGEST_TEXT,
    ),
]
FirstDay = Annotated[Day, Meta(description="First day.")]
LastDay = Annotated[Day, Meta(description="Last day.")]
Zone = Annotated[
    str,
    Meta(
        description="The days' time zone, by IANA's name; left out: UTC.",
        examples=["Europe/Berlin"],
        max_length=LONGEST_TEXT,
    ),
]


class Days(TypedDict, total=False):
    """Over which days."""

    since: FirstDay
    until: LastDay
    zone: Zone


Search = TypedDict(
    "Search",
    {
        "limit": Limit,
        "before": Annotated[ExaminationId, Meta(description="Only older ones than this.")],
        "text": Text,
        "since": FirstDay,
        "until": LastDay,
        "zone": Zone,
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
    source: Annotated[
        str,
        Meta(
            description="Whose picture it is: the device's own camera's, one that was uploaded, or one "
            "that was brought back without its record and judged anew.",
            extra_json_schema={"enum": [*Source]},
        ),
    ]
    clock_set: Annotated[
        bool | None,
        Meta(description="Whether the clock was known to be right; null: that was not noted."),
    ]
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


Reader = Annotated[str, Meta(description="The name that they enter the page with.", max_length=120)]
OpinionTriage = Annotated[
    str, Meta(description="What the examiner would do.", extra_json_schema={"enum": [*SAID]})
]
OpinionLabel = Annotated[
    str,
    Meta(description="The class they take it for, or other; empty: not said.", max_length=32),
]
Criteria = Annotated[
    list[Annotated[str, Meta(extra_json_schema={"enum": [*Criterion]})]],
    Meta(description="The criteria of the seven-point checklist that are present.", max_length=7),
]


class NewOpinion(TypedDict):
    """What an examiner says of an examination."""

    triage: OpinionTriage
    label: NotRequired[OpinionLabel]
    checklist: NotRequired[Annotated[Criteria | None, Meta(description="null: not filled in.")]]


class Checklist(TypedDict):
    """The seven-point checklist (Argenziano 1998), and its revision (Argenziano 2011)."""

    present: Criteria
    score: Annotated[int, Meta(description="Points of 1998: major criteria count twice.", ge=0, le=10)]
    suspicious: Annotated[bool, Meta(description="3 points or more.")]
    revised_score: Annotated[int, Meta(description="Points of 2011: one a criterion.", ge=0, le=7)]
    revised_suspicious: Annotated[bool, Meta(description="1 point or more.")]


class Opinion(TypedDict):
    """What an examiner said of an examination."""

    id: RecordId
    examination: ExaminationId
    reader: Reader
    said_at: Moment
    triage: OpinionTriage
    label: OpinionLabel
    blind: Annotated[bool, Meta(description="It was said before the device's finding was shown.")]
    checklist: Checklist | None


class Opinions(TypedDict):
    """The opinions on an examination."""

    opinions: list[Opinion]
    withheld: Annotated[bool, Meta(description="The page shows the finding only after an opinion.")]
    notice: Notice


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


class Agreement(TypedDict):
    """How far examiners and the device agree, by opinions that were said before the finding was shown."""

    opinions: int
    readers: int
    decided: Annotated[int, Meta(description="Both said refer or watch.")]
    table: Annotated[
        dict[str, dict[str, int]],
        Meta(description="Counts by what the examiner, and then by what the device said."),
    ]
    same_triage: CountedShare | None
    kappa: Annotated[float, Meta(description="Cohen's, of refer and watch.", ge=-1, le=1)] | None
    same_class: CountedShare | None
    confirmed: Annotated[int, Meta(description="Those of decided whose diagnosis is confirmed.")]
    examiner_sensitivity: CountedShare | None
    examiner_specificity: CountedShare | None
    device_sensitivity: CountedShare | None
    device_specificity: CountedShare | None
    both_right: int
    examiner_alone_right: int
    device_alone_right: int
    neither_right: int


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
    agreement: Agreement
    notice: Notice
