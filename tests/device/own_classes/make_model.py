"""Makes the models of the tests anew: python -m tests.device.own_classes.make_model (needs TensorFlow).

They have the form of a real model and no skill: the mean colour of each 32nd of a 160 x 160 field,
weighed at random into a map for each class and for one output beside them, and one that never finds
a picture foreign.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf

SIDE, CELL = 160, 32


def make(outputs: int) -> bytes:
    random = np.random.default_rng(7)
    weights = np.zeros((1, 1, 3, outputs + 1), np.float32)
    weights[..., :outputs] = random.normal(0, 2, (1, 1, 3, outputs))
    bias = np.append(random.normal(0, 0.5, outputs), -5).astype(np.float32)

    @tf.function(input_signature=[tf.TensorSpec((1, SIDE, SIDE, 3), tf.float32)])
    def network(field: tf.Tensor) -> tf.Tensor:
        return tf.nn.bias_add(
            tf.nn.conv2d(tf.nn.avg_pool2d(field, CELL, CELL, "VALID"), weights, 1, "VALID"), bias
        )

    converter = tf.lite.TFLiteConverter.from_concrete_functions([network.get_concrete_function()])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: (
        [random.uniform(-1, 1, (1, SIDE, SIDE, 3)).astype(np.float32)] for _ in range(50)
    )
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    content: bytes = converter.convert()
    return content


if __name__ == "__main__":
    for name, classes in (("five", 5), ("nine", 9)):
        Path(__file__).with_name(f"{name}.tflite").write_bytes(make(classes + 1))
