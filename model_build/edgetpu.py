"""The `edgetpu` command: is the INT8 model fit for a Coral Edge TPU? Compiles it where the compiler is."""

import shutil
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tensorflow.lite.tools import flatbuffer_utils

from model_build.errors import BuildError
from model_build.steps import Step
from model_build.workspace import Workspace, write_json

COMPILER = "edgetpu_compiler"
HOW_TO_GET = (
    f"{COMPILER} is not on the PATH; it comes as the package edgetpu-compiler from Coral's Debian archive, "
    "for x86-64 only (coral.ai/docs/edgetpu/compiler)"
)

SUPPORTED = frozenset(
    [
        "ADD",
        "AVERAGE_POOL_2D",
        "CONCATENATION",
        "CONV_2D",
        "DEPTHWISE_CONV_2D",
        "EXPAND_DIMS",
        "FULLY_CONNECTED",
        "L2_NORMALIZATION",
        "LOGISTIC",
        "LSTM",
        "MAXIMUM",
        "MAX_POOL_2D",
        "MEAN",
        "MINIMUM",
        "MUL",
        "PACK",
        "PAD",
        "PRELU",
        "QUANTIZE",
        "REDUCE_MAX",
        "REDUCE_MIN",
        "RELU",
        "RELU6",
        "RELU_N1_TO_1",
        "RESHAPE",
        "RESIZE_BILINEAR",
        "RESIZE_NEAREST_NEIGHBOR",
        "RSQRT",
        "SLICE",
        "SOFTMAX",
        "SPACE_TO_DEPTH",
        "SPLIT",
        "SQUARED_DIFFERENCE",
        "SQUEEZE",
        "STRIDED_SLICE",
        "SUB",
        "SUM",
        "TANH",
        "TRANSPOSE",
        "TRANSPOSE_CONV",
    ]
)
"""The operators of "TensorFlow models on the Edge TPU", coral.ai/docs/edgetpu/models-intro, table 1."""

_TYPES = {"INT8", "UINT8", "INT32"}
_MOST_WIDE_AXES = 3


@dataclass(frozen=True)
class Problem:
    """An operator by number and name, and why it can't be mapped to the Edge TPU."""

    place: int
    operator: str
    reason: str


@dataclass(frozen=True)
class Verdict:
    """How many operators there are, how many run on the Edge TPU, and what stands against the rest."""

    operators: int
    mapped: int
    problems: list[Problem]

    def __str__(self) -> str:
        """One line, and one for each problem."""
        lines = [f"{self.mapped} of {self.operators} operators run on the Edge TPU, as Coral documents it"]
        lines += [f"  number {each.place}, {each.operator}: {each.reason}" for each in self.problems]
        if self.problems:
            lines.append("  from the first of these on, all stays on the CPU")
        return "\n".join(lines)


def edgetpu(workspace: Workspace) -> None:
    """Check the workspace's INT8 model, and compile it where the compiler is installed."""
    step = Step(
        workspace,
        "edgetpu",
        reads=[workspace.require(workspace.tflite, "quantize")],
        makes=[workspace.edgetpu, workspace.edgetpu_model],
        code=["edgetpu.py"],
    )
    if step.is_done():
        return
    verdict = check(workspace.tflite)
    print(f"edgetpu: {verdict}")
    summary = compile_model(workspace.tflite, workspace.edgetpu_model)
    print(f"edgetpu: {summary or HOW_TO_GET}")
    if summary:
        # Without the compiler nothing is done yet: the step is to be run again where it is.
        write_json(workspace.edgetpu, {**asdict(verdict), "compiler": summary})
        step.finish()


def check(tflite: Path) -> Verdict:
    """Hold every operator of a model against what Coral documents.

    Tensors must be 8-bit (biases 32-bit), of static shape, with at most three axes longer than 1
    and those innermost; dilations equal both ways, and none for depthwise convolutions. The
    compiler maps operators up to the first that it can't.
    """
    model = flatbuffer_utils.read_model(str(tflite))
    if len(model.subgraphs) != 1:
        raise BuildError(f"{tflite}: has {len(model.subgraphs)} graphs; only one can be compiled")
    (graph,) = model.subgraphs
    problems = [
        Problem(place, name, reason)
        for place, operator in enumerate(graph.operators)
        for name in [flatbuffer_utils.opcode_to_name(model, operator.opcodeIndex)]
        for reason in _reasons(name, operator, graph.tensors, model.buffers)
    ]
    mapped = problems[0].place if problems else len(graph.operators)
    return Verdict(len(graph.operators), mapped, problems)


def compile_model(tflite: Path, out: Path) -> str:
    """Compile `tflite` to `out` and give the compiler's summary; empty without a compiler.

    Raises BuildError, with what the compiler said, when it fails.
    """
    compiler = shutil.which(COMPILER)
    if compiler is None:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        command = [compiler, "--show_operations", "--out_dir", folder, str(tflite)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        compiled = Path(folder) / f"{tflite.stem}_edgetpu.tflite"
        if done.returncode or not compiled.is_file():
            said = " ".join((done.stderr or done.stdout).split()) or f"status {done.returncode}"
            raise BuildError(f"{COMPILER} could not compile {tflite}: {said}")
        shutil.copy(compiled, out)
    return done.stdout.strip() or "compiled"


def _reasons(name: str, operator: Any, tensors: list[Any], buffers: list[Any]) -> list[str]:
    """What stands against one operator."""
    reasons = [] if name in SUPPORTED else ["is not among the supported operators"]
    for index in [*operator.inputs, *operator.outputs]:
        # An optional input that isn't there has the index -1.
        if index >= 0:
            tensor = tensors[index]
            reasons += _tensor_reasons(tensor, constant=buffers[tensor.buffer].data is not None)
    dilations = _dilations(operator.builtinOptions)
    if dilations[0] != dilations[1]:
        reasons.append(f"dilates by {dilations[0]} and {dilations[1]}, which must be equal")
    if name == "DEPTHWISE_CONV_2D" and dilations != (1, 1):
        reasons.append("is a dilated depthwise convolution")
    return list(dict.fromkeys(reasons))


def _tensor_reasons(tensor: Any, constant: bool) -> list[str]:
    reasons = []
    kind = flatbuffer_utils.type_to_name(tensor.type)
    if kind not in _TYPES:
        reasons.append(f"has a {kind} tensor")
    signature = tensor.shapeSignature if tensor.shapeSignature is not None else tensor.shape
    if signature is not None and any(length < 0 for length in signature):
        reasons.append("has a tensor without a static shape")
    shape = [] if tensor.shape is None else list(tensor.shape)
    # Kernels have four axes; the limit is on what flows.
    if not constant and any(length > 1 for length in shape[:-_MOST_WIDE_AXES]):
        reasons.append(f"has a tensor of shape {shape}, wider than its {_MOST_WIDE_AXES} innermost axes")
    return reasons


def _dilations(options: Any) -> tuple[int, int]:
    return getattr(options, "dilationWFactor", 1), getattr(options, "dilationHFactor", 1)
