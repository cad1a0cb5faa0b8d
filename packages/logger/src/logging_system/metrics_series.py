"""The kinds of metrics that the library has, and their series.

Not those of prometheus_client: theirs take a lock at each count, for which a signal handler, a
finaliser or a fork's child can wait for ever. These are only counted through `Pending`, read at a
scrape, and given out in the form that prometheus_client's registry expects.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from typing import Final, Literal, NamedTuple, TypeAlias

from prometheus_client import Metric

from logging_system.metrics_exemplars import Source, exemplar_of
from logging_system.metrics_pending import Labels

#: Distinct values of one label; counts with further ones go to `_other`.
MAX_LABEL_VALUES: Final = 200
#: Characters of a label's value that are kept.
MAX_LABEL_LENGTH: Final = 200
OTHER: Final = "_other"

Kind: TypeAlias = Literal["counter", "gauge", "histogram"]


class Number(NamedTuple):
    """One number of a metric."""

    sample: str
    label_names: Labels
    labels: Labels
    value: float


class ExposedMetric(ABC):
    """A metric of any kind. What is counted with `add` changes only inside `Pending.settle`."""

    kind: Kind
    #: What becomes of the gauges of several processes (prometheus_client's word for it).
    multiprocess_mode = ""

    def __init__(self, name: str, help_text: str, label_names: Labels = ()) -> None:
        self.name = name
        self.help_text = help_text
        self.label_names = label_names
        self._known: list[set[str]] = [set() for _ in label_names]
        self.restart()

    @abstractmethod
    def restart(self) -> None:
        """Begin at 0: at first, and in a fork's child, which is a process of its own to Prometheus."""

    @abstractmethod
    def numbers(self) -> Iterable[Number]:
        """The series as they are now, with buckets that are not cumulative."""

    def described(self) -> Metric:
        """The metric without its series."""
        return Metric(self.name, self.help_text, self.kind)

    def collected(self) -> Metric:
        """The metric with its series as they are now."""
        metric = self.described()
        for sample, names, labels, value in self.numbers():
            metric.add_sample(sample, dict(zip(names, labels, strict=True)), value)
        return metric

    def _bounded(self, labels: Labels) -> Labels:
        """The labels to count under: values that come from the program must not grow without end."""
        return tuple([_bounded(known, value) for known, value in zip(self._known, labels, strict=True)])


def label_text(value: str) -> str:
    """The value as a label takes it: short, and without the lone surrogates that would fail the whole scrape."""
    return value[:MAX_LABEL_LENGTH].encode("utf-8", "backslashreplace").decode()


def _bounded(known: set[str], value: str) -> str:
    if value in known:
        return value
    value = label_text(value)
    if value not in known:
        if len(known) >= MAX_LABEL_VALUES:
            return OTHER
        known.add(value)
    return value


class Counter(ExposedMetric):
    """`always` are the series that are there from the start, at 0: a rate needs a first value."""

    kind = "counter"

    def __init__(self, name: str, help_text: str, label_names: Labels = (), always: Iterable[Labels] = ()) -> None:
        self._always = tuple(always) if label_names else ((),)
        super().__init__(name.removesuffix("_total"), help_text, label_names)

    def restart(self) -> None:
        """Begin at 0."""
        self._values: dict[Labels, float] = dict.fromkeys(self._always, 0.0)

    def add(self, labels: Labels, amount: float, source: Source | None = None) -> None:  # noqa: ARG002
        """Take one count over."""
        labels = self._bounded(labels)
        self._values[labels] = self._values.get(labels, 0.0) + amount

    def numbers(self) -> Iterable[Number]:
        """See the base class."""
        sample = f"{self.name}_total"
        return [Number(sample, self.label_names, labels, value) for labels, value in self._values.copy().items()]


class UpDown(ExposedMetric):
    """A gauge without labels that is counted up and down, never below 0."""

    kind = "gauge"
    multiprocess_mode = "livesum"

    def restart(self) -> None:
        """Begin at 0."""
        self._value = 0.0

    def add(self, labels: Labels, amount: float, source: Source | None = None) -> None:  # noqa: ARG002
        """Take one count over. A fork's child may leave what its parent entered: that does not count."""
        self._value = max(0.0, self._value + amount)

    def numbers(self) -> Iterable[Number]:
        """See the base class."""
        return [Number(self.name, (), (), self._value)]


class Asked(ExposedMetric):
    """A gauge whose series are asked for at each scrape, by `ask`."""

    kind = "gauge"

    def __init__(self, name: str, help_text: str, label_names: Labels = (), *, multiprocess_mode: str) -> None:
        super().__init__(name, help_text, label_names)
        self.multiprocess_mode = multiprocess_mode
        self.ask: Callable[[], Mapping[Labels, float]] = dict

    def restart(self) -> None:
        """Nothing is kept here."""

    def numbers(self) -> Iterable[Number]:
        """See the base class."""
        return [Number(self.name, self.label_names, labels, value) for labels, value in self.ask().items()]


class Histogram(ExposedMetric):
    """Durations in seconds, counted in `buckets` (upper bounds, rising) and one for all above them."""

    kind = "histogram"

    def __init__(self, name: str, help_text: str, label_names: Labels, buckets: tuple[float, ...]) -> None:
        self._bounds = buckets
        self._bound_texts = (*map(repr, buckets), "+Inf")
        super().__init__(name, help_text, label_names)

    def restart(self) -> None:
        """Begin without series."""
        #: Counts by bucket, then the sum.
        self._values: dict[Labels, list[float]] = {}
        #: The last duration of each bucket that has a record in the log.
        self._latest: dict[Labels, list[tuple[float, Source] | None]] = {}

    def add(self, labels: Labels, amount: float, source: Source | None = None) -> None:
        """Take one duration over."""
        labels = self._bounded(labels)
        values = self._values.get(labels)
        if values is None:
            self._latest[labels] = [None] * len(self._bound_texts)
            values = self._values[labels] = [0.0] * (len(self._bound_texts) + 1)
        bucket = bisect_left(self._bounds, amount)
        values[bucket] += 1
        values[-1] += amount
        if source is not None:
            self._latest[labels][bucket] = amount, source

    def numbers(self) -> Iterable[Number]:
        """See the base class."""
        names = (*self.label_names, "le")
        for labels, values in self._values.copy().items():
            *counts, total = values
            for bound, count in zip(self._bound_texts, counts, strict=True):
                yield Number(f"{self.name}_bucket", names, (*labels, bound), count)
            yield Number(f"{self.name}_sum", self.label_names, labels, total)

    def collected(self) -> Metric:
        """The metric as a scrape has it: buckets that include those below, and their count."""
        metric = self.described()
        for labels, values in self._values.copy().items():
            *counts, total = values
            named = dict(zip(self.label_names, labels, strict=True))
            counts = list(accumulate(counts))
            for bound, count, latest in zip(self._bound_texts, counts, self._latest[labels], strict=True):
                exemplar = None if latest is None else exemplar_of(*latest)
                metric.add_sample(f"{self.name}_bucket", {**named, "le": bound}, count, exemplar=exemplar)
            metric.add_sample(f"{self.name}_count", named, counts[-1])
            metric.add_sample(f"{self.name}_sum", named, total)
        return metric
