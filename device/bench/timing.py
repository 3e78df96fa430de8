"""Repeated timing."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

WARM_UPS = 3

Percentiles = dict[str, float]


def time_in_turn(repeats: int, *jobs: Callable[[], Any]) -> list[Percentiles]:
    """Milliseconds of each job; they take turns, so that a noisy machine disturbs all alike."""
    times: list[list[float]] = [[] for _ in jobs]
    for repeat in range(repeats + WARM_UPS):
        for job, taken in zip(jobs, times, strict=True):
            start = time.perf_counter()
            job()
            if repeat >= WARM_UPS:
                taken.append(1000 * (time.perf_counter() - start))
    return [percentiles(taken) for taken in times]


def percentiles(values: list[float]) -> Percentiles:
    """The median, and what 95 and 99 in 100 stay under."""
    return {f"p{share}": round(float(np.percentile(values, share)), 2) for share in (50, 95, 99)}
