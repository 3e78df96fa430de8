"""The TensorFlow Lite runtime, whichever is installed."""

import importlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.classifier.preprocess import INPUT_SIDE, quantization_table, quantize_field
from device.errors import BundleError, RuntimeMissingError
from device.examination import CLASSES
from device.images import RGBImage

# LiteRT is the living one; tflite-runtime ends at Python 3.11 and NumPy 1.
RUNTIMES = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter")
_MOST_THREADS = 4

_STRIDE = 32
"""Pixels a cell of the maps: MobileNetV2 halves its input five times (arXiv:1801.04381, table 2)."""


class Interpreter:
    """One INT8 model for fields of `side` x `side`, ready to run; not for use by two threads at once.

    `delegates` are the runtime's, from its `load_delegate`; without any the CPU runs it.

    Raises BundleError when the file is no model or a model of another form, and
    RuntimeMissingError without a runtime.
    """

    def __init__(self, model: Path, side: int = INPUT_SIDE, delegates: Sequence[Any] = ()) -> None:
        runtime = import_runtime()
        try:
            with _quiet_stderr():
                self._runtime = runtime.Interpreter(
                    model_path=str(model),
                    num_threads=min(_MOST_THREADS, os.cpu_count() or 1),
                    experimental_delegates=list(delegates) or None,
                )
                self._runtime.allocate_tensors()
            inputs, outputs = self._runtime.get_input_details(), self._runtime.get_output_details()
        except (ValueError, RuntimeError) as error:
            raise BundleError(f"{model}: is not a model that can be run; install the bundle again") from error
        _check_form(model, side, inputs, outputs)
        self._input, self._output = inputs[0]["index"], outputs[0]["index"]
        self._table = quantization_table(*inputs[0]["quantization"])
        self._output_scale, self._output_zero = outputs[0]["quantization"]

    def quantize(self, field: RGBImage) -> NDArray[np.int8]:
        """The input tensor of a 224 x 224 field, INT8, shape (1, 224, 224, 3)."""
        return quantize_field(field, self._table)

    def invoke(self, tensor: NDArray[np.int8]) -> NDArray[np.float32]:
        """The class maps, then the foreign map, real-valued, (7, 7, 8); `tensor` comes from `quantize`."""
        self._runtime.set_tensor(self._input, tensor)
        self._runtime.invoke()
        maps = self._runtime.get_tensor(self._output)[0]
        return np.asarray((maps - np.float32(self._output_zero)) * np.float32(self._output_scale), np.float32)


def import_runtime() -> Any:
    """The module of the first runtime that is installed. Raises RuntimeMissingError."""
    for name in RUNTIMES:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise RuntimeMissingError("no TensorFlow Lite runtime is installed; run `pip install ai-edge-litert`")


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Drop what the runtime's C++ writes to the process's stderr; its faults come as exceptions too."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _check_form(model: Path, side: int, inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> None:
    cells = side // _STRIDE
    for tensors, shape in ((inputs, (1, side, side, 3)), (outputs, (1, cells, cells, len(CLASSES) + 1))):
        found = [(tuple(t["shape"].tolist()), np.dtype(t["dtype"]).name) for t in tensors]
        if found != [(shape, "int8")]:
            raise BundleError(f"{model}: has tensors {found}; this version needs INT8 of shape {shape}")
