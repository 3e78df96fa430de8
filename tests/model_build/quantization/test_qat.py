"""Training with rounding in the loop, on a network of three convolutions."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from model_build.quantization import qat
from model_build.quantization.qat import RoundedConvolution, train_rounded
from model_build.quantization.ranges import measure_ranges, with_fake_quant
from model_build.quantization.rounding import round_kernels


def build():
    inputs = keras.Input((24, 24, 3))
    x = keras.layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="Conv1")(inputs)
    x = keras.layers.BatchNormalization(name="bn_Conv1")(x)
    x = keras.layers.ReLU(6.0, name="Conv1_relu")(x)
    x = keras.layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="block_depthwise")(x)
    x = keras.layers.BatchNormalization(name="block_depthwise_BN")(x)
    x = keras.layers.ReLU(6.0, name="block_depthwise_relu")(x)
    x = keras.layers.Dropout(0.9)(x)
    x = keras.layers.Conv2D(8, 1, name="maps")(x)
    return keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(x))


@pytest.fixture
def model():
    keras.utils.set_random_seed(4)
    model = build()
    random = np.random.default_rng(4)
    for layer in model.layers:
        if isinstance(layer, (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)):
            # One large weight a channel makes the steps so coarse that rounding hurts.
            kernel, *bias = layer.get_weights()
            kernel = random.normal(0, 0.3, kernel.shape)
            kernel[0, 0] *= 20
            layer.set_weights([kernel, *bias])
    return model


@pytest.fixture
def images():
    return np.random.default_rng(5).uniform(-1, 1, (64, 24, 24, 3)).astype(np.float32)


def copy_of(model):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy


def strays(model, student, ranges, images):
    rounded = copy_of(student)
    round_kernels(rounded)
    return float(np.mean(qat._difference(model(images), with_fake_quant(rounded, ranges, None)(images))))


def test_a_network_trained_with_rounding_strays_less_when_rounded(model, images, monkeypatch):
    monkeypatch.setattr(qat, "RATE", 2e-3)
    ranges = measure_ranges(model, images)
    student = copy_of(model)
    before = strays(model, student, ranges, images)
    train_rounded(model, student, ranges, tf.data.Dataset.from_tensor_slices(images).batch(16).repeat(), 60)
    assert strays(model, student, ranges, images) < 0.7 * before


def test_normalisation_and_the_teacher_stay_as_they_are(model, images):
    teacher = [weight.copy() for weight in model.get_weights()]
    student = copy_of(model)
    batches = tf.data.Dataset.from_tensor_slices(images).batch(16).repeat()
    train_rounded(model, student, measure_ranges(model, images), batches, 3)
    for before, after in zip(teacher, model.get_weights(), strict=True):
        assert (before == after).all()
    for name in ("bn_Conv1", "block_depthwise_BN"):
        for before, after in zip(
            model.get_layer(name).get_weights(), student.get_layer(name).get_weights(), strict=True
        ):
            assert (before == after).all()
    assert (student.get_layer("Conv1").get_weights()[0] != model.get_layer("Conv1").get_weights()[0]).any()


def test_a_rounded_convolution_computes_what_the_rounded_network_does(model, images):
    rounded = copy_of(model)
    round_kernels(rounded)
    for name in ("Conv1", "block_depthwise", "maps"):
        values = np.random.default_rng(1).normal(size=(2, 12, 12, model.get_layer(name).input.shape[-1]))
        values = values.astype(np.float32)
        rounding = RoundedConvolution(model.get_layer(name))(values)
        assert np.allclose(rounding, rounded.get_layer(name)(values), atol=1e-5)
