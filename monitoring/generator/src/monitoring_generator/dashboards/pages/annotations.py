"""What happened meanwhile, drawn over every panel: new versions, alerts, restarts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Annotation:
    """Times at which `expr` is above zero; with `value_is_time` its value is the time, in milliseconds."""

    name: str
    expr: str
    title: str
    tags: str
    color: str
    value_is_time: bool = False


ANNOTATIONS: Final = (
    # "Not there a moment ago" would call each restart a deployment: a target that is down has no version.
    # The moment is Grafana's own step, because a fixed one is jumped over in a long range.
    Annotation(
        "Deployments",
        "count by (job, version) (app_build_info)"
        " unless count by (job, version) (last_over_time(app_build_info[1d] offset $__interval))",
        "{{job}} {{version}}",
        "job,version",
        "blue",
    ),
    Annotation(
        "Alerts",
        'ALERTS{alertstate="firing", severity!="none"}',
        "{{alertname}}",
        "job,severity",
        "red",
    ),
    Annotation(
        "Restarts",
        'process_start_time_seconds{job=~"$job"} * 1000',
        "{{job}} started",
        "instance",
        "purple",
        value_is_time=True,
    ),
)
