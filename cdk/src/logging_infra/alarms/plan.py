"""All alarms of an environment: those of the alerts, those that only AWS has, and the page."""

from __future__ import annotations

from typing import Any

from logging_infra.alarms.from_alerts import alarms_of
from logging_infra.alarms.model import Alarm, AlarmPlan, BandAlarm, CompositeAlarm, Measured
from logging_infra.config import Environment
from logging_infra.constants import Constants, value_at
from monitoring_generator.spec import Spec


def plan_alarms(spec: Spec, constants: Constants, values: Environment) -> AlarmPlan:
    """The alarms of `spec` as `constants` measures them, and those of `constants`."""
    given = constants.alarms
    alarms: list[Alarm] = []
    composites: list[CompositeAlarm] = []
    for alert in spec.alerts:
        for made in alarms_of(alert, given["alerts"].get(alert.name, {}), spec.runbook_of(alert)):
            (composites if isinstance(made, CompositeAlarm) else alarms).append(made)  # type: ignore[arg-type]
    alarms += [_own(entry, _runbook(given, entry), values) for entry in given["alarms"]]
    told = [(alarm.name, alarm.severity) for alarm in alarms] + [(alarm.name, alarm.severity) for alarm in composites]
    critical = sorted(name for name, severity in told if severity == "critical")
    page = given["page"]
    return AlarmPlan(
        alarms=tuple(alarms),
        band=_band(given["anomaly"], _runbook(given, given["anomaly"])),
        composites=(
            *composites,
            CompositeAlarm(**page, runbook=_runbook(given, page), any_of=tuple((name,) for name in critical)),
        ),
    )


def _runbook(given: Any, entry: Any) -> str:
    return str(given["runbook_url"]).replace("{name}", entry["name"].lower())


def _own(entry: dict[str, Any], runbook: str, values: Environment) -> Alarm:
    threshold = entry["threshold"]
    datapoints, periods = entry["datapoints"]
    return Alarm(
        name=entry["name"],
        summary=entry["summary"],
        runbook=runbook,
        severity=entry["severity"],
        metrics={"value": Measured(**entry["metric"])},
        expression=None,
        comparison=entry["comparison"],
        threshold=_number(value_at(values, threshold)) if isinstance(threshold, str) else threshold,
        period=entry["period"],
        evaluation_periods=periods,
        datapoints=datapoints,
        missing=entry["missing"],
        rollback=entry.get("rollback", False),
    )


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no threshold")
    return value


def _band(entry: dict[str, Any], runbook: str) -> BandAlarm:
    datapoints, periods = entry["datapoints"]
    rest = {key: value for key, value in entry.items() if key not in ("metric", "datapoints")}
    metric = Measured(**entry["metric"])
    return BandAlarm(**rest, runbook=runbook, metric=metric, datapoints=datapoints, evaluation_periods=periods)
