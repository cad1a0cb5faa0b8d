"""The running stack as the live proof sees it: its parts, what was told, the load on it, and the table at the end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.monitoring.disk import Disk
from tests.monitoring.load import Load
from tests.monitoring.notifications import Notifications, Told, wait_until
from tools.compose.stack import Stack

#: Seconds that anything may take to be told; what it took stands in the table.
PATIENCE = 90.0


@dataclass
class Row:
    """One line of the table; times in seconds from the fault, and from its end."""

    alert: str
    fault: str
    fired_after: float
    resolved_after: float
    receiver: str


@dataclass
class Live:
    """One run of the stack."""

    stack: Stack
    told: Notifications
    load: Load
    disk: Disk
    rows: list[Row] = field(default_factory=list)
    #: Seconds since the epoch.
    began: float = field(default_factory=time.time)

    def query(self, expr: str) -> list[dict[str, Any]]:
        """An instant query; its series."""
        url = f"{self.stack.url('prometheus')}/api/v1/query"
        return list(httpx.post(url, data={"query": expr}, timeout=10).json()["data"]["result"])

    def wait_for_query(self, expr: str, seconds: float = PATIENCE) -> None:
        """Until a query has a result; Prometheus may be away meanwhile."""

        def ask() -> bool:
            try:
                return bool(self.query(expr))
            except (httpx.HTTPError, ValueError, KeyError):
                return False

        wait_until(ask, seconds, f"no result of {expr}")

    def wait_until_quiet(self) -> None:
        """End what an earlier test may have left, and wait until nothing but the watchdog fires."""
        self.disk.empty()
        self.told.mend("warning")
        self.wait_for_query('absent(ALERTS{alertname!="Watchdog"})')

    def wait_until_fired(self, name: str, since: float) -> Told:
        """The first notification that `name` fires."""
        return self.told.wait_for(name, "firing", PATIENCE, since)

    def wait_until_resolved(self, fault: str, fired: Told, began: float, ended: float) -> None:
        """Until what fired is told to be over; one row of the table."""

        def resolution() -> Told | None:
            found = self.told.of(fired.name, "resolved", fired.at)
            return next((told for told in found if told.fingerprint == fired.fingerprint), None)

        resolved = wait_until(resolution, PATIENCE * 2, f"{fired.name} was never told as resolved")
        assert resolved.receiver == fired.receiver
        self.rows.append(Row(fired.name, fault, fired.at - began, resolved.at - ended, fired.receiver))


def table(rows: list[Row]) -> list[str]:
    """The rows as text."""
    heading = f"{'alert':<22} {'fault':<44} {'fired after':>11} {'resolved after':>14}  receiver"
    return [heading] + [
        f"{row.alert:<22} {row.fault:<44} {row.fired_after:>9.1f} s {row.resolved_after:>12.1f} s  {row.receiver}"
        for row in rows
    ]


def now() -> float:
    """Seconds since the epoch, as the recorder counts them."""
    return time.time()
