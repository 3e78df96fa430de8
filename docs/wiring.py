"""Draws docs/wiring.svg from the default settings: `python docs/wiring.py`.

A test holds the drawing to this script, and so to the pins that the device really uses.
"""

from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory

from device.settings import Settings

FILE = Path(__file__).with_name("wiring.svg")

WIDTH, HEIGHT = 1240, 880
TOP, PITCH = 160, 30
LEFT, RIGHT = 598, 642
LEFT_EDGE, RIGHT_EDGE = 438, 802
"""Where the wires leave the labels of the header's odd and even pins."""

PLUS, GROUND, BUTTON, RING, BUZZER = "#c62828", "#37474f", "#6a1b9a", "#b26a00", "#00695c"
RED, GREEN, BLUE = "#d32f2f", "#2e7d32", "#1565c0"
QUIET = "#90979e"

STYLE = """
text { font-family: "DejaVu Sans", Verdana, Arial, sans-serif; font-size: 13px; fill: #22282e; }
.title { font-size: 24px; font-weight: bold; }
.part { font-size: 15px; font-weight: bold; }
.part .small { font-weight: normal; }
.small { font-size: 11.5px; }
.value { font-size: 11px; text-anchor: middle; }
.pin { font-size: 10.5px; fill: #fff; text-anchor: middle; }
.quiet { fill: #90979e; font-size: 11px; }
.used { fill: #fff; font-weight: bold; font-size: 12px; }
.wire { fill: none; stroke-width: 2.6; stroke-linejoin: round; stroke-linecap: round; }
.card { fill: #f7f9fa; stroke: #cfd6db; stroke-width: 1.2; }
.symbol { fill: #fff; stroke: #22282e; stroke-width: 1.8; stroke-linejoin: round; }
.line { fill: none; stroke: #22282e; stroke-width: 1.8; stroke-linecap: round; }
"""


def _header() -> list[str]:
    """What each of the 40 pins is, pin 1 first, as gpiozero knows them."""
    pins: Any = MockFactory().board_info.headers["J8"].pins
    return [str(pins[number].name) for number in range(1, 41)]


def pin_of(gpio: int) -> int:
    """The header's pin of a GPIO."""
    return _header().index(f"GPIO{gpio}") + 1


def _y_of(pin: int) -> int:
    """How far down a pin is drawn."""
    return TOP + PITCH * ((pin - 1) // 2)


def draw(settings: Settings) -> str:
    """The drawing, as SVG. Raises ValueError for a pin on the side where its part isn't drawn."""
    red, green, blue = settings.lamp_pins
    used = {
        pin_of(settings.button_pin): ("button", BUTTON),
        pin_of(red): ("red", RED),
        pin_of(green): ("green", GREEN),
        pin_of(blue): ("blue", BLUE),
        pin_of(settings.buzzer_pin): ("buzzer", BUZZER),
        pin_of(settings.ring_light_pin): ("ring light", RING),
        2: ("5 V", PLUS),
    }
    lights = [(pin_of(red), RED, "330 Ω"), (pin_of(green), GREEN, "100 Ω"), (pin_of(blue), BLUE, "100 Ω")]
    button, ring, buzzer = (
        pin_of(gpio) for gpio in (settings.button_pin, settings.ring_light_pin, settings.buzzer_pin)
    )
    grounds = {
        "button": _ground_near(button, above=True),
        "lamp": _ground_near(max(pin for pin, _, _ in lights)),
        "ring": _ground_near(ring),
        "buzzer": _ground_near(buzzer),
    }
    if any(pin % 2 == 0 for pin in (button, *(pin for pin, _, _ in lights))) or ring % 2 or buzzer % 2:
        raise ValueError("button and lamp are drawn at the odd pins, ring light and buzzer at the even ones")
    used |= dict.fromkeys(grounds.values(), ("ground", GROUND))
    body = [
        *_heading(),
        *_draw_button(_y_of(button), _y_of(grounds["button"])),
        *_draw_lamp([(_y_of(pin), colour, value) for pin, colour, value in lights], _y_of(grounds["lamp"])),
        *_draw_ring_light(_y_of(2), _y_of(ring), _y_of(grounds["ring"])),
        *_draw_buzzer(_y_of(2), _y_of(buzzer), _y_of(grounds["buzzer"])),
        *_draw_header(used),
        *_footer(),
    ]
    start = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
    words = "<title>Wiring of button, lamp, ring light and buzzer to the Raspberry Pi's header</title>"
    back = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    return "\n".join([start, words, f"<style>{STYLE}</style>", back, *body, "</svg>", ""])


def _ground_near(pin: int, above: bool = False) -> int:
    """The ground pin next to `pin` in its own row of the header, below it or above."""
    names = _header()
    row = range(pin, 0, -2) if above else range(pin, 41, 2)
    return next(other for other in row if names[other - 1] == "GND")


def _heading() -> list[str]:
    return [
        _text(40, 50, "Dermapoint: button, lamp, ring light, buzzer", "title"),
        _text(
            40, 76, "The 40-pin header seen from above: microSD slot up, header at the board's right edge."
        ),
        _text(LEFT - 20, 108, "pin 1", "small", "end"),
        _wire(QUIET, (LEFT - 14, 104), (LEFT, 104), (LEFT, 128)),
    ]


def _draw_header(used: dict[int, tuple[str, str]]) -> list[str]:
    x, width = LEFT - 22, RIGHT - LEFT + 44
    shapes = [
        f'<rect x="{x}" y="{TOP - 24}" width="{width}" height="{19 * PITCH + 48}" rx="8" fill="#2b3138"/>'
    ]
    for pin, name in enumerate(_header(), 1):
        odd, y = pin % 2 == 1, _y_of(pin)
        job, colour = used.get(pin, ("", "#5b646c"))
        rim = ' stroke="#fff" stroke-width="2"' if job else ""
        shapes.append(f'<circle cx="{LEFT if odd else RIGHT}" cy="{y}" r="11.5" fill="{colour}"{rim}/>')
        shapes.append(_text(LEFT if odd else RIGHT, y + 4, str(pin), "pin"))
        if job:
            label = name if job in ("ground", "5 V") else f"{name} {job}"
            at = LEFT_EDGE if odd else RIGHT + 26
            size = LEFT - 26 - LEFT_EDGE
            shapes.append(f'<rect x="{at}" y="{y - 11}" width="{size}" height="22" rx="11" fill="{colour}"/>')
            shapes.append(_text(at + size / 2, y + 4.5, label, "used", "middle"))
        else:
            shapes.append(
                _text(LEFT - 30 if odd else RIGHT + 30, y + 4, name, "quiet", "end" if odd else "start")
            )
    return shapes


def _draw_button(y: int, ground: int) -> list[str]:
    x, low = 210, y + 22
    return [
        _card(40, ground - 62, 350, low - ground + 110, "Button", 'push to close ("normally open")'),
        _wire(GROUND, (LEFT_EDGE, ground), (x, ground)),
        _wire(BUTTON, (LEFT_EDGE, y), (x + 70, y), (x + 70, low), (x, low)),
        f'<path class="line" d="M{x - 16} {ground - 4} V{low + 4} M{x - 16} {(ground + low) / 2} h-18"/>',
        f'<path class="line" d="M{x - 34} {(ground + low) / 2 - 11} v22"/>',
        _dot(x, ground),
        _dot(x, low),
    ]


def _draw_lamp(lights: list[tuple[int, str, str]], ground: int) -> list[str]:
    first = min(y for y, _, _ in lights)
    cathode = 130
    shapes = [_card(40, first - 78, 350, ground - first + 110, "Lamp", "RGB LED with a common cathode")]
    for y, colour, value in lights:
        shapes += [
            _wire(colour, (LEFT_EDGE, y), (222, y)),
            _wire(GROUND, (212, y), (cathode, y)),
            _resistor(310, y, value),
            f'<path d="M232 {y - 10} V{y + 10} L212 {y} Z" fill="{colour}"/>',
            f'<path class="line" style="stroke-width:3" d="M211 {y - 10} V{y + 10}"/>',
        ]
    shapes.append(_wire(GROUND, (cathode, first), (cathode, ground), (LEFT_EDGE, ground)))
    shapes += [_dot(cathode, y) for y, _, _ in lights[1:]]
    return shapes


def _draw_ring_light(plus: int, gate: int, ground: int) -> list[str]:
    drain, low = gate - 44, ground + 62
    shapes = [
        _card(846, plus - 62, 354, low - plus + 88, "Ring light", "8 white LEDs, a resistor each"),
        _wire(PLUS, (RIGHT_EDGE, plus), (1170, plus)),
        _wire(RING, (912, drain), (1110, drain)),
    ]
    for x in (912, 972, 1032, 1110):
        shapes += [
            _wire(RING, (x, plus), (x, drain)),
            _resistor(x, plus + 30, "100 Ω", upright=True),
            f'<path d="M{x - 10} {drain - 46} h20 l-10 20 Z" fill="#fff" stroke="{RING}" stroke-width="2"/>',
            f'<path class="line" style="stroke-width:3" d="M{x - 10} {drain - 25} h20"/>',
            _dot(x, plus),
        ]
    shapes.append(_text(1071, plus + 60, "…", "part", "middle"))
    return shapes + _draw_switch("Q1", RING, gate, ground, drain, low)


def _draw_buzzer(plus: int, gate: int, ground: int) -> list[str]:
    high, drain, low = gate - 112, gate - 44, ground + 62
    middle = (high + drain) // 2
    return [
        _card(846, high - 56, 354, low - high + 90, "Buzzer", "active: sounds on 5 V by itself"),
        _wire(PLUS, (1170, plus), (1170, high), (1012, high), (1012, middle - 20)),
        _wire(BUZZER, (1012, middle + 20), (1012, drain), (1090, drain), (1090, middle + 9)),
        _wire(PLUS, (1090, high), (1090, middle - 9)),
        f'<circle cx="1012" cy="{middle}" r="20" class="symbol"/>',
        f'<path class="line" d="M1004 {middle - 6} h5 l7 -6 v24 l-7 -6 h-5 Z M1021 {middle - 5} q4 5 0 10"/>',
        _text(1038, middle - 16, "+", "part"),
        f'<path class="symbol" d="M1080 {middle + 9} h20 l-10 -18 Z"/>',
        f'<path class="line" style="stroke-width:3" d="M1080 {middle - 10} h20"/>',
        _text(1106, middle + 5, "1N4148", "small"),
        _dot(1090, high),
        *_draw_switch("Q2", BUZZER, gate, ground, drain, low),
    ]


def _draw_switch(name: str, colour: str, gate: int, ground: int, drain: int, low: int) -> list[str]:
    """An N-channel MOSFET with its two resistors, between `drain` and the ground at `low`."""
    x = 1012
    return [
        _wire(colour, (RIGHT_EDGE, gate), (x - 28, gate)),
        _resistor(886, gate, "100 Ω"),
        _wire(GROUND, (RIGHT_EDGE, ground), (870, ground), (870, low), (x, low), (x, gate + 12)),
        _wire(GROUND, (940, low), (940, gate + 40)),
        _wire(colour, (940, gate), (940, gate + 40)),
        _resistor(940, gate + 50, "10 kΩ", upright=True),
        _wire(colour, (x, gate - 12), (x, drain)),
        f'<circle cx="{x - 10}" cy="{gate}" r="25" class="symbol"/>',
        f'<path class="line" d="M{x - 35} {gate} h12 M{x - 23} {gate - 13} v26"/>',
        f'<path class="line" style="stroke-width:2.6" d="M{x - 17} {gate - 15} v8 m0 3 v8 m0 3 v8"/>',
        f'<path class="line" d="M{x - 17} {gate - 11} h17 v-13 M{x - 17} {gate + 11} h17 v13"/>',
        f'<path class="line" d="M{x - 17} {gate} h17 v11"/>',
        f'<path d="M{x - 16} {gate} l9 -4.5 v9 Z" fill="#22282e"/>',
        _dot(940, gate),
        _dot(940, low),
        _dot(x, drain),
        _text(x + 24, gate - 2, f"{name}  AO3400A", "part"),
        _text(x + 24, gate + 15, "N-channel MOSFET", "small"),
        _text(x - 30, gate - 16, "G", "small", "end"),
        _text(x + 5, gate - 24, "D", "small"),
        _text(x + 5, gate + 34, "S", "small"),
    ]


def _footer() -> list[str]:
    return [
        _text(
            40, HEIGHT - 54, "Wires cross nowhere; a dot is a joint. Power off before any change.", "small"
        ),
        _text(
            40,
            HEIGHT - 36,
            "A GPIO stands 3.3 V and 16 mA: never join one to 5 V, or to a load without its resistor.",
            "small",
        ),
        _text(40, HEIGHT - 18, "Made by docs/wiring.py from the default settings.", "quiet"),
    ]


def _card(x: float, y: float, width: float, height: float, title: str, words: str) -> str:
    box = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="10" class="card"/>'
    said = f'{title}<tspan dx="10" class="small">{words}</tspan>'
    return box + _text(x + 16, y + 26, said, "part")


def _wire(colour: str, *points: tuple[float, float]) -> str:
    line = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline class="wire" stroke="{colour}" points="{line}"/>'


def _resistor(x: float, y: float, value: str, upright: bool = False) -> str:
    width, height = (20, 38) if upright else (54, 20)
    box = f'<rect x="{x - width / 2}" y="{y - height / 2}" width="{width}" height="{height}" class="symbol"/>'
    turned = f' transform="rotate(-90 {x} {y})"' if upright else ""
    return box + f'<text x="{x}" y="{y + 4}" class="value"{turned}>{value}</text>'


def _dot(x: float, y: float) -> str:
    return f'<circle cx="{x}" cy="{y}" r="4" fill="#22282e"/>'


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "") -> str:
    kind = f' class="{kind}"' if kind else ""
    anchor = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x}" y="{y}"{kind}{anchor}>{words}</text>'


if __name__ == "__main__":
    FILE.write_text(draw(Settings()))
