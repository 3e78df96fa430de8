"""The device's state, settings, clock and calibration as programs send and get them."""

from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta

from device.health import State
from device.optics.calibration import KINDS
from device.service.clock import EARLIEST, LATEST
from device.settings import Origin
from device.web.schemas import Json, Message, Moment

SettingValue = str | float | bool | list[Any]
Kind = Annotated[str, Meta(extra_json_schema={"enum": [*KINDS]})]


class Status(TypedDict):
    """Whether the device is ready."""

    ready: bool
    camera: Annotated[str, Meta(description="Its name, or what is wrong with it.")]
    model: str
    version: str


class PartHealth(TypedDict):
    """How a part is, and what to do."""

    part: str
    state: State
    sentence: str
    advice: str
    finding: Message
    remedy: Message | None


class Health(TypedDict):
    """All parts."""

    health: list[PartHealth]


class Clock(TypedDict):
    """What the clock says."""

    now: Annotated[int, Meta(description="Seconds since 1970-01-01 00:00 UTC.")]
    set_by_network: bool


class ClockChange(TypedDict):
    """The time to set."""

    now: Annotated[int, Meta(description="Seconds since 1970-01-01 00:00 UTC.", ge=EARLIEST, le=LATEST)]


class Setting(TypedDict):
    """A setting, as it is saved."""

    name: str
    meaning: str
    value: SettingValue
    default: SettingValue
    origin: Origin
    fixed: Annotated[bool, Meta(description="It can't be changed here.")]


class AllSettings(TypedDict):
    """Every setting."""

    settings: list[Setting]
    waiting: Annotated[bool, Meta(description="Something saved is in force after a restart only.")]


class ChangedSettings(TypedDict):
    """The names of those that changed."""

    changed: list[str]
    waiting: bool


class CalibrationQuery(TypedDict):
    """What to calibrate."""

    kind: Kind
    spacing: NotRequired[
        Annotated[
            float,
            Meta(
                description="Millimetres from one mark of the ruler to the next.",
                extra_json_schema={"default": 1.0},
            ),
        ]
    ]


class UndoQuery(TypedDict, total=False):
    """Which calibration to undo."""

    kind: Annotated[Kind, Meta(description="Of this kind; left out: of any.")]


class Calibration(TypedDict):
    """A calibration of the optics."""

    number: int
    kind: Kind
    made_at: Moment
    camera: str
    size: Annotated[
        list[int],
        Meta(description="Width and height of the frames, in pixels.", min_length=2, max_length=2),
    ]
    metadata: Json
    undone: bool
    width_mm: NotRequired[
        Annotated[float, Meta(description="Of a scale: the width of the frame on the skin.")]
    ]
    method: NotRequired[Annotated[str, Meta(description="Of a scale: how it was found.")]]
    largest_gain: NotRequired[
        Annotated[float, Meta(description="Of a white card: at the darkest place of the field.")]
    ]
    lens_position: NotRequired[
        Annotated[float, Meta(description="Of a focus: where the lens stays, dioptres.")]
    ]


class Calibrations(TypedDict):
    """What is in force, and all before."""

    name: str
    white: Calibration | None
    scale: Calibration | None
    focus: Calibration | None
    notes: list[str]
    reminders: list[str]
    history: list[Calibration]
