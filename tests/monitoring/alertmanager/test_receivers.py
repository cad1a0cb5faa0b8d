"""Every kind of receiver gets what a real Alertmanager sends it; none gets it twice, none loses it in an outage."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

from demo_service.alert_webhook import Notification
from tests.monitoring.alertmanager.process import ANNOTATIONS, Alertmanager
from tests.monitoring.alertmanager.stand_ins import PASSWORD, ROUTING_KEY, AlertReceivers, Inbox
from tests.service_process import wait_for

pytestmark = pytest.mark.skipif(
    shutil.which("prometheus-alertmanager") is None, reason="no Alertmanager: apt-get install prometheus-alertmanager"
)

CRITICAL = {"severity": "critical"}


def test_every_kind_of_receiver_is_told_of_beginning_and_end(
    tmp_path: Path, receivers: AlertReceivers, inbox: Inbox
) -> None:
    """With value, threshold, time and links; secrets come from files."""
    alertmanager = Alertmanager(tmp_path, receivers, people=True)
    with alertmanager.run():
        alertmanager.fire("HighErrorRate", CRITICAL)
        wait_for(
            lambda: (
                inbox.taken("/slack/T0/B0")
                and inbox.taken("/pagerduty")
                and inbox.mails
                and inbox.told("HighErrorRate")
            )
        )
        alertmanager.resolve("HighErrorRate", CRITICAL)
        wait_for(
            lambda: (
                inbox.told("HighErrorRate", "resolved")
                and all(
                    len(each) == 2 for each in (inbox.taken("/slack/T0/B0"), inbox.taken("/pagerduty"), inbox.mails)
                )
            )
        )

    [slack, slack_end] = [body["attachments"][0] for body in inbox.taken("/slack/T0/B0")]
    assert slack["title"] == "[CRITICAL] HighErrorRate demo-service"
    for text in ("*12.5%*", "&gt; 5%", f"<{ANNOTATIONS['runbook_url']}|Runbook>", "|Dashboard>", "|Silence>"):
        assert text in slack["text"]
    assert (slack["color"], slack_end["color"]) == ("danger", "good")

    [page, page_end] = inbox.taken("/pagerduty")
    assert page["routing_key"] == ROUTING_KEY
    assert (page["event_action"], page_end["event_action"]) == ("trigger", "resolve")
    assert page["dedup_key"] == page_end["dedup_key"]
    assert page["payload"]["severity"] == "critical"
    assert page["payload"]["summary"] == f"[CRITICAL] HighErrorRate: {ANNOTATIONS['summary']}"
    assert page["links"][0] == {"href": ANNOTATIONS["runbook_url"], "text": "Runbook"}
    assert "Threshold: > 5%" in page["payload"]["custom_details"]["alerts"]

    [mail, mail_end] = inbox.mails
    assert inbox.passwords == [PASSWORD.encode()] * 2
    assert mail["Subject"] == f"[CRITICAL] HighErrorRate: {ANNOTATIONS['summary']}"
    assert mail_end["Subject"].startswith("[RESOLVED] HighErrorRate")
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body
        for text in ("12.5%", ANNOTATIONS["runbook_url"], "silences/new"):
            assert text in body.get_content()


def test_the_live_page_understands_what_is_posted(tmp_path: Path, receivers: AlertReceivers, inbox: Inbox) -> None:
    """The demo service's own model of it."""
    alertmanager = Alertmanager(tmp_path, receivers)
    with alertmanager.run():
        alertmanager.fire("SlowRequests", {"severity": "warning", "operation": "GET /api/orders"})
        wait_for(lambda: inbox.told("SlowRequests"))

    [alert] = Notification.model_validate(inbox.taken("/webhook")[0]).alerts
    assert (alert.status, alert.labels["severity"]) == ("firing", "warning")
    assert alert.annotations == ANNOTATIONS
    assert alert.fingerprint


def test_a_secret_that_changes_is_used_without_a_restart(
    tmp_path: Path, receivers: AlertReceivers, inbox: Inbox
) -> None:
    """It is read at each attempt."""
    alertmanager = Alertmanager(tmp_path, receivers, people=True)
    with alertmanager.run():
        (tmp_path / "secrets" / "slack").write_text(f"{receivers.url}/slack/new", encoding="utf-8")
        alertmanager.fire("HighErrorRate", CRITICAL)
        wait_for(lambda: inbox.taken("/slack/new"))


def test_people_are_told_of_an_event_but_not_of_its_end(
    tmp_path: Path, receivers: AlertReceivers, inbox: Inbox
) -> None:
    """A record does not un-happen; programs, which count, are told."""
    labels = {"severity": "critical", "notify": "immediate", "channel": "direct", "event_id": "1"}
    alertmanager = Alertmanager(tmp_path, receivers, people=True)
    with alertmanager.run():
        alertmanager.fire("CriticalRecord", labels, annotations={"summary": "x", "correlation_id": "4bf92f35"})
        wait_for(lambda: inbox.taken("/slack/T0/B0") and inbox.taken("/pagerduty") and inbox.mails)
        alertmanager.resolve("CriticalRecord", labels)
        wait_for(lambda: inbox.told("CriticalRecord", "resolved"))
        alertmanager.look_again(inbox)

    assert len(inbox.taken("/slack/T0/B0")) == len(inbox.taken("/pagerduty")) == len(inbox.mails) == 1
    assert "4bf92f35" in inbox.taken("/slack/T0/B0")[0]["attachments"][0]["text"]


def test_a_receiver_that_fails_for_a_while_is_told_once(
    tmp_path: Path, receivers: AlertReceivers, inbox: Inbox
) -> None:
    """Nothing is lost, nothing comes twice; the failures are counted, which NotificationsFailing looks at."""
    alertmanager = Alertmanager(tmp_path, receivers)
    inbox.status["/webhook"] = 500
    with alertmanager.run():
        alertmanager.fire("CriticalRecord", {**CRITICAL, "notify": "immediate"})
        wait_for(lambda: [post for post in inbox.posts if post.path == "/webhook" and post.status == 500])
        wait_for(lambda: failures(alertmanager) > 0, 60)
        del inbox.status["/webhook"]
        wait_for(lambda: inbox.told("CriticalRecord"), 60)
        alertmanager.look_again(inbox)

    assert len(inbox.told("CriticalRecord")) == 1


def failures(alertmanager: Alertmanager) -> float:
    """`alertmanager_notifications_failed_total` of the webhook."""
    for line in httpx.get(f"{alertmanager.url}/metrics", timeout=10).text.splitlines():
        if line.startswith('alertmanager_notifications_failed_total{integration="webhook"'):
            return float(line.rpartition(" ")[2])
    return 0.0


def test_a_restart_tells_nothing_twice(tmp_path: Path, receivers: AlertReceivers, inbox: Inbox) -> None:
    """What was told is in its data, which compose keeps in a volume; what came meanwhile is told after it."""
    alertmanager = Alertmanager(tmp_path, receivers)
    with alertmanager.run():
        alertmanager.fire("Before", CRITICAL)
        wait_for(lambda: inbox.told("Before"))
    with alertmanager.run():
        alertmanager.fire("Before", CRITICAL)  # as Prometheus says it again
        alertmanager.fire("After", CRITICAL)
        wait_for(lambda: inbox.told("After"))
        alertmanager.look_again(inbox)

    assert [len(inbox.told(name)) for name in ("Before", "After")] == [1, 1]
