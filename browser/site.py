"""The page as files that any web server can hold: sources, runtime, model, words, and what keeps them."""

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from browser.manifest import describe_model
from browser.runtime import runtime_files
from browser.words import describe_triages, words
from device.classifier.bundle import Bundle

SOURCES = Path(__file__).parent / "page"
STATIC = Path(__file__).parent.parent / "device" / "web" / "static"
"""Style and icons are the device's own."""

_PAGE = "index.html"
_STUCK = b"<!-- stuck -->"
"""Where the page says what to do when none of its scripts run."""

_WORKER = "service-worker.js"
_SHARED = ("style.css", "icon.svg", "icon-192.png", "icon-512.png")
_PICTURE = "self_test.png"
_MODEL, _PACKED_MODEL = "model.tflite", "model.tflite.gz"

Content = bytes | Path
"""What is in a file of the site, or the file that it is the same as."""


def build_site(bundle: Bundle, home: str = "", trust: str = "") -> dict[str, Content]:
    """All files of the page by their name, for the model of a bundle.

    On a device `home` is where its own pages are, and `trust` where it says how to trust its
    certificate; elsewhere there are none, and the model is compressed, since it has a longer way.
    Raises BundleError when the bundle's model can't be run by a browser.
    """
    model = _MODEL if home else _PACKED_MODEL
    described = {
        "home": home,
        "trust": trust,
        "triages": describe_triages(),
        "model": describe_model(bundle, model, _PICTURE),
    }
    texts = words()
    files = dict(_sources())
    files[_PAGE] = read(files[_PAGE]).replace(_STUCK, _when_no_script_runs(texts))
    files |= {f"litert/{name}": content for name, content in runtime_files()}
    files |= {
        "site.json": _json(described),
        "words.json": _json(texts),
        "manifest.webmanifest": _json(_app()),
        model: bundle.model if home else gzip.compress(bundle.model.read_bytes(), 9, mtime=0),
        _PICTURE: bundle.self_test.picture,
    }
    files[_WORKER] = _keeper(files) + read(files[_WORKER])
    return files


def write_site(bundle: Bundle, folder: Path) -> int:
    """Write the page for a bundle's model into `folder`; how many bytes it takes. Raises as `build_site`."""
    files = build_site(bundle)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(read(content))
    return sum(len(read(content)) for content in files.values())


def read(content: Content) -> bytes:
    """The bytes of a file of the site."""
    return content.read_bytes() if isinstance(content, Path) else content


def _sources() -> Iterator[tuple[str, Content]]:
    for path in sorted(SOURCES.iterdir()):
        yield path.name, path
    for name in _SHARED:
        yield name, STATIC / name


def _when_no_script_runs(texts: Mapping[str, Any]) -> bytes:
    """The page itself can't choose a language then: each says it."""
    said = ((language, own["stuck"]) for language, own in texts["texts"].items())
    return "".join(f'<p lang="{language}">{escape(text)}</p>' for language, text in said).encode()


def _keeper(files: Mapping[str, Content]) -> bytes:
    """The names and hashes of the files that the service worker keeps, in front of it.

    The worker itself isn't among them: the browser looks for a newer one by itself.
    """
    hashes = {name: hashlib.sha256(read(content)).hexdigest()[:16] for name, content in sorted(files.items())}
    version = hashlib.sha256(json.dumps(hashes).encode()).hexdigest()[:12]
    del hashes[_WORKER]
    return f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps(hashes)};\n".encode()


def _app() -> dict[str, Any]:
    """W3C Web Application Manifest."""
    icons = [
        {"src": f"icon-{side}.png", "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
        for side in (192, 512)
        for purpose in ("any", "maskable")
    ]
    return {
        "name": "Dermapoint: try a picture",
        "short_name": "Dermapoint",
        "start_url": ".",
        "scope": ".",
        "display": "standalone",
        "background_color": "#f4f2ef",
        "theme_color": "#0b6e74",
        "icons": icons,
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
