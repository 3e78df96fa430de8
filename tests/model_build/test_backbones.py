"""EfficientNet-Lite beside MobileNetV2, and the reader of its weights."""

import io
import pickle
import struct
from collections import OrderedDict
from pathlib import Path
from urllib.error import URLError

import keras
import numpy as np
import pytest
from keras.src.utils import file_utils

from model_build import backbones
from model_build.backbones.torch_weights import read_tensors
from model_build.errors import BuildError
from model_build.quantization.ranges import is_stored
from model_build.training import network

MAGIC = 0x1950A86A20F9469CFC6C


class Named:
    """Stands for something of PyTorch's: pickled by the name alone."""

    def __init__(self, module, name):
        self.module, self.name = module, name


class Tensor:
    """Pickled as PyTorch's older format does: a call that rebuilds it from a storage named by key."""

    def __init__(self, key, array, strides):
        self.key, self.array, self.strides = key, array, strides


class Writer(pickle._Pickler):
    """Writes tensors of 32-bit numbers as PyTorch before 1.6 did."""

    def persistent_id(self, thing):
        if isinstance(thing, tuple) and thing[:1] == ("storage",):
            return thing
        return None

    def save(self, thing, save_persistent_id=True):
        if isinstance(thing, Named):
            self.write(pickle.GLOBAL + f"{thing.module}\n{thing.name}\n".encode())
        elif isinstance(thing, Tensor):
            storage = ("storage", Named("torch", "FloatStorage"), thing.key, "cpu", thing.array.size, None)
            self.save(Named("torch._utils", "_rebuild_tensor_v2"))
            self.save((storage, 0, thing.array.shape, thing.strides, False, OrderedDict()))
            self.write(pickle.REDUCE)
        else:
            super().save(thing, save_persistent_id)


def write(path, tensors, magic=MAGIC):
    file = io.BytesIO()
    for header in (magic, 1001, {"little_endian": True}):
        pickle.dump(header, file, 2)
    Writer(file, 2).dump(OrderedDict((name, tensor) for name, tensor in tensors.items()))
    pickle.dump([tensor.key for tensor in tensors.values()], file, 2)
    for tensor in tensors.values():
        file.write(struct.pack("<q", tensor.array.size) + tensor.array.astype("<f4").tobytes())
    path.write_bytes(file.getvalue())
    return path


def stored(arrays):
    return {
        name: Tensor(str(key), array, tuple(s // array.itemsize for s in array.strides))
        for key, (name, array) in enumerate(arrays.items())
    }


def test_tensors_are_read_with_their_shapes_and_strides(tmp_path):
    numbers = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    turned = Tensor("7", numbers.reshape(4, 3, 2), (1, 4, 12))
    read = read_tensors(write(tmp_path / "w.pth", {**stored({"plain": numbers}), "turned": turned}))
    assert (read["plain"] == numbers).all()
    assert (read["turned"] == np.arange(24).reshape(4, 3, 2, order="F")).all()


@pytest.mark.parametrize(
    "content", [b"", b"rubbish", pickle.dumps(5, 2), pickle.dumps(MAGIC, 2) + pickle.dumps(Path("x"), 2)]
)
def test_a_file_of_another_format_is_refused_and_nothing_in_it_is_run(tmp_path, content):
    (tmp_path / "w.pth").write_bytes(content)
    with pytest.raises(BuildError, match="no PyTorch file"):
        read_tensors(tmp_path / "w.pth")


def test_weights_in_pytorchs_order_land_where_they_belong(tmp_path):
    """A file made from one network, by hand turned into PyTorch's order of axes, fills another."""
    keras.utils.set_random_seed(2)
    source = backbones.build("efficientnet-lite0", 64, None)
    ends = {"Conv1": "_conv_stem", "bn_Conv1": "_bn0", "Conv_1": "_conv_head", "Conv_1_bn": "_bn1"}
    parts = {"expand": "_expand_conv", "expand_BN": "_bn0", "depthwise": "_depthwise_conv"}
    parts |= {"depthwise_BN": "_bn1", "project": "_project_conv", "project_BN": "_bn2"}
    arrays = {}
    for layer in source.layers:
        if not layer.weights:
            continue
        _, number, part = (layer.name + "__").split("_", 2) if layer.name not in ends else ("", "", "")
        name = ends.get(layer.name) or f"_blocks.{number}.{parts[part.rstrip('_')]}"
        values = layer.get_weights()
        if isinstance(layer, keras.layers.BatchNormalization):
            kinds = ("weight", "bias", "running_mean", "running_var")
            arrays |= {f"{name}.{kind}": v for kind, v in zip(kinds, values, strict=True)}
        elif isinstance(layer, keras.layers.DepthwiseConv2D):
            arrays[f"{name}.weight"] = np.ascontiguousarray(values[0].transpose(2, 3, 0, 1))
        else:
            arrays[f"{name}.weight"] = np.ascontiguousarray(values[0].transpose(3, 2, 0, 1))
    file = write(tmp_path / "w.pth", stored(arrays))
    filled = backbones.build("efficientnet-lite0", 64, file)
    images = np.random.default_rng(0).uniform(-1, 1, (1, 64, 64, 3)).astype(np.float32)
    assert np.allclose(filled(images), source(images), atol=1e-6)
    with pytest.raises(BuildError, match="holds no weights of this EfficientNet-Lite"):
        backbones.build("efficientnet-lite1", 64, file)


@pytest.mark.parametrize(
    ("name", "millions"),
    [("efficientnet-lite0", 3.4), ("efficientnet-lite1", 4.2), ("efficientnet-lite2", 4.87)],
)
def test_sizes_are_those_of_the_originals_without_top(name, millions):
    assert backbones.build(name, 64, None).count_params() / 1e6 == pytest.approx(millions, abs=0.05)


@pytest.mark.parametrize("name", backbones.BACKBONES)
def test_every_backbone_serves_training_and_quantization(name):
    model = network.build(None, 64, 8, name)
    assert model.output_shape == (None, 8)
    network.set_trained(model, "most")
    frozen = [layer.name for layer in model.layers if layer.weights and not layer.trainable]
    assert "Conv1" in frozen
    assert not any(layer.startswith(("block_3_", "Conv_1", "maps")) for layer in frozen)
    activations = [layer for layer in model.layers if isinstance(layer, keras.layers.ReLU)]
    assert activations
    assert all(is_stored(layer) for layer in (*activations, model.get_layer("maps")))


def test_without_a_network_and_weights_it_says_what_to_give(tmp_path, monkeypatch):
    def no_network(*arguments):
        raise URLError("Temporary failure in name resolution")

    monkeypatch.setattr(file_utils.config, "keras_home", lambda: str(tmp_path))
    monkeypatch.setattr(file_utils, "urlretrieve", no_network)
    with pytest.raises(BuildError, match=r"Temporary failure.*without a network, give --weights"):
        backbones.build("mobilenetv2", 96, backbones.IMAGENET)
