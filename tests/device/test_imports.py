"""The device stands alone, and its floors stand on those below."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import device

ROOT = Path(device.__file__).parent

FLOORS = [
    {"cli"},
    {"daemon", "bench", "doctor"},
    {"app", "front"},
    {"web", "audit", "batch", "client"},
    {
        "examiner",
        "picture_recovery",
        "export",
        "focus_meter",
        "aiming",
        "health",
        "preferences",
        "certificate",
    },
    {"agreement"},
    {"accuracy"},
    {"compare", "visit", "codes"},
    {"classifier", "quality", "camera", "panel", "records", "optics", "announcer", "access", "wifi"},
    {"documents"},
    {"serialization", "images", "service", "licences"},
    {"examination", "opinion", "settings", "errors"},
    {"words"},
    {"classes", "checklist", "message"},
]
FLOOR_OF = {room: number for number, floor in enumerate(FLOORS) for room in floor}


def modules():
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        yield path, ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_importing_all_of_the_device_brings_in_nothing_heavy():
    # The Picamera2 driver comes from the system and is there on a Pi alone.
    names = [name for _, name in modules() if name != "device.camera.picamera"]
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "heavy = {'tensorflow', 'keras', 'model_build', 'scipy', 'pandas', 'sklearn', 'matplotlib'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def room(name):
    return name.split(".")[1] if "." in name else None


@pytest.mark.parametrize(
    ("path", "name"), [pair for pair in modules() if room(pair[1])], ids=lambda x: str(x)[-30:]
)
def test_no_import_runs_up(path, name):
    floor = FLOOR_OF[room(name)]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("device."):
            wanted = room(node.module)
            assert wanted == room(name) or FLOOR_OF[wanted] >= floor, f"{name} imports {node.module}"
