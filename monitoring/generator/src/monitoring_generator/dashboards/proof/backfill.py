"""A week that did not happen: the series of real scrapes, with a past of seven days.

The names and labels are what the programs really expose, so a metric that is renamed is missing
here too. The numbers are made: more by day than by night, one bad hour with many errors, one
deployment that starts the service's counters again. `promtool tsdb create-blocks-from openmetrics`
reads it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR
#: Before the end: when errors were many, and when the running version was deployed.
BAD_HOUR: Final = (30 * HOUR, 29 * HOUR)
DEPLOYED: Final = 2 * DAY
#: Who scraped provoked errors, so they are rare in the week; but in the bad hour they are more.
RARE: Final = 0.0002
MANY: Final = 3.0
VERSION_BEFORE: Final = "before-the-deployment"
#: Gauges that move; the others stay as they are, for a limit or a size does.
_MOVING: Final = ("active_contexts", "resident", "MemAvailable", "load", "head_series", "buffer_bytes")

Pace = Literal["still", "busy", "bad", "idle"]


@dataclass(frozen=True, slots=True)
class Scrape:
    """What a target answered at `time`: the text of its `/metrics`; and the labels that Prometheus adds."""

    job: str
    instance: str
    text: str
    time: float


@dataclass(frozen=True, slots=True)
class Series:
    """One series with its value in the scrape; of a counter also what it gained in a second."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float
    gain: float = 0.0
    pace: Pace = "still"
    #: Belongs to the service that is deployed.
    deployed: bool = False

    @property
    def text(self) -> str:
        """As OpenMetrics writes it."""
        return f"{self.name}{{{','.join(f'{name}={_quoted(value)}' for name, value in self.labels)}}}"


def series_of(scrapes: Iterable[Scrape], wanted: Collection[str]) -> list[Series]:
    """The series of all scrapes that have a name in `wanted`, and those that Prometheus adds to each scrape."""
    found: list[Series] = []
    for scrape in scrapes:
        target = (("job", scrape.job), ("instance", scrape.instance))
        families = list(text_string_to_metric_families(scrape.text))
        samples = {sample.name: sample.value for family in families for sample in family.samples}
        # Of a host's counters since it was started, of others since the process was.
        age = scrape.time - samples.get("node_boot_time_seconds", samples["process_start_time_seconds"])
        for family in families:
            found += _of_family(family, target, wanted, age=age, deployed="app_build_info" in samples)
        number = sum(len(family.samples) for family in families)
        own = {"up": 1.0, "scrape_duration_seconds": 0.01, "scrape_samples_scraped": float(number)}
        found += [Series(name, target, value) for name, value in own.items() if name in wanted]
    return found


def _of_family(
    family: Metric, target: tuple[tuple[str, str], ...], wanted: Collection[str], *, age: float, deployed: bool
) -> Iterator[Series]:
    for sample in family.samples:
        if sample.name not in wanted:
            continue
        labels = (*target, *sorted(sample.labels.items()))
        counts = family.type in ("counter", "histogram")
        yield Series(
            sample.name,
            labels,
            sample.value,
            gain=sample.value / age if counts else 0.0,
            pace=_pace(sample.name, set(sample.labels.values())) if counts else "still",
            deployed=deployed,
        )


def _pace(name: str, values: set[str]) -> Pace:
    if "idle" in values:
        return "idle"
    return "bad" if name == "log_errors_total" or values & {"error", "ERROR", "CRITICAL"} else "busy"


def open_metrics(series: Iterable[Series], end: float, days: float = 7, step: float = 60) -> Iterator[str]:
    """The lines of the file: each series every `step` seconds, over `days` up to `end` (seconds since the epoch)."""
    times = [end - days * DAY + index * step for index in range(int(days * DAY / step) + 1)]
    stamps = [f" {time:.0f}" for time in times]
    numbers = _Numbers(times, end)
    for one in series:
        if one.name == "app_build_info":
            labels = tuple((name, VERSION_BEFORE if name == "version" else value) for name, value in one.labels)
            old, new = f"{replace(one, labels=labels).text} 1", f"{one.text} 1"
            yield from (
                f"{new if time >= numbers.deployed else old}{stamp}" for time, stamp in zip(times, stamps, strict=True)
            )
        else:
            text = one.text
            yield from (f"{text} {number:.6f}{stamp}" for number, stamp in zip(numbers.of(one), stamps, strict=True))
    yield "# EOF"


class _Numbers:
    """What a series was at each of `times`."""

    def __init__(self, times: list[float], end: float) -> None:
        self._times = times
        self._end = end
        self.deployed = end - DEPLOYED
        self._day = list(map(_day, times))
        self._grown: dict[tuple[Pace, bool], list[float]] = {}

    def of(self, series: Series) -> Sequence[float]:
        if series.name == "process_start_time_seconds":
            last = self.deployed if series.deployed else self._times[0]
            return [self._times[0] if time < self.deployed else last for time in self._times]
        if series.pace != "still":
            key = (series.pace, series.deployed)
            if key not in self._grown:
                self._grown[key] = self._count(*key)
            numbers = [series.gain * grown for grown in self._grown[key]]
            # Events are whole: a tenth of an error in each minute would be an error in every one.
            return (
                list(map(math.floor, numbers)) if series.pace == "bad" and not series.name.endswith("_sum") else numbers
            )
        if any(part in series.name for part in _MOVING):
            return [series.value * (1 - 0.05 * day) for day in self._day]
        return [series.value] * len(self._times)

    def _count(self, pace: Pace, deployed: bool) -> list[float]:
        """A counter that gains 1 a second on average, if it is not of errors."""
        grown = []
        total, before = 0.0, self._times[0]
        for time, day in zip(self._times, self._day, strict=True):
            if deployed and before < self.deployed <= time:
                total = 0.0
            speed = 1 - 0.3 * day if pace == "idle" else 0.2 + 1.6 * day
            if pace == "bad":
                speed *= MANY if self._end - BAD_HOUR[0] <= time < self._end - BAD_HOUR[1] else RARE
            total += speed * (time - before)
            grown.append(total)
            before = time
        return grown


def _day(time: float) -> float:
    """0 at night, 1 in the early afternoon."""
    return (1 - math.cos(2 * math.pi * (time % DAY - 2 * HOUR) / DAY)) / 2


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
