"""Training in two processes on this machine, over JAX's distributed runtime."""

import os
import socket
import subprocess
import sys

import numpy as np
import pytest

from model_build.errors import BuildError
from model_build.training import cluster


def start(folder, **environment):
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DERMAPOINT_")}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.model_build.training.two_processes", str(folder)],
        env=plain | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "PYTHONPATH": "."} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def weights(path):
    with np.load(path) as kept:
        return [kept[name] for name in kept.files]


def last_loss(folder):
    return float((folder / "train" / "full.csv").read_text().splitlines()[-1].split(",")[1])


def test_two_processes_train_in_step_and_as_one_alone(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    together, alone = tmp_path / "together", tmp_path / "alone"
    for folder in (together, alone):
        folder.mkdir()
    processes = [
        start(
            together,
            DERMAPOINT_COORDINATOR=address,
            DERMAPOINT_PROCESS=str(number),
            DERMAPOINT_PROCESSES="2",
        )
        for number in range(2)
    ]
    for process in processes:
        output, _ = process.communicate(timeout=280)
        assert process.returncode == 0, output
    process = start(alone)
    output, _ = process.communicate(timeout=200)
    assert process.returncode == 0, output

    first, second = weights(together / "first.npz"), weights(together / "second.npz")
    for one, other in zip(first, second, strict=True):
        assert (one == other).all()
    assert last_loss(together) == pytest.approx(last_loss(alone), rel=0.02)


def test_a_backend_that_trains_on_one_machine_says_so(monkeypatch):
    monkeypatch.setenv(cluster.ADDRESS, "127.0.0.1:1")
    with pytest.raises(BuildError, match="KERAS_BACKEND=jax"):
        cluster.join()
