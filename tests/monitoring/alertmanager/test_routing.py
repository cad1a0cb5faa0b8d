"""What a real Alertmanager mutes, silences and tells at once, seen at its API and at the webhook."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.monitoring.alertmanager.process import HEARTBEAT, Alertmanager
from tests.monitoring.alertmanager.stand_ins import AlertReceivers, Inbox
from tests.service_process import wait_for

pytestmark = pytest.mark.skipif(
    shutil.which("prometheus-alertmanager") is None, reason="no Alertmanager: apt-get install prometheus-alertmanager"
)
IMMEDIATE = {"severity": "critical", "notify": "immediate"}
METRICS = {**IMMEDIATE, "channel": "metrics", "instance": "service:8080"}


@pytest.fixture
def alertmanager(tmp_path: Path, receivers: AlertReceivers) -> Iterator[Alertmanager]:
    """A running one."""
    running = Alertmanager(tmp_path, receivers)
    with running.run():
        yield running


def test_a_target_that_is_down_mutes_what_is_unknown_about_it_and_no_more(
    alertmanager: Alertmanager, inbox: Inbox
) -> None:
    """The other instance of the job is told; what is muted is told when the target is back and it still holds."""
    down = {"severity": "critical", "instance": "one:9100"}
    alertmanager.fire("TargetDown", down)
    for instance in ("one:9100", "two:9100"):
        alertmanager.fire("DiskAlmostFull", {"severity": "warning", "instance": instance, "device": "/dev/sda1"})
    alertmanager.fire("CriticalRecord", {**IMMEDIATE, "channel": "metrics", "instance": "one:9100"})
    alertmanager.fire("HighErrorRate", {"severity": "critical"})

    wait_for(lambda: inbox.told("TargetDown") and inbox.told("CriticalRecord") and inbox.told("HighErrorRate"))
    assert alertmanager.muted_by("DiskAlmostFull", instance="one:9100") == ["TargetDown"]
    assert alertmanager.muted_by("DiskAlmostFull", instance="two:9100") == []
    wait_for(lambda: inbox.told("DiskAlmostFull"))
    assert [alert["labels"]["instance"] for alert in inbox.told("DiskAlmostFull")] == ["two:9100"]

    alertmanager.resolve("TargetDown", down)
    wait_for(lambda: "one:9100" in {alert["labels"]["instance"] for alert in inbox.told("DiskAlmostFull")})
    assert alertmanager.muted_by("DiskAlmostFull", instance="one:9100") == []


def test_one_page_when_all_of_a_service_is_gone(alertmanager: Alertmanager, inbox: Inbox) -> None:
    """No metrics because its targets are down: said once; and what is muted itself still mutes."""
    alertmanager.fire("TargetDown", {"severity": "critical", "instance": "service:8080"})
    wait_for(lambda: inbox.told("TargetDown"))
    alertmanager.fire("MetricsAbsent", {"severity": "critical"})
    alertmanager.fire("SlowRequests", {"severity": "warning", "operation": "GET /"})
    alertmanager.fire("MetricsAbsent", {"severity": "critical", "job": "another"})

    assert alertmanager.muted_by("MetricsAbsent", job="demo-service") == ["TargetDown"]
    assert alertmanager.muted_by("SlowRequests") == ["MetricsAbsent"]
    wait_for(lambda: inbox.told("MetricsAbsent"))
    alertmanager.look_again(inbox)
    assert [alert["labels"]["job"] for alert in inbox.told("MetricsAbsent")] == ["another"]
    assert not inbox.told("SlowRequests")


def test_a_budget_that_burns_fast_mutes_that_it_burns_slowly(alertmanager: Alertmanager, inbox: Inbox) -> None:
    """And in no other job."""
    alertmanager.fire("ErrorBudgetBurnFast", {"severity": "critical"})
    alertmanager.fire("ErrorBudgetBurnSlow", {"severity": "warning"})
    alertmanager.fire("ErrorBudgetBurnSlow", {"severity": "warning", "job": "another"})
    wait_for(lambda: inbox.told("ErrorBudgetBurnFast") and inbox.told("ErrorBudgetBurnSlow"))
    assert alertmanager.muted_by("ErrorBudgetBurnSlow", job="demo-service") == ["ErrorBudgetBurnFast"]

    alertmanager.resolve("ErrorBudgetBurnFast", {"severity": "critical"})
    wait_for(lambda: len(inbox.told("ErrorBudgetBurnSlow")) == 2)


def test_a_record_is_told_once_although_two_channels_see_it(alertmanager: Alertmanager, inbox: Inbox) -> None:
    """The library's own alert, with its text; the metrics' one of the same job is muted while that fires."""
    alertmanager.fire("CriticalRecord", {**IMMEDIATE, "channel": "direct", "event_id": "1", "instance": "host:7"})
    wait_for(lambda: inbox.told("CriticalRecord"))
    alertmanager.fire("CriticalRecord", METRICS)
    alertmanager.look_again(inbox)

    assert alertmanager.muted_by("CriticalRecord", channel="metrics") == ["CriticalRecord"]
    assert [alert["labels"]["channel"] for alert in inbox.told("CriticalRecord")] == ["direct"]


def test_a_record_that_the_library_could_not_post_is_told_by_the_metrics(
    alertmanager: Alertmanager, inbox: Inbox
) -> None:
    """At once where nothing was posted; after a posted one as soon as that has ended."""
    alertmanager.fire("CriticalRecord", {**IMMEDIATE, "channel": "direct", "event_id": "1"}, ends_in=3.0)
    wait_for(lambda: inbox.told("CriticalRecord"))
    alertmanager.fire("CriticalRecord", METRICS)
    alertmanager.fire("CriticalRecord", {**METRICS, "job": "another"})

    wait_for(lambda: len(inbox.told("CriticalRecord")) == 3)
    channels = [(alert["labels"]["job"], alert["labels"]["channel"]) for alert in inbox.told("CriticalRecord")]
    assert set(channels[:2]) == {("demo-service", "direct"), ("another", "metrics")}
    assert channels[2] == ("demo-service", "metrics")


def test_each_record_is_a_notification_of_its_own_within_a_second(alertmanager: Alertmanager, inbox: Inbox) -> None:
    """Ten at once are ten: nothing is grouped, nothing waits."""
    for number in range(10):
        alertmanager.fire("CriticalRecord", {**IMMEDIATE, "channel": "direct", "event_id": str(number)})
    wait_for(lambda: len(inbox.told("CriticalRecord")) == 10, 2)
    assert all(len(body["alerts"]) == 1 for body in inbox.taken("/webhook"))


def test_an_event_that_comes_back_after_it_was_over_is_told_again(alertmanager: Alertmanager, inbox: Inbox) -> None:
    """Three times; a route that looks too seldom would lose one."""
    for times in (1, 2, 3):
        alertmanager.fire("CriticalRecord", METRICS)
        wait_for(partial(told_so_often, inbox, "firing", times))
        alertmanager.resolve("CriticalRecord", METRICS)
        wait_for(partial(told_so_often, inbox, "resolved", times))


def told_so_often(inbox: Inbox, status: str, times: int) -> bool:
    """Of CriticalRecord."""
    return len(inbox.told("CriticalRecord", status)) == times


def test_a_silence_of_amtool_holds_until_it_is_taken_back(alertmanager: Alertmanager, inbox: Inbox) -> None:
    """With the words that the docs give."""
    silence = ("silence", "add", "alertname=HighErrorRate", "job=demo-service", "--duration=1h")
    number = alertmanager.amtool(*silence, "--author=oncall", "--comment=planned work").strip()
    alertmanager.fire("HighErrorRate", {"severity": "critical"})
    alertmanager.fire("TargetDown", {"severity": "critical", "instance": "one:9100"})
    wait_for(lambda: inbox.told("TargetDown"))
    alertmanager.look_again(inbox)
    assert not inbox.told("HighErrorRate")

    alertmanager.amtool("silence", "expire", number)
    wait_for(lambda: inbox.told("HighErrorRate"))


def test_the_heartbeat_comes_again_and_again_and_to_nobody_else(alertmanager: Alertmanager, inbox: Inbox) -> None:
    """Every minute, here every second; its end is told to nobody."""
    alertmanager.beat()
    wait_for(lambda: inbox.heartbeats() >= 3)
    posts = [post for post in inbox.posts if post.path == "/heartbeat"]
    assert 1 < posts[2].at - posts[0].at < 8
    assert not inbox.told("Watchdog")

    alertmanager.resolve("Watchdog", HEARTBEAT)
    alertmanager.fire("TargetDown", {"severity": "critical", "instance": "one:9100"})
    wait_for(lambda: inbox.told("TargetDown"))
    assert all(body["status"] == "firing" for body in inbox.taken("/heartbeat"))
