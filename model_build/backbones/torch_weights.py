"""Reads tensors from PyTorch's older .pth files, without PyTorch and without running what they hold."""

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from model_build.errors import BuildError

# torch.serialization.MAGIC_NUMBER of the format from before PyTorch 1.6.
_MAGIC = 0x1950A86A20F9469CFC6C
_TYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a state dictionary, by name. Raises BuildError when the file is none of this format."""
    try:
        with path.open("rb") as file:
            return _read(file)
    except (
        OSError,
        EOFError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        pickle.UnpicklingError,
    ) as error:
        raise BuildError(f"{path}: is no PyTorch file of the older format ({error})") from error


def _read(file: BinaryIO) -> dict[str, NDArray[Any]]:
    """Magic number, version and machine, the dictionary with gaps for its data, the data's keys, the data."""
    header = _Reader(file)
    if header.load() != _MAGIC:
        raise ValueError("another first number")
    for _ in range(2):
        _Reader(file).load()
    reader = _Reader(file)
    views = reader.load()
    data = {}
    for key in _Reader(file).load():
        count = int(np.frombuffer(file.read(8), "<i8")[0])
        kind = reader.kinds[key]
        data[key] = np.frombuffer(file.read(count * kind.itemsize), kind)
    return {name: view.of(data) for name, view in views.items()}


class _View:
    """A tensor whose numbers come later in the file."""

    def __init__(
        self, key: str, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *rest: Any
    ) -> None:
        self.key, self.offset, self.shape, self.strides = key, offset, shape, strides

    def of(self, data: dict[str, NDArray[Any]]) -> NDArray[Any]:
        numbers = data[self.key]
        places = sum(
            stride * np.arange(length).reshape(-1, *[1] * (len(self.shape) - axis - 1))
            for axis, (length, stride) in enumerate(zip(self.shape, self.strides, strict=True))
        )
        return np.asarray(numbers[self.offset + places])


class _Reader(pickle.Unpickler):
    """Builds dictionaries, numbers and tensors, and refuses everything else."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.kinds: dict[str, np.dtype[Any]] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _View
        if module == "torch" and name in _TYPES:
            return np.dtype(_TYPES[name])
        raise pickle.UnpicklingError(f"it holds a {module}.{name}")

    def persistent_load(self, pid: Any) -> str:
        _, kind, key, *_ = pid
        self.kinds[key] = kind
        return str(key)
