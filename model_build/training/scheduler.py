"""Tasks on the workers of a Dask scheduler; docs/training.md has the commands that start them."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from model_build.errors import BuildError

Task = Callable[[int], bytes]

_PATIENCE = "20s"
"""For the scheduler's first answer."""
_one_at_a_time = threading.Lock()
"""Keras keeps settings once a process: a worker of many threads trains one network all the same."""


def run(address: str, name: str, task: Task, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """What `task` gives for each of `numbers`, as they come, each from whichever worker is free.

    `address` is the scheduler's, as it prints it, such as tcp://10.0.0.1:8786; `name` says in the lines
    that are printed what a number is. A task whose worker dies is begun again on another, as often as
    Dask's `distributed.scheduler.allowed-failures` says (three times). Raises BuildError without Dask,
    without a scheduler, when a task's workers died too often, and what a task raises.
    """
    try:
        from distributed import Client, KilledWorker, as_completed
    except ImportError as error:
        raise BuildError('--scheduler needs Dask: pip install "dermapoint[cluster]"') from error
    try:
        client = Client(address, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        raise BuildError(
            f"{address}: no Dask scheduler answers there ({error}); start one with `dask scheduler`"
        ) from error
    with client:
        begun: Counter[int] = Counter()
        topic = f"begun-{client.id}"
        client.subscribe_topic(topic, lambda event: _say_begun(name, begun, event[1]))
        if not client.scheduler_info()["workers"]:
            print(f"{name}: {address} has no workers yet; start some with `dask worker`", flush=True)
        futures = {client.submit(_run, task, number, topic, pure=False): number for number in numbers}
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except KilledWorker as error:
                raise BuildError(
                    f"{name} {futures[future]}: every worker that tried it died; look at what they printed, "
                    "and give them more memory or a smaller --batch"
                ) from error


def _run(task: Task, number: int, topic: str) -> bytes:
    """On a worker: say who begins, and do the task."""
    from distributed import get_worker

    with _one_at_a_time:
        worker = get_worker()
        worker.log_event(topic, {"number": number, "on": worker.address})
        return task(number)


def _say_begun(name: str, begun: Counter[int], event: dict[str, Any]) -> None:
    number = event["number"]
    begun[number] += 1
    again = " begins again, its worker was lost: now" if begun[number] > 1 else ""
    print(f"{name} {number}:{again} on {event['on']}", flush=True)
