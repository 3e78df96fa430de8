"""The TensorFlow Lite runtime, whichever is installed."""

import importlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.classifier.preprocess import SIDES, quantization_table, quantize_field
from device.errors import BundleError, RuntimeMissingError
from device.images import RGBImage

# LiteRT is the living one; tflite-runtime ends at Python 3.11 and NumPy 1.
RUNTIMES = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter")
_MOST_LANES, _MOST_CORES = 2, 4
"""A lane more takes 6 MB, too much for the smallest board to have one a core."""

_STRIDE = 32
"""Pixels a cell of the maps: MobileNetV2 halves its input five times (arXiv:1801.04381, table 2)."""


class Interpreter:
    """One INT8 model, ready to be run by several threads at once.

    It takes fields of `side` x `side` and gives `channels` maps. It holds `lanes` runtimes that
    share the `cores` (this machine's, unless given): one thread each on two cores, two on four. Two
    views beside each other are done sooner than one after the other on twice the threads, because
    the network's small layers give several threads too little to do. A runtime lets go of Python's
    lock while it runs. `delegates` are the runtime's, from its `load_delegate`; an accelerator runs
    one model at a time, so there is one lane with any. The answers don't depend on the lanes.

    Raises BundleError when the file is no model or a model of another form, and
    RuntimeMissingError without a runtime.
    """

    def __init__(self, model: Path, delegates: Sequence[Any] = (), cores: int | None = None) -> None:
        cores = min(_MOST_CORES, cores or os.cpu_count() or 1)
        self.lanes = 1 if delegates else min(_MOST_LANES, cores)
        runtimes = [_open_runtime(model, cores // self.lanes, delegates) for _ in range(self.lanes)]
        inputs, outputs = runtimes[0].get_input_details(), runtimes[0].get_output_details()
        self.side, self.channels = _read_form(model, inputs, outputs)
        self._idle: SimpleQueue[Any] = SimpleQueue()
        for runtime in runtimes:
            self._idle.put(runtime)
        self._input, self._output = inputs[0]["index"], outputs[0]["index"]
        self._table = quantization_table(*inputs[0]["quantization"])
        self._output_scale, self._output_zero = outputs[0]["quantization"]

    def quantize(self, field: RGBImage) -> NDArray[np.int8]:
        """The input tensor of a field of the network's size, INT8, shape (1, side, side, 3)."""
        return quantize_field(field, self._table)

    def invoke(self, tensor: NDArray[np.int8]) -> NDArray[np.float32]:
        """The maps of all outputs, then the foreign map, real-valued, shape (cells, cells, channels).

        `cells` is a 32nd of `side`; `tensor` comes from `quantize`. Waits while all lanes are taken.
        """
        runtime = self._idle.get()
        try:
            runtime.set_tensor(self._input, tensor)
            runtime.invoke()
            maps = runtime.get_tensor(self._output)[0]
        finally:
            self._idle.put(runtime)
        return np.asarray((maps - np.float32(self._output_zero)) * np.float32(self._output_scale), np.float32)


def _open_runtime(model: Path, threads: int, delegates: Sequence[Any]) -> Any:
    """One runtime with the model in it, ready to run. Raises BundleError and RuntimeMissingError."""
    module = import_runtime()
    try:
        with _quiet_stderr():
            runtime = module.Interpreter(
                model_path=str(model),
                num_threads=threads,
                experimental_delegates=list(delegates) or None,
            )
            runtime.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise BundleError("model_not_runnable", model=model) from error
    return runtime


def import_runtime() -> Any:
    """The module of the first runtime that is installed. Raises RuntimeMissingError."""
    for name in RUNTIMES:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise RuntimeMissingError("runtime_missing")


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


def _read_form(model: Path, inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> tuple[int, int]:
    """The side of the input and the number of maps."""
    shapes = [tuple(t["shape"].tolist()) for t in (*inputs, *outputs)]
    kinds = {np.dtype(t["dtype"]).name for t in (*inputs, *outputs)}
    if [len(shape) for shape in shapes] == [4, 4] and kinds == {"int8"}:
        side, channels = shapes[0][1], shapes[1][3]
        cells = side // _STRIDE
        if side in SIDES and shapes == [(1, side, side, 3), (1, cells, cells, channels)]:
            return side, channels
    raise BundleError(
        "model_wrong_shape",
        model=model,
        shapes=str(shapes),
        kinds=sorted(kinds),
        least=SIDES.start,
        most=SIDES[-1],
        stride=_STRIDE,
    )
