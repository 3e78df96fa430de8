"""What the device says of pictures, for the page to be held to: small values, and hashes of large ones."""

import hashlib
from typing import Any

from device.classifier import Classifier
from device.classifier.preprocess import resize_field
from device.images import RGBImage
from device.quality import measure
from device.words import LANGUAGES, say


def vector(pixels: RGBImage, classifier: Classifier) -> dict[str, Any]:
    """The device's field, measures, maps and finding of a picture as plain values.

    `field` and `maps` are the SHA-256 of their bytes: pixels of 224 x 224 x 3, and float32 of
    (views, cells, cells, channels), little-endian.
    """
    field = resize_field(pixels)
    quality = measure(field)
    finding = classifier.classify([field], quality.advice)
    return {
        "field": hashlib.sha256(field.tobytes()).hexdigest(),
        "measures": quality.measures,
        "advice": quality.advice[0].code if quality.advice else None,
        "maps": hashlib.sha256(classifier.maps(field).astype("<f4").tobytes()).hexdigest(),
        "probabilities": finding.probabilities,
        "beside": finding.beside,
        "prediction_set": list(finding.prediction_set),
        "malignancy": finding.malignancy,
        "foreign": finding.foreign,
        "triage": str(finding.triage),
        "reasons": {language: [say(each, language) for each in finding.reasons] for language in LANGUAGES},
        "saliency": finding.saliency.ravel().tolist(),
    }
