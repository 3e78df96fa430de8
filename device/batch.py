"""Classifies picture files, without a camera or a daemon."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from device.classifier import Classifier
from device.classifier.preprocess import resize_field
from device.errors import ImageError
from device.examination import Finding
from device.images import find_images
from device.images.decoder import Decoder
from device.quality import measure


@dataclass(frozen=True)
class Answer:
    """One picture's finding, or the sentence that says why there is none."""

    image: Path
    finding: Finding | None = None
    error: str = ""


def classify_files(paths: Iterable[Path], classifier: Classifier) -> Iterator[Answer]:
    """An answer for every picture among `paths` and below the folders among them, in order.

    Several pictures are under way at once, so that some are read and measured while the model
    runs on the views of others. One process decodes them all, with bounded memory and time.
    """
    at_once = 1 + (os.cpu_count() or 1)
    waiting: deque[Future[Answer]] = deque()
    with Decoder() as decoder, ThreadPoolExecutor(at_once) as workers:
        for path in _expand(paths):
            waiting.append(workers.submit(_answer, path, decoder, classifier))
            if len(waiting) > 2 * at_once:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _expand(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from find_images(path)
        else:
            yield path


def _answer(path: Path, decoder: Decoder, classifier: Classifier) -> Answer:
    try:
        field = resize_field(decoder.read(path))
    except ImageError as error:
        return Answer(path, error=str(error))
    return Answer(path, classifier.classify([field], measure(field).advice))
