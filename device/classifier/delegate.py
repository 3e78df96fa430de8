"""What runs the model: a Coral Edge TPU where all it needs is there, otherwise the CPU."""

import logging
from collections.abc import Callable

from device.classifier.bundle import Bundle
from device.classifier.interpreter import Interpreter, import_runtime
from device.errors import BundleError

LIBRARY = "libedgetpu.so.1"
"""The Edge TPU's runtime, as Coral's Debian package names it."""

log = logging.getLogger(__name__)


def open_interpreter(bundle: Bundle, try_out: Callable[[Interpreter], None]) -> tuple[Interpreter, str]:
    """An interpreter of the bundle's model, and a phrase that says what it runs on and why.

    Takes the compiled model when the bundle holds one, the library loads and the stick passes
    `try_out`, which raises for a wrong answer; whatever of this fails, the CPU serves. Raises
    BundleError when the CPU's model can't be run either.
    """
    if bundle.edgetpu_model is None:
        return _on_cpu(bundle, "the bundle holds no model compiled for an Edge TPU")
    try:
        # It fails with ValueError both without the library and without a stick.
        delegate = import_runtime().load_delegate(LIBRARY)
    except (OSError, ValueError):
        return _on_cpu(bundle, f"{LIBRARY} is not installed or finds no Edge TPU")
    try:
        interpreter = Interpreter(bundle.edgetpu_model, delegates=[delegate])
        try_out(interpreter)
    except (BundleError, RuntimeError, ValueError) as error:
        log.warning("the Edge TPU fails, so the CPU serves; plug the stick in again and restart: %s", error)
        return _on_cpu(bundle, "the Edge TPU is there but fails; plug it in again and restart")
    return interpreter, "Coral Edge TPU"


def _on_cpu(bundle: Bundle, reason: str) -> tuple[Interpreter, str]:
    return Interpreter(bundle.model), f"CPU ({reason})"
