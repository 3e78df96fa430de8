"""Training normalisation with rounding in the loop, on a network of three convolutions."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from model_build.quantization import qat
from model_build.quantization.qat import train_normalization
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


def rounded_copy_of(model):
    copy = copy_of(model)
    round_kernels(copy)
    return copy


def strays(model, student, ranges, images):
    return float(np.mean(qat._difference(model(images), with_fake_quant(student, ranges, None)(images))))


def test_a_rounded_network_strays_less_when_its_normalisation_is_trained(model, images, monkeypatch):
    monkeypatch.setattr(qat, "RATE", 2e-2)
    ranges = measure_ranges(model, images)
    student = rounded_copy_of(model)
    before = strays(model, student, ranges, images)
    batches = tf.data.Dataset.from_tensor_slices(images).batch(16).repeat()
    train_normalization(model, student, ranges, batches, 60)
    assert strays(model, student, ranges, images) < 0.7 * before


def test_kernels_averages_and_the_teacher_stay_as_they_are(model, images):
    teacher = [weight.copy() for weight in model.get_weights()]
    student = rounded_copy_of(model)
    before = {weight.path: weight.numpy() for weight in student.weights}
    batches = tf.data.Dataset.from_tensor_slices(images).batch(16).repeat()
    train_normalization(model, student, measure_ranges(model, images), batches, 3)
    for weight, own in zip(teacher, model.get_weights(), strict=True):
        assert (weight == own).all()
    changed = {weight.path for weight in student.weights if (weight.numpy() != before[weight.path]).any()}
    assert changed == {
        f"{name}/{weight}" for name in ("bn_Conv1", "block_depthwise_BN") for weight in ("gamma", "beta")
    }
