"""The API described for programs: OpenAPI 3.1, put together from one fragment an area."""

import json
from pathlib import Path
from typing import Any

from device.web.routing import Room
from device.web.services import services

FOLDER = Path(__file__).parent / "openapi"
"""`base.json` and the fragments: each has the paths of its area, and the schemas that they use."""

_PROBLEM = {"$ref": "#/components/responses/Problem"}
_OF_ALL = {
    "400": _PROBLEM,
    "401": _PROBLEM,
    "403": _PROBLEM,
    "421": _PROBLEM,
}
"""Any request may be answered so: without meaning, from nobody, not allowed, or meant for another host."""


def describe(version: str) -> dict[str, Any]:
    """The whole description. Raises ValueError when two fragments describe the same thing."""
    whole: dict[str, Any] = json.loads((FOLDER / "base.json").read_text())
    whole["info"]["version"] = version
    for file in sorted(FOLDER.glob("*.json")):
        if file.name != "base.json":
            fragment = json.loads(file.read_text())
            _add(whole["paths"], fragment["paths"])
            for kind, entries in fragment.get("components", {}).items():
                _add(whole["components"].setdefault(kind, {}), entries)
    for path in whole["paths"].values():
        for name, operation in path.items():
            if name != "parameters":
                operation["responses"] = _OF_ALL | operation["responses"]
    return whole


room = Room("description", __name__)


@room.get("/api/v1/openapi.json", role=None, audit=None)
def describe_api() -> dict[str, Any]:
    """This description."""
    version = services().about.version
    return describe(version)


def _add(to: dict[str, Any], entries: dict[str, Any]) -> None:
    for name, entry in entries.items():
        # Two areas may share a path, but not a method of it.
        if name.startswith("/"):
            _add(to.setdefault(name, {}), entry)
        elif name in to and to[name] != entry:
            raise ValueError(f"{name} is described twice")
        else:
            to[name] = entry
