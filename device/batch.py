"""Classifies picture files, without a camera or a daemon."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from device.classifier import Classifier
from device.classifier.preprocess import FieldImage, resize_field
from device.errors import ImageError
from device.examination import Finding
from device.images import find_images, read_image
from device.quality import measure


@dataclass(frozen=True)
class Answer:
    """One picture's finding, or the sentence that says why there is none."""

    image: Path
    finding: Finding | None = None
    error: str = ""


def classify_files(paths: Iterable[Path], classifier: Classifier) -> Iterator[Answer]:
    """An answer for every picture among `paths` and below the folders among them, in order.

    Pictures are read ahead on the other cores while the model runs on this one.
    """
    workers = os.cpu_count() or 1
    waiting: deque[tuple[Path, Future[FieldImage]]] = deque()
    with ThreadPoolExecutor(workers) as readers:
        for path in _expand(paths):
            waiting.append((path, readers.submit(_read_field, path)))
            if len(waiting) > 2 * workers:
                yield _answer(*waiting.popleft(), classifier)
        while waiting:
            yield _answer(*waiting.popleft(), classifier)


def _expand(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from find_images(path)
        else:
            yield path


def _read_field(path: Path) -> FieldImage:
    return resize_field(read_image(path))


def _answer(path: Path, reading: Future[FieldImage], classifier: Classifier) -> Answer:
    try:
        field = reading.result()
    except ImageError as error:
        return Answer(path, error=str(error))
    return Answer(path, classifier.classify([field], measure(field).advice))
