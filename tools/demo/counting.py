"""Counting what the service wrote: records in the log file and its rotated files, and the metrics it left behind."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True, slots=True)
class FileCount:
    """Lines of a log file and its rotated files: by level, those that are no record, and bytes."""

    levels: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    size: int = 0
    alerts: Counter[str] = field(default_factory=Counter)

    @property
    def records(self) -> int:
        """All levels together."""
        return sum(self.levels.values())

    def __sub__(self, before: FileCount) -> FileCount:
        return FileCount(
            self.levels - before.levels,
            self.broken - before.broken,
            self.size - before.size,
            self.alerts - before.alerts,
        )


def count_files(log_file: Path) -> FileCount:
    """Count `log_file`, `log_file.1`, `log_file.1.gz` and so on."""
    levels: Counter[str] = Counter()
    alerts: Counter[str] = Counter()
    broken = size = 0
    rotated = re.compile(re.escape(log_file.name) + r"(\.\d+(\.gz)?)?")
    for path in log_file.parent.glob("*") if log_file.parent.is_dir() else []:
        if not rotated.fullmatch(path.name):
            continue
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        size += len(data)
        for line in data.splitlines():
            try:
                record = json.loads(line)
                levels[record["level"]] += 1
            except (ValueError, KeyError, TypeError):
                broken += 1
                continue
            if record["message"] == "alert fires":
                alerts[record["alert"]] += 1
    return FileCount(levels, broken, size, alerts)


@dataclass(frozen=True, slots=True)
class MetricsCount:
    """The last state of the service's metrics."""

    records: int
    dropped: int


def count_metrics(path: Path) -> MetricsCount:
    """Read the exposition that the service wrote at its end."""
    totals: Counter[str] = Counter()
    for family in text_string_to_metric_families(path.read_text(encoding="utf-8")):
        for sample in family.samples:
            totals[sample.name] += round(sample.value) if sample.name.startswith("log_") else 0
    return MetricsCount(totals["log_messages_total"], totals["log_records_dropped_total"])
