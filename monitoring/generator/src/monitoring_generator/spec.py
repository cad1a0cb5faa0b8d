"""`alerts.yaml` as a whole: read, and checked across its parts (`spec_checks.py`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from monitoring_generator.alert_reader import read_alert
from monitoring_generator.alerts import Alert
from monitoring_generator.objectives import Objective, read_objective
from monitoring_generator.section import Section, read_file
from monitoring_generator.spec_checks import check_alert, check_objective

_RUNBOOK_URL = re.compile(r"\S*\{name\}\S*")
_DASHBOARD_URL = re.compile(r"\S*\{dashboard\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """All alerts and objectives; `{name}` and `{dashboard}` in the addresses stand for the alert's own."""

    evaluation_interval: float
    runbook_url: str
    dashboard_url: str
    objectives: tuple[Objective, ...]
    alerts: tuple[Alert, ...]

    def runbook_of(self, alert: Alert) -> str:
        """The address of its runbook."""
        return self.runbook_url.replace("{name}", alert.name)

    def dashboard_of(self, alert: Alert) -> str:
        """The address of its dashboard, without variables."""
        return self.dashboard_url.replace("{dashboard}", alert.dashboard)


def load_spec(path: Path) -> Spec:
    """Read and check `path`. Raises SpecError."""
    return spec_of(read_file(path))


def spec_of(top: Section) -> Spec:
    """Check what stands in a specification. Raises SpecError."""
    top.check_keys({"evaluation_interval", "runbook_url", "dashboard_url", "objectives", "alerts"})
    objectives = tuple(map(read_objective, top.sections("objectives", named=True))) if "objectives" in top.given else ()
    by_name = {objective.name: objective for objective in objectives}
    spec = Spec(
        evaluation_interval=top.duration("evaluation_interval"),
        runbook_url=top.text("runbook_url", _RUNBOOK_URL),
        dashboard_url=top.text("dashboard_url", _DASHBOARD_URL),
        objectives=objectives,
        alerts=tuple(read_alert(section, by_name) for section in top.sections("alerts", named=True)),
    )
    for key, parts in (("objectives", spec.objectives), ("alerts", spec.alerts)):
        names = [part.name for part in parts]
        for name in names:
            if names.count(name) > 1:
                raise top.fail(key, f"{name} is there twice")
    for objective in spec.objectives:
        check_objective(f"{top.place}: {objective.name}", objective)
    for alert in spec.alerts:
        check_alert(f"{top.place}: {alert.name}", alert)
    return spec
