"""A border around the device's model, so that a browser's runtime takes it.

LiteRT.js takes float32, uint8 and int32 tensors from outside, but no int8. So the browser's model
is the device's own file with a few kilobytes in front of it: a model whose first operator makes
int8 of uint8 pixels, whose last makes float32 of the int8 maps, and whose tensors, operators and
weights between are those of the file behind it. The answers are the device's to the last bit.

The numbers are those of TensorFlow Lite's schema (schema.fbs, version 3).
"""

from browser.flat import Behind, Links, Numbers, Reader, Table, front

_IDENTIFIER = b"TFL3"
_VERSION = 3
_FLOAT32, _UINT8, _INT8 = 0, 3, 9
_DEQUANTIZE, _QUANTIZE = 6, 114
_EMPTY_BUFFER = 0


def make_border(model: bytes) -> bytes:
    """What stands in front of `model`, an INT8 model, so that it takes uint8 and gives float32.

    Raises ValueError when it is no such model.
    """
    file = _read(model)
    root = file.follow(0)
    operators, graph = file.tables(root, 1), _graph(file)
    tensors = file.tables(graph, 0)
    inputs, outputs = ([int(each) for each in file.numbers(graph, field)] for field in (1, 2))
    if any(file.byte(tensors[each].place, 1) != _INT8 for each in (*inputs, *outputs)):
        raise ValueError("its inputs and outputs are not INT8")
    pixels, maps = _outside(file, tensors, inputs, _UINT8), _outside(file, tensors, outputs, _FLOAT32)
    pixel_numbers = range(len(tensors), len(tensors) + len(pixels))
    map_numbers = range(pixel_numbers.stop, pixel_numbers.stop + len(maps))
    quantize, dequantize = len(operators), len(operators) + 1
    bordered = Table(
        {
            0: Links([*tensors, *pixels, *maps]),
            1: Numbers("i", pixel_numbers),
            2: Numbers("i", map_numbers),
            3: Links(
                [
                    *(_operator(quantize, *pair) for pair in zip(pixel_numbers, inputs, strict=True)),
                    *file.tables(graph, 3),
                    *(_operator(dequantize, *pair) for pair in zip(outputs, map_numbers, strict=True)),
                ]
            ),
        }
    )
    codes = [Table({0: code, 2: 1, 3: code}) for code in (_QUANTIZE, _DEQUANTIZE)]
    return front(
        Table({0: _VERSION, 1: Links([*operators, *codes]), 2: Links([bordered]), 4: file.target(root, 4)}),
        _IDENTIFIER,
    )


def input_quantization(model: bytes) -> tuple[float, int]:
    """Scale and zero point of a model's first input. Raises ValueError when it is no model."""
    file = _read(model)
    graph = _graph(file)
    tensor = file.tables(graph, 0)[int(file.numbers(graph, 1)[0])].place
    quantization = file.target(tensor, 4).place
    return file.numbers(quantization, 2, "f")[0], int(file.numbers(quantization, 3, "q")[0])


def _read(model: bytes) -> Reader:
    if model[4:8] != _IDENTIFIER:
        raise ValueError("it is no TensorFlow Lite model")
    return Reader(model)


def _graph(file: Reader) -> int:
    (graph,) = file.tables(file.follow(0), 2)
    return graph.place


def _outside(file: Reader, tensors: list[Behind], inside: list[int], kind: int) -> list[Table]:
    """The tensors of the outside that stand for those inside, of another kind."""
    made = []
    for number in inside:
        place = tensors[number].place
        fields: dict[int, int | Table | Behind] = {0: file.target(place, 0), 1: kind, 2: _EMPTY_BUFFER}
        if kind == _UINT8:
            fields[4] = _shifted(file, file.target(place, 4).place)
        made.append(Table(fields))
    return made


def _shifted(file: Reader, quantization: int) -> Table:
    """A quantization of INT8 as one of uint8: all values are 128 higher."""
    zero_point = int(file.numbers(quantization, 3, "q")[0]) + 128
    return Table({2: Numbers("f", file.numbers(quantization, 2, "f")), 3: Numbers("q", [zero_point])})


def _operator(code: int, taken: int, given: int) -> Table:
    return Table({0: code, 1: Numbers("i", [taken]), 2: Numbers("i", [given])})
