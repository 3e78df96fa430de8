"""Tasks on two worker processes of this machine; the tasks are light, the scheduler is Dask's own."""

import os
import signal
import time
from functools import partial

import pytest
from distributed import LocalCluster

from model_build.errors import BuildError
from model_build.training import scheduler


@pytest.fixture(scope="module")
def address():
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as two_workers:
        yield two_workers.scheduler_address


def square(number):
    return bytes([number**2])


def die_in_the_first_try(folder, number):
    tried = folder / str(number)
    if number == 3 and not tried.exists():
        tried.touch()
        # A fold takes minutes: that it was begun is known when its worker dies.
        time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)
    return square(number)


def refuse(number):
    raise BuildError(f"fold {number} has other data")


def test_every_number_is_answered_and_the_line_says_by_whom(address, capsys):
    assert dict(scheduler.run(address, "fold", square, range(5))) == {n: bytes([n**2]) for n in range(5)}
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split(":")[0] for line in lines) == [f"fold {number}" for number in range(5)]
    assert all("on tcp://127.0.0.1:" in line for line in lines)


def test_a_task_whose_worker_dies_is_begun_again(address, tmp_path, capsys):
    task = partial(die_in_the_first_try, tmp_path)
    assert dict(scheduler.run(address, "fold", task, range(5)))[3] == bytes([9])
    assert "fold 3: begins again, its worker was lost: now on tcp" in capsys.readouterr().out


def test_what_a_task_refuses_is_heard_where_it_was_asked_for(address):
    with pytest.raises(BuildError, match="fold 2 has other data"):
        dict(scheduler.run(address, "fold", refuse, [2]))


def test_an_address_where_nothing_answers_is_one_sentence(monkeypatch):
    monkeypatch.setattr(scheduler, "_PATIENCE", "1s")
    with pytest.raises(BuildError, match="no Dask scheduler answers there"):
        dict(scheduler.run("tcp://127.0.0.1:9", "fold", square, [0]))
