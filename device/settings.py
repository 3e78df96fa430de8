"""Every setting with its meaning, from a TOML file and the environment, checked before it is used."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from device.errors import SettingsError
from device.message import Message
from device.words.marks import N_

SHIPPED = Path(__file__).parent / "shipped"
"""What travels with the program: a model bundle and the demo camera's frames."""

INSTALLED = Path("/etc/dermapoint.toml")
"""The settings of an installed device, as deploy.sh writes them: what its commands read, too."""

ENVIRONMENT_PREFIX = "DERMAPOINT_"

SIMULATED_SENSORS = ("imx708", "imx477", "imx296", "imx219")
NEAREST_LENS = 15.0
"""Dioptres: as near as the lens of a Camera Module 3 goes (libcamera, imx708.json)."""
HIGHEST_PIN = 27
"""The last GPIO on a Raspberry Pi's 40-pin header, in Broadcom numbering (Raspberry Pi documentation)."""


_CHOICES = "choices"


def one_of(*choices: Any) -> Any:
    """A setting that has one of these values, at first the first."""
    return field(default=choices[0], metadata={_CHOICES: choices})


def default_state() -> Path:
    """Where examinations are kept unless the settings say otherwise."""
    # systemd names the folder it made for the service; elsewhere follow the XDG base directories.
    given = os.environ.get("STATE_DIRECTORY")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "dermapoint"


MOST_MONTHS = 120
"""No lesion is to be looked at again later than that."""


@dataclass(frozen=True)
class Settings:
    """All settings; the names are the keys of the TOML file.

    `DERMAPOINT_` and the name in capitals sets one from the environment, over the file.
    """

    camera: str = one_of("replay", "picamera", "usb", "simulated")
    """Where frames come from: `picamera`, `usb`, `replay` (a folder's pictures) or `simulated` (a model)."""
    camera_number: int = 0
    """Which camera of `picamera`: a Pi 5 has the connectors 0 and 1."""
    camera_rotation: int = one_of(0, 180)
    """How the camera of `picamera` is turned in its mount: 0 or 180 degrees."""
    camera_mirrored: bool = False
    """Mirror the pictures of `picamera`, for a camera that looks over a mirror."""
    lens_position: float = 0.0
    """Where a lens that can move stays, in dioptres up to 15; 0: as calibrated, or else by autofocus."""
    simulated_sensor: str = one_of(*SIMULATED_SENSORS)
    """What `simulated` is a model of: `imx708` (Camera Module 3), `imx477` (HQ), `imx296` or `imx219`."""
    frames: Path = SHIPPED / "frames"
    """The folder of pictures that `replay` and `simulated` show."""
    faults: str = ""
    """The replay camera's script of what goes wrong, a file; see `device/camera/faults.py`."""
    usb_device: str = "0"
    """The USB camera: the N of /dev/videoN, or its name below /dev/v4l/by-id, which stays the same."""
    frame_rate: float = 10.0
    """Frames a second for the live view, 1 to 60."""
    bundle: Path = SHIPPED / "bundle"
    """The model bundle's folder."""
    state: Path = field(default_factory=default_state)
    """Where examinations are kept."""
    keep_days: int = 0
    """Delete examinations so many days old, 7 or more, after a warning of 30 days; 0 keeps them all."""
    keep_free_mib: int = 500
    """Warn when less than four times this space is free, in MiB, 100 or more; see `make_room`."""
    make_room: bool = False
    """Delete the oldest unprotected examinations when less than `keep_free_mib` is free."""
    watch_months: int = 3
    """Months after which a lesion to watch is to be looked at again; 0 makes no date."""
    refer_months: int = 0
    """Months after which a lesion that was referred is to be looked at again; 0 makes no date."""
    no_answer_months: int = 0
    """Months after which a lesion without an answer is to be looked at again; 0 makes no date."""
    consent_for_names: bool = False
    """Names leave in letters and exports only of persons who agreed to it; see docs/records.md."""
    host: str = "127.0.0.1"
    """The address the page is served on; `0.0.0.0` opens it to the network."""
    port: int = 8080
    """The page's port, 1 to 65535."""
    http: str = one_of("localhost", "everywhere")
    """Who may open the page without encryption: `localhost`, this machine alone, or `everywhere`."""
    front: str = one_of("child", "unit", "none")
    """What runs nginx, which serves others: `child` (the daemon), `unit` (systemd), or `none`: in plain."""
    proxy: str = ""
    """The address of a proxy of your own in front of the device; see docs/deploy.md."""
    proxy_name: str = ""
    """The host name by which that proxy is called."""
    demo: bool = False
    """Show the device without its hardware: a new PIN at every start, and no real power-off."""
    mock_pins: bool = False
    """Drive no real pins: for machines without any."""
    button_pin: int = 17
    """GPIO of the button, wired to ground."""
    lamp_pins: tuple[int, int, int] = (5, 6, 13)
    """GPIOs of the lamp's red, green and blue."""
    focus_lamp: bool = True
    """Let the lamp of a ready device shine the brighter, the sharper the view is."""
    buzzer_pin: int = 12
    """GPIO of the buzzer's transistor."""
    buzzer: bool = True
    """Let the buzzer sound."""
    ring_light_pin: int = 18
    """GPIO of the ring light's transistor."""
    ring_light_brightness: float = 1.0
    """The ring light during a burst and to aim by, 0 to 1; below 1 it flickers, see docs/hardware.md."""
    ring_light_idle: float = 0.0
    """The ring light when nobody aims, 0 to 1."""
    second_reader: bool = False
    """Ask examiners for their own opinion of a lesion before the device's finding is shown."""
    aim_seconds: int = 120
    """How long after a press, a look at the live view or a movement someone is taken to aim, 5 to 3600."""
    visit_minutes: int = 15
    """How long after the last choice or press the person who is examined stays chosen, 1 to 240 minutes."""
    long_press_seconds: float = 1.0
    """Held so long, the button takes the last examination again; 0.3 to 5."""
    very_long_press_seconds: float = 5.0
    """Held so long, it powers off, after a warning from half-way on; to 20, and 2 over a long press."""
    power_off_command: str = ""
    """What powers the machine off; empty: the way of the service, see docs/service.md."""
    calibration_days: int = 180
    """The age at which a calibration of the optics is called old, 1 to 3650; 0 for never."""

    def __post_init__(self) -> None:
        """Raise SettingsError for the first value that has no meaning."""
        for name, choices in all_choices().items():
            value = getattr(self, name)
            _require(value in choices, name, value, Message("one_of", choices=list(map(str, choices))))
        usb = self.usb_device
        named = bool(usb) and "/" not in usb and not usb.startswith(".")
        numbered = usb.isdecimal() and int(usb) <= 63
        _require(
            numbered if usb.isdecimal() else named,
            "usb_device",
            usb,
            Message("usb_device_wanted"),
        )
        _require(0 <= self.camera_number <= 3, "camera_number", self.camera_number, _between(0, 3))
        _require(
            0 <= self.lens_position <= NEAREST_LENS,
            "lens_position",
            self.lens_position,
            _between(0, NEAREST_LENS),
        )
        _require(1 <= self.frame_rate <= 60, "frame_rate", self.frame_rate, _between(1, 60))
        _require(1 <= self.port <= 65535, "port", self.port, _between(1, 65535))
        _require(bool(self.host), "host", self.host, Message("address_wanted"))
        in_plain = self.local or self.http == "everywhere"
        _require(self.front != "none" or in_plain, "front", self.front, Message("front_wanted"))
        _require(not self.proxy or _is_address(self.proxy), "proxy", self.proxy, Message("address_or_empty"))
        _require(
            0 <= self.calibration_days <= 3650,
            "calibration_days",
            self.calibration_days,
            _between(0, 3650),
        )
        days, free = self.keep_days, self.keep_free_mib
        _require(days == 0 or 7 <= days <= 36_500, "keep_days", days, Message("keep_days_wanted"))
        _require(100 <= free <= 1_000_000, "keep_free_mib", free, _between(100, 1_000_000))
        for name in ("watch_months", "refer_months", "no_answer_months"):
            months = getattr(self, name)
            _require(0 <= months <= MOST_MONTHS, name, months, _between(0, MOST_MONTHS))
        taken: set[int] = set()
        for name in ("button_pin", "lamp_pins", "buzzer_pin", "ring_light_pin"):
            pins = getattr(self, name)
            for pin in pins if isinstance(pins, tuple) else (pins,):
                _require(0 <= pin <= HIGHEST_PIN, name, pin, Message("gpio_wanted", highest=HIGHEST_PIN))
                _require(pin not in taken, name, pin, Message("other_gpio_wanted"))
                taken.add(pin)
        command = self.power_off_command
        _require(
            not command or bool(command.strip()), "power_off_command", command, Message("command_or_empty")
        )
        _require(5 <= self.aim_seconds <= 3600, "aim_seconds", self.aim_seconds, _between(5, 3600))
        _require(1 <= self.visit_minutes <= 240, "visit_minutes", self.visit_minutes, _between(1, 240))
        for name in ("ring_light_brightness", "ring_light_idle"):
            _require(0 <= getattr(self, name) <= 1, name, getattr(self, name), _between(0, 1))
        long, very_long = self.long_press_seconds, self.very_long_press_seconds
        _require(0.3 <= long <= 5, "long_press_seconds", long, _between(0.3, 5))
        _require(
            long + 2 <= very_long <= 20,
            "very_long_press_seconds",
            very_long,
            Message("very_long_press_wanted"),
        )

    @property
    def local(self) -> bool:
        """Whether the page is served on this machine alone."""
        return self.host in ("127.0.0.1", "localhost", "::1")

    @property
    def scheme(self) -> str:
        """What the page's address begins with for most who open it: https or http."""
        return "http" if self.local or self.http == "everywhere" else "https"


def all_choices() -> dict[str, tuple[Any, ...]]:
    """The values that a setting may have, by its name, for those that have one of some."""
    return {entry.name: entry.metadata[_CHOICES] for entry in fields(Settings) if entry.metadata}


class Origin(StrEnum):
    """Where the value of a setting comes from; each outdoes those above it."""

    DEFAULT = N_("default")
    FILE = N_("settings file")
    PAGE = N_("settings page")
    ENVIRONMENT = N_("environment")
    COMMAND_LINE = N_("command line")


@dataclass(frozen=True)
class Sources:
    """All that settings come from: a file, the settings page, the environment, and the command line.

    `overrides` that are None are left out.
    """

    file: Path | None = None
    page: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)

    def collect(self) -> tuple[Settings, dict[str, Origin]]:
        """The settings, and where each comes from.

        Raises SettingsError, naming file and key, for what is missing, unknown or without meaning.
        """
        environment = os.environ if self.environment is None else self.environment
        given: dict[Origin, Mapping[str, Any]] = {
            Origin.FILE: _read_file(self.file) if self.file else {},
            Origin.PAGE: self.page,
            Origin.ENVIRONMENT: {
                name.removeprefix(ENVIRONMENT_PREFIX).lower(): text
                for name, text in environment.items()
                if name.startswith(ENVIRONMENT_PREFIX)
            },
            Origin.COMMAND_LINE: {name: value for name, value in self.overrides.items() if value is not None},
        }
        defaults = Settings()
        origins = dict.fromkeys((entry.name for entry in fields(Settings)), Origin.DEFAULT)
        values: dict[str, Any] = {}
        for origin, source in given.items():
            for name, value in source.items():
                if name not in origins:
                    raise SettingsError("setting_unknown", name=name, known=list(origins))
                values[name] = _convert(name, value, getattr(defaults, name))
                origins[name] = origin
        return replace(defaults, **values), origins


def load_settings(
    file: Path | None = None, environment: Mapping[str, str] | None = None, **overrides: Any
) -> Settings:
    """The settings from `file`, then the environment, then `overrides` that are not None.

    Raises SettingsError, naming file and key, for what is missing, unknown or without meaning.
    """
    return Sources(file, environment=environment, overrides=overrides).collect()[0]


def _read_file(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise SettingsError("settings_unreadable", file=file, error=error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("settings_not_toml", file=file, error=error) from error


def _convert(name: str, value: Any, default: Any) -> Any:
    """`value`, from TOML or text, as the type that `default` has."""
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False, "1": True, "0": False}[str(value).lower()]
        if isinstance(default, tuple):
            parts = value.split(",") if isinstance(value, str) else value
            red, green, blue = (int(part) for part in parts)
            return red, green, blue
        if isinstance(default, Path):
            return Path(value).expanduser()
        return type(default)(value)
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            "setting_of_other_kind", name=name, value=repr(value), default=repr(default)
        ) from error


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _between(least: float, most: float) -> Message:
    return Message("number_from_to", least=least, most=most)


def _require(holds: bool, name: str, value: Any, wanted: Message) -> None:
    if not holds:
        raise SettingsError("setting_refused", name=name, value=repr(value), wanted=wanted)
