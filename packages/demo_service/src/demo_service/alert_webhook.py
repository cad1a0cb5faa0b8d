"""`POST /alerts/webhook`: Alertmanager tells which alerts fire, the live page shows them.

Only there with `DEMO_ALERT_WEBHOOK=1`, because whoever can reach it can put text on the page. The
format is version 4 of Alertmanager's webhook (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from demo_service.live_feed import LiveFeed
from logging_system import get_logger

logger = get_logger("demo_service.alerts")
router = APIRouter(prefix="/alerts", tags=["alerts"])


class Alert(BaseModel):
    """One alert of a notification; times are RFC 3339."""

    status: str
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)
    startsAt: str = ""  # noqa: N815 - Alertmanager's name
    fingerprint: str = ""

    @property
    def key(self) -> str:
        """What tells two alerts apart."""
        return self.fingerprint or repr(sorted(self.labels.items()))


class Notification(BaseModel):
    """What Alertmanager posts: one group of alerts."""

    alerts: list[Alert] = Field(max_length=1000)


@router.post("/webhook", status_code=204)
async def receive(notification: Notification, request: Request) -> None:
    """Take a notification over; log what is new."""
    firing: dict[str, Alert] = request.app.state.firing_alerts
    for alert in notification.alerts:
        name, severity = alert.labels.get("alertname", "?"), alert.labels.get("severity", "none")
        if alert.status == "firing" and alert.key not in firing:
            firing[alert.key] = alert
            logger.warning("alert fires", alert=name, severity=severity, summary=alert.annotations.get("summary"))
        elif alert.status != "firing" and alert.key in firing:
            del firing[alert.key]
            logger.info("alert resolved", alert=name, severity=severity)

    feed: LiveFeed = request.app.state.feed
    feed.set_alerts(
        [
            {
                "name": alert.labels.get("alertname", "?"),
                "severity": alert.labels.get("severity", "none"),
                "summary": alert.annotations.get("summary", ""),
                "since": alert.startsAt,
            }
            for alert in firing.values()
        ]
    )
