"""The summary: what was sent, what was written, what arrived, and whether all of it agrees."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.demo.counting import FileCount, MetricsCount

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a run; `traffic` is what the traffic generator counted."""

    seconds: float
    traffic: dict[str, Any]
    file: FileCount
    metrics: MetricsCount
    cloudwatch_events: int
    cloudwatch_metrics: int
    log_file: str

    def problems(self) -> list[str]:
        """What does not agree, a sentence each; empty when all is well."""
        found = []
        counts = {
            "the file": self.file.records,
            "log_messages_total": self.metrics.records,
            "CloudWatch Logs": self.cloudwatch_events,
            "CloudWatch metrics": self.cloudwatch_metrics,
        }
        if len(set(counts.values())) != 1:
            found.append("records differ: " + ", ".join(f"{place} {count:,}" for place, count in counts.items()))
        if self.metrics.dropped:
            found.append(f"{self.metrics.dropped:,} records were dropped")
        if self.file.broken:
            found.append(f"{self.file.broken:,} lines of the file are no records")
        if self.traffic["failed"]:
            found.append(f"{self.traffic['failed']:,} requests got no answer")
        if self.traffic["wrong_ids"]:
            found.append(f"{self.traffic['wrong_ids']:,} answers came without the correlation id of their request")
        return found

    def text(self) -> str:
        """The table."""
        statuses = "  ".join(f"{status}: {count:,}" for status, count in self.traffic["statuses"].items())
        levels = "  ".join(f"{level}: {self.file.levels[level]:,}" for level in LEVELS)
        fired = "  ".join(f"{name} fired {count}×" for name, count in sorted(self.file.alerts.items()))
        rows = [
            ("time", f"{self.seconds:.0f} s of traffic"),
            ("requests", f"{self.traffic['requests']:,}   {statuses}"),
            ("correlation ids", f"{self.traffic['answered'] - self.traffic['wrong_ids']:,} returned as sent or made"),
            ("records in the file", f"{self.file.records:,}   {levels}"),
            ("records in metrics", f"{self.metrics.records:,}"),
            (
                "records in CloudWatch",
                f"{self.cloudwatch_events:,}   as metrics there: {self.cloudwatch_metrics:,}",
            ),
            ("bytes", f"{self.file.size:,}"),
            ("dropped", f"{self.metrics.dropped:,}"),
            ("alerts", fired or "none fired"),
            ("log file", self.log_file),
        ]
        problems = self.problems()
        verdict = [f"PROBLEM: {problem}" for problem in problems] or ["file, metrics and CloudWatch agree"]
        return "\n".join(["", "Summary", *(f"  {name:<22} {text}" for name, text in rows), "", *verdict])

    def write_json(self, path: Path) -> None:
        """The same for programs."""
        document = {
            "seconds": round(self.seconds, 1),
            "requests": self.traffic["requests"],
            "statuses": self.traffic["statuses"],
            "records_in_file": self.file.records,
            "records_in_metrics": self.metrics.records,
            "records_in_cloudwatch": self.cloudwatch_events,
            "records_in_cloudwatch_metrics": self.cloudwatch_metrics,
            "records_by_level": {level: self.file.levels[level] for level in LEVELS},
            "bytes": self.file.size,
            "dropped": self.metrics.dropped,
            "alerts": dict(self.file.alerts),
            "log_file": self.log_file,
            "problems": self.problems(),
        }
        path.write_text(json.dumps(document, indent=2), encoding="utf-8")
