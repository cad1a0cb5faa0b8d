"""The table of alerts in `docs/monitoring.md`, between two markers; the rest of the page is written by hand."""

from __future__ import annotations

from pathlib import Path

from monitoring_generator.alerts import Alert, BurnRateAlert, EventsAlert, PercentileAlert, RatioAlert
from monitoring_generator.durations import format_duration
from monitoring_generator.errors import SpecError
from monitoring_generator.rules.notification import threshold_text
from monitoring_generator.spec import Spec

BEGIN = "<!-- alerts: made by monitoring_generator -->"
END = "<!-- /alerts -->"
PAGE = Path("docs/monitoring.md")
_HEAD = ("Alert", "Fires when", "Threshold", "Window", "Hold", "Severity", "Runbook")


def make_files(spec: Spec, root: Path) -> dict[Path, str]:
    """The page with its table; it lies next to the folder `root`. Raises SpecError if a marker is missing."""
    path = root.parent / PAGE
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    before, found_begin, rest = page.partition(BEGIN)
    _, found_end, after = rest.partition(END)
    if not found_begin or not found_end:
        raise SpecError(f"{path}: expected the lines {BEGIN} and {END}, between which the table of alerts stands")
    return {path: f"{before}{BEGIN}\n{table(spec)}{END}{after}"}


def table(spec: Spec) -> str:
    """One line an alert."""
    lines = [_HEAD, tuple("---" for _ in _HEAD), *map(_cells, spec.alerts)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cells(alert: Alert) -> tuple[str, ...]:
    return (
        f"`{alert.name}`",
        alert.summary,
        threshold_text(alert),
        _window(alert),
        format_duration(alert.hold) if alert.hold else "none",
        alert.severity + (f", {alert.notify}" if alert.notify else ""),
        f"[{alert.name}](../monitoring/runbooks/{alert.name}.md)",
    )


def _window(alert: Alert) -> str:
    match alert:
        case RatioAlert() | PercentileAlert() | EventsAlert():
            return format_duration(alert.window)
        case BurnRateAlert():
            return "see threshold"
        case _:
            return "now"
