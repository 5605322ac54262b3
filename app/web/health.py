"""Health and figures. The rule: anybody may learn whether the server is well, nobody may learn from it who
uses it for what; so counts only, never names."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.models import base
from app.web.answers import ReadyBody
from app.web.gate import rooms
from app.web.routes import LOOK, NOTHING, Answer, route

PLAIN = "text/plain"
# Seconds; a status poll takes 1 ms, a sign-in 100.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)

# Names for what the live floor counts.
FIGURES = {
    "running": ("sessions_running", "Sessions whose program runs"),
    "viewers": ("viewers", "Joined viewers"),
    "behind": ("viewers_behind", "Viewers that get frames because they cannot keep up"),
    "viewers_elsewhere": ("viewers_elsewhere", "Joined viewers in the other workers"),
    "worker": ("worker", "Number of the web process that answers; figures without `elsewhere` are its own"),
    "samples": ("samples", "Rows written to the sessions' statistics since the start"),
    "sampling_seconds": ("sampling_seconds", "Processor time that took"),
    "programs_cpu_percent": ("programs_cpu_percent", "Processor use of all sessions' programs, of one core"),
    "programs_memory_bytes": ("programs_memory_bytes", "Resident memory of all sessions' programs"),
    "programs_processes": ("programs_processes", "Processes of all sessions"),
    "leads": ("worker_leads", "1: it saves snapshots and ends what is over its time, for all workers"),
}


class Figures:
    """What this server process counts, in a registry of its own (tests make many servers)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.registry.register(Live())
        labels = ["method", "route", "status"]
        self.requests = Counter("holdfast_http_requests", "HTTP requests", labels, registry=self.registry)
        self.seconds = Histogram(
            "holdfast_http_request_seconds",
            "Time to the response, by route",
            ["route"],
            registry=self.registry,
            buckets=BUCKETS,
        )

    def begin(self) -> None:
        g.began = time.perf_counter()

    def count(self, response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else "none"
        self.requests.labels(request.method, rule, response.status_code).inc()
        if "began" in g:
            self.seconds.labels(rule).observe(time.perf_counter() - g.began)
        return response


class Live(Collector):
    """What the live floor counts at the moment of asking."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        live = rooms()
        yield GaugeMetricFamily("holdfast_keeper_connected", "1: yes", value=int(live.keeper_connected))
        for name, value in live.counts().items():
            figure, meaning = FIGURES.get(name, (name, name.replace("_", " ")))
            yield GaugeMetricFamily(f"holdfast_{figure}", meaning, value=value)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()


def register(app: Flask) -> None:
    figures = app.extensions["figures"] = Figures()
    app.before_request(figures.begin)
    app.after_request(figures.count)


@route("GET", "/livez", NOTHING, Answer(200, PLAIN))
def live() -> Any:
    """Whether the server answers at all."""
    return Response("ok\n", mimetype=PLAIN)


@route("GET", "/readyz", NOTHING, Answer(200, ReadyBody))
def ready() -> Any:
    """Whether database and keeper can be reached; 503 when one of them cannot."""
    reached = {"database": base.reachable(), "keeper": bool(rooms().keeper_connected)}
    words = {part: "ok" if well else "out of reach" for part, well in reached.items()}
    return words, 200 if all(reached.values()) else 503


@route("GET", "/metrics", LOOK, Answer(200, PLAIN))
def metrics() -> Any:
    """Figures for Prometheus: from this machine, or with an administrator's token."""
    text = generate_latest(current_app.extensions["figures"].registry)
    return Response(text, mimetype=PLAIN, content_type="text/plain; version=0.0.4; charset=utf-8")
