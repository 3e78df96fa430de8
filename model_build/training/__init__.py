"""Trains the network: Keras 3 on TensorFlow, JAX or PyTorch, on one machine or many."""
