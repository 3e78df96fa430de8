"""Real folds, tiny, on two Dask workers of which one is killed: `make folds-check`, some minutes.

Not collected by itself: each worker loads TensorFlow and trains.
"""

import os
import signal
import threading
import time
from dataclasses import replace

import keras
import numpy as np
import pytest
from distributed import Client, LocalCluster

from model_build import split
from model_build.cli import main
from model_build.split import FOLDS
from model_build.training.folds import read_answers
from model_build.training.step import fold_folder
from model_build.workspace import Workspace, write_json
from tests.model_build.rows import row

CODES = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
OPTIONS = ["--epochs", "1", "--steps-per-epoch", "4", "--batch", "8", "--side", "128"]

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture
def workspace(tmp_path):
    """Three noisy pictures a class and fold."""
    workspace = Workspace(tmp_path / "work")
    workspace.root.mkdir()
    rows = [
        replace(row(f"i{fold}{code}{number}", f"l{fold}{code}{number}", code, "train"), fold=str(fold))
        for fold in range(FOLDS)
        for code in CODES
        for number in range(3)
    ]
    split.write(rows, workspace.split)
    np.save(workspace.fields, np.random.default_rng(5).integers(0, 256, (len(rows), 128, 128, 3), np.uint8))
    write_json(workspace.dataset, {"split_sha256": "none"})
    return workspace


def kill_a_busy_worker(address, folder):
    """Kill the process that trains the first fold that has begun to learn."""
    with Client(address) as client:
        while not list(folder.glob("without-*/*.csv")):
            time.sleep(0.2)
        busy = [worker for worker, tasks in client.processing().items() if tasks]
        pids = client.run(os.getpid, workers=busy[:1])
    os.kill(next(iter(pids.values())), signal.SIGKILL)


def test_all_folds_are_answered_though_a_worker_is_killed_and_none_is_trained_twice(
    workspace, tmp_path, capsys
):
    start = tmp_path / "start.weights.h5"
    keras.applications.MobileNetV2((224, 224, 3), include_top=False, weights=None).save_weights(start)
    command = ["folds", "--work", str(workspace.root), "--weights", str(start), *OPTIONS]
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", memory_limit=0
    ) as cluster:
        killer = threading.Thread(
            target=kill_a_busy_worker, args=(cluster.scheduler_address, workspace.folds)
        )
        killer.start()
        assert main([*command, "--scheduler", cluster.scheduler_address]) == 0
        killer.join()
        printed = capsys.readouterr().out
        assert printed.count(": answered") == FOLDS
        assert "begins again, its worker was lost" in printed
        _, said = read_answers(
            (fold_folder(workspace, fold) for fold in range(FOLDS)), FOLDS * len(CODES) * 3
        )
        assert (said == 1).all()
        assert main([*command, "--scheduler", cluster.scheduler_address]) == 0
        assert capsys.readouterr().out.count("done before") == FOLDS
    assert main([*command, "--seed", "3"]) == 2
    assert "--again folds makes it anew" in capsys.readouterr().err
