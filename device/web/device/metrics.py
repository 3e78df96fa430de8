"""The device's figures for Prometheus: how it works, and nothing about anybody."""

from collections.abc import Callable, Iterator

from flask import Flask, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from device.access import Role
from device.announcer import Announcer, Event
from device.camera.ring import FrameRing
from device.examination import Triage
from device.health import Checks, State
from device.records import Records
from device.web.routing import Room
from device.web.services import Services

_EXTENSION = "metrics"
_SECONDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Metrics:
    """Counts what is announced, and asks the parts how they are when it is read."""

    def __init__(
        self,
        announcer: Announcer,
        ring: FrameRing,
        records: Records,
        checks: Checks,
        version: str,
        model: str,
    ) -> None:
        self._registry = CollectorRegistry()
        self._examinations = Counter(
            "dermapoint_examinations", "Examinations since the start", ["triage"], registry=self._registry
        )
        for triage in Triage:
            self._examinations.labels(triage.value)
        self._faults = Counter(
            "dermapoint_faults", "Faults announced since the start", registry=self._registry
        )
        self._timings = {
            name: Histogram(f"dermapoint_{name}_seconds", words, buckets=_SECONDS, registry=self._registry)
            for name, words in (
                ("finding", "From the last frame of a burst to its finding"),
                ("save", "From a finding until it is safe on the disk"),
            )
        }
        gauges: dict[str, tuple[str, Callable[[], float]]] = {
            "dermapoint_examinations_kept": ("Examinations in the records", records.count),
            "dermapoint_free_bytes": ("Space left where the records lie", lambda: records.card.free_bytes),
            "dermapoint_listeners": ("Who listens to events, the lamp included", lambda: announcer.listeners),
            "dermapoint_newest_frame": ("The number of the newest frame", lambda: ring.newest_sequence),
            "dermapoint_camera_works": ("1 while frames come", lambda: not ring.fault),
        }
        self._registry.register(_Now(gauges, checks, version, model))
        announcer.also_tell(self.count)

    def count(self, event: Event) -> None:
        """Count an announced event; an examination as soon as its finding is shown."""
        if event.kind == "examination" and not event.data.get("withheld"):
            self._examinations.labels(event.data["finding"]["triage"]).inc()
            for name, histogram in self._timings.items():
                if name in event.data["timings_ms"]:
                    histogram.observe(event.data["timings_ms"][name] / 1000)
        elif event.kind == "fault":
            self._faults.inc()

    def text(self) -> bytes:
        """All of them, in Prometheus's text format."""
        return generate_latest(self._registry)


class _Now(Collector):
    """What is asked anew at every reading."""

    def __init__(
        self, gauges: dict[str, tuple[str, Callable[[], float]]], checks: Checks, version: str, model: str
    ) -> None:
        self._gauges, self._checks, self._names = gauges, checks, (version, model)

    def collect(self) -> Iterator[Metric]:
        for name, (words, read) in self._gauges.items():
            yield GaugeMetricFamily(name, words, value=float(read()))
        info = GaugeMetricFamily("dermapoint_info", "What runs here", labels=["version", "model"])
        info.add_metric(self._names, 1)
        yield info
        health = GaugeMetricFamily("dermapoint_health", "1 for the state of a part", labels=["part", "state"])
        for each in self._checks.look():
            for state in State:
                health.add_metric([each.part, state.value], float(each.state is state))
        yield health


room = Room("metrics", __name__)


def install(app: Flask, parts: Services) -> None:
    """Begin to count for `/metrics`."""
    app.extensions[_EXTENSION] = Metrics(
        parts.announcer, parts.ring, parts.records, parts.checks, parts.about.version, parts.about.model
    )


@room.get("/metrics", role=Role.VIEWER, audit=None, local=True)
def read() -> Response:
    """All figures in Prometheus's text format."""
    metrics: Metrics = current_app.extensions[_EXTENSION]
    return Response(metrics.text(), content_type=CONTENT_TYPE_LATEST)
