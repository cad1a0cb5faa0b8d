"""Alerts and objectives that the dashboards show, and the series that the rules record for them."""

from __future__ import annotations

from dataclasses import dataclass

from monitoring_generator.alerts import (
    AbsentAlert,
    BurnRateAlert,
    BurnWindow,
    EventsAlert,
    PercentileAlert,
    RatioAlert,
    ValueAlert,
)
from monitoring_generator.dashboards.limits import find_alert
from monitoring_generator.dashboards.promql import matchers
from monitoring_generator.durations import format_duration
from monitoring_generator.objectives import Objective
from monitoring_generator.rules.promql import number
from monitoring_generator.spec import Spec


@dataclass(frozen=True, slots=True)
class Known:
    """What the pages need of alerts.yaml. `known(spec)` fails if something is not there any more."""

    errors: RatioAlert
    slow: PercentileAlert
    critical: EventsAlert
    disk: ValueAlert
    memory: ValueAlert
    down: ValueAlert
    absent: AbsentAlert
    fast: BurnRateAlert
    slowly: BurnRateAlert
    dropped: EventsAlert
    notifications: EventsAlert

    @property
    def objective(self) -> Objective:
        """The objective whose budget the burn rates are about."""
        return self.fast.objective

    @property
    def requests(self) -> str:
        """Matchers of the operations that are requests."""
        return matchers(self.objective.of)

    @property
    def failed(self) -> str:
        """Matchers of requests that use up the budget."""
        return f"{self.requests}, {matchers(self.objective.bad)}"

    @property
    def error_share(self) -> str:
        """The share of records that are errors, by job."""
        return f"job:{self.errors.recorded_as}:ratio_rate{format_duration(self.errors.window)}"

    @property
    def slow_recorded(self) -> str:
        """The percentile that SlowRequests looks at, by job and operation."""
        labels = "_".join(("job", *self.slow.by))
        percentile = number(self.slow.percentile).replace(".", "_")
        return f"{labels}:{self.slow.metric}:p{percentile}_{format_duration(self.slow.window)}"

    def bad_share(self, window: float) -> str:
        """The share of bad events of the objective over `window` seconds, by job."""
        return f"job:{self.objective.name}_bad:ratio_rate{format_duration(window)}"

    def burn_rate(self, window: float) -> str:
        """How many times as fast as it lasts the budget burns, for the chosen services."""
        return f'{self.bad_share(window)}{{job=~"$job"}} / {number(self.objective.budget)}'

    @property
    def budget_left(self) -> str:
        """The share of the budget of the objective's period that is left; below 0 it is overdrawn."""
        return f"1 - {self.burn_rate(self.objective.period)}"


def known(spec: Spec) -> Known:
    """Find them. Raises LookupError, which names the alert that is missing."""
    return Known(
        errors=find_alert(spec, RatioAlert, "HighErrorRate"),
        slow=find_alert(spec, PercentileAlert, "SlowRequests"),
        critical=find_alert(spec, EventsAlert, "CriticalRecord"),
        disk=find_alert(spec, ValueAlert, "DiskAlmostFull"),
        memory=find_alert(spec, ValueAlert, "HighMemoryUsage"),
        down=find_alert(spec, ValueAlert, "TargetDown"),
        absent=find_alert(spec, AbsentAlert, "MetricsAbsent"),
        fast=find_alert(spec, BurnRateAlert, "ErrorBudgetBurnFast"),
        slowly=find_alert(spec, BurnRateAlert, "ErrorBudgetBurnSlow"),
        dropped=find_alert(spec, EventsAlert, "RecordsDropped"),
        notifications=find_alert(spec, EventsAlert, "NotificationsFailing"),
    )


def window_names(windows: tuple[BurnWindow, ...]) -> list[float]:
    """The windows of a burn-rate alert in seconds, short ones first, each once."""
    return sorted({length for window in windows for length in (window.short, window.long)})
