"""Every alert of alerts.yaml fires on a real fault of the running stack, is told, and is told to be over.

The real compose.yaml with the shipped rules, routes and inhibition; durations are shorter, see
`shortened.py`. The tests build on each other in the order of the file: each begins when all is quiet.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitoring_generator.checks.durations_only import differences
from monitoring_generator.dashboards.proof.run_queries import PrometheusApi, run_exemplars, run_queries
from monitoring_generator.dashboards.queries import Values, catalogue, read_documents
from monitoring_generator.spec import load_spec
from tests.monitoring.disk import small_disk
from tests.monitoring.live import PATIENCE, Live, Row, now, table
from tests.monitoring.load import Load
from tests.monitoring.notifications import Notifications, wait_until
from tests.monitoring.shortened import MONITORING, SPEED_UP, write_configuration
from tools.compose.images import Images
from tools.compose.stack import Stack

pytestmark = pytest.mark.timeout(600)

#: Share of the service's memory limit that it is made to hold.
PERCENT = 93
#: Seconds that Alertmanager is away.
OUTAGE = 60.0 if os.environ.get("FULL_PROOF") else 15.0


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Not one of pytest's, which closes its own to all others whenever a session starts: containers look into it."""
    with tempfile.TemporaryDirectory(prefix="live-proof-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def live(folder: Path, images: Images, proof_rows: list[str]) -> Iterator[Live]:
    """The stack under normal traffic."""
    override = write_configuration(folder)
    with (
        small_disk(folder) as disk,
        Stack(
            f"proof-{os.getpid()}", overrides=[override], env={"DEMO_CHAOS": "1"}, ports="free", images=images
        ) as stack,
        Load(stack.url("service")) as load,
    ):
        live = Live(stack, Notifications(folder / "recorder"), load, disk)
        load.start("orders", "/api/orders", per_second=20)
        live.wait_for_query("count(up == 1) >= 4")
        live.wait_until_quiet()
        try:
            yield live
        finally:
            proof_rows += ["", *table(live.rows)]


def test_the_rules_differ_from_the_shipped_ones_in_durations_only(tmp_path: Path) -> None:
    """So what fires here fires there, later."""
    write_configuration(tmp_path)

    shipped, shorter = (
        {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yml"))}
        for folder in (MONITORING / "prometheus" / "rules", tmp_path / "prometheus" / "rules")
    )
    assert differences(shipped, shorter, SPEED_UP) == []


def test_faults_of_the_service_and_its_host(live: Live) -> None:
    """Errors, slow answers, a CRITICAL record, a full disk, full memory, dropped records: all at once."""
    began = now()
    live.load.start("errors", "/chaos/error", per_second=10)
    live.load.start("slow", "/chaos/slow?seconds=2.2", per_second=10, at_once=24)
    live.load.get("/chaos/critical")
    live.load.get("/chaos/flood")
    live.load.background(f"/chaos/memory?percent_of_limit={PERCENT}&seconds=60")
    live.disk.fill(0.9)
    faults = {
        "HighErrorRate": "a third of the requests fails",
        "ErrorBudgetBurnFast": "a third of the requests fails",
        "SlowRequests": "answers after 2.2 s",
        "CriticalRecord": "one CRITICAL record",
        "RecordsDropped": "more records than the buffer holds",
        "DiskAlmostFull": "a disk is filled to 90 %",
        "HighMemoryUsage": f"the service holds {PERCENT} % of its limit",
    }
    fired = {name: live.wait_until_fired(name, began) for name in faults}

    ended = now()
    live.load.stop("errors")
    live.load.stop("slow")
    live.load.get("/chaos/memory/release")
    live.disk.empty()
    for name, fault in faults.items():
        is_event = name in ("CriticalRecord", "RecordsDropped")  # over by itself
        live.wait_until_resolved(fault, fired[name], began, began if is_event else ended)

    slow_burn = live.wait_until_fired("ErrorBudgetBurnSlow", fired["ErrorBudgetBurnFast"].at)
    live.wait_until_resolved("the same, in the long run", slow_burn, began, ended)
    fast_is_over = live.told.of("ErrorBudgetBurnFast", "resolved")[0]
    # Both groups are looked at once a second; which of the two is told first in that second is open.
    assert slow_burn.at >= fast_is_over.at - 1, "the fast burn mutes the slow one"


def test_a_target_that_goes(live: Live) -> None:
    """TargetDown, and not a word about what cannot be known meanwhile."""
    live.wait_until_quiet()
    began = now()
    live.stack.stop("service")
    fired = live.wait_until_fired("TargetDown", began)
    assert fired.labels["job"] == "demo-service"
    live.wait_for_query('ALERTS{alertname="MetricsAbsent", alertstate="firing"}')

    ended = now()
    live.stack.start("service")
    live.wait_until_resolved("the service is stopped", fired, began, ended)
    assert live.told.of("MetricsAbsent", since=began) == []


def test_a_service_that_nobody_scrapes(live: Live, folder: Path) -> None:
    """Its job is gone from Prometheus' configuration, so no target is down."""
    live.wait_until_quiet()
    configuration = folder / "prometheus" / "prometheus.yml"
    shipped = configuration.read_text(encoding="utf-8")
    began = now()
    configuration.write_text(shipped.replace("job_name: demo-service", "job_name: demo-srevice"), encoding="utf-8")
    live.stack.kill("prometheus", "SIGHUP")
    fired = live.wait_until_fired("MetricsAbsent", began)

    ended = now()
    configuration.write_text(shipped, encoding="utf-8")
    live.stack.kill("prometheus", "SIGHUP")
    live.wait_until_resolved("its job is misspelt", fired, began, ended)


def test_a_receiver_that_answers_500(live: Live) -> None:
    """NotificationsFailing reaches those who can be told; what could not be told is, once, when they are back."""
    live.wait_until_quiet()
    live.told.fail("warning")
    began = now()
    live.disk.fill(0.9)
    fired = live.wait_until_fired("NotificationsFailing", began)
    assert live.told.of("DiskAlmostFull", since=began) == []

    ended = now()
    live.told.mend("warning")
    disk = live.wait_until_fired("DiskAlmostFull", began)
    live.wait_until_resolved("the receiver of warnings answers 500", fired, began, ended)
    live.disk.empty()
    live.wait_until_resolved("told late, because of that", disk, began, now())
    assert [told.status for told in live.told.of("DiskAlmostFull", since=began)] == ["firing", "resolved"]


def test_each_critical_record_is_told(live: Live) -> None:
    """A second one while the first still fires, and one after a restart of the service."""
    live.wait_until_quiet()
    began = now()
    live.load.get("/chaos/critical")
    live.load.get("/chaos/critical")

    def direct() -> list[str]:
        return [
            told.labels["event_id"]
            for told in live.told.of("CriticalRecord", "firing", began)
            if told.labels.get("event_id")
        ]

    wait_until(lambda: len(direct()) == 2, PATIENCE, "two direct notifications")
    live.stack.restart("service")
    wait_until(lambda: live.load.get("/health/ready") == 200, PATIENCE, "the service is ready again")
    live.load.get("/chaos/critical")
    wait_until(lambda: len(direct()) == 3, PATIENCE, "a third one")
    live.wait_until_quiet()
    assert len(set(direct())) == len(direct()) == 3


def test_alertmanager_away(live: Live) -> None:
    """What happens meanwhile is told afterwards, once."""
    live.wait_until_quiet()
    began = now()
    live.stack.stop("alertmanager")
    live.load.get("/chaos/critical")
    live.disk.fill(0.9)
    live.wait_for_query('ALERTS{alertname="DiskAlmostFull", alertstate="firing"}')
    wait_until(lambda: now() > began + OUTAGE, OUTAGE + 5, "the outage is over")
    live.stack.start("alertmanager")

    disk = live.wait_until_fired("DiskAlmostFull", began)

    def events() -> list[str]:
        told = live.told.of("CriticalRecord", "firing", began)
        return [each.labels["event_id"] for each in told if "event_id" in each.labels]

    wait_until(events, PATIENCE, "the CRITICAL record is told")
    ended = now()
    live.disk.empty()
    live.wait_until_resolved(f"Alertmanager is away for {OUTAGE:.0f} s", disk, began, ended)
    assert [told.status for told in live.told.of("DiskAlmostFull", since=began)] == ["firing", "resolved"]
    assert len(events()) == 1


def test_prometheus_restarts_while_an_alert_fires(live: Live) -> None:
    """It is not told again, and not told to be over before it is."""
    live.wait_until_quiet()
    began = now()
    live.disk.fill(0.9)
    disk = live.wait_until_fired("DiskAlmostFull", began)
    live.stack.restart("prometheus")
    live.wait_for_query('ALERTS{alertname="DiskAlmostFull", alertstate="firing"}')

    ended = now()
    live.disk.empty()
    live.wait_until_resolved("and Prometheus restarts meanwhile", disk, began, ended)
    assert [told.status for told in live.told.of("DiskAlmostFull", since=began)] == ["firing", "resolved"]


def test_a_target_that_flaps(live: Live) -> None:
    """Each time it goes is told once, and each time it is back."""
    live.wait_until_quiet()
    began = now()
    for _ in range(3):
        went = now()
        live.stack.stop("node-exporter")
        live.wait_for_query('ALERTS{alertname="TargetDown", alertstate="firing"}')
        live.told.wait_for("TargetDown", "firing", PATIENCE, went)
        live.stack.start("node-exporter")
        live.told.wait_for("TargetDown", "resolved", PATIENCE, went)

    assert [told.status for told in live.told.of("TargetDown", since=began)] == ["firing", "resolved"] * 3


def test_every_rule_is_healthy(live: Live) -> None:
    """None of them failed in all this time."""
    assert live.query("sum(prometheus_rule_evaluation_failures_total) > 0") == []


def test_every_panel_shows_what_happened(live: Live, proof_rows: list[str]) -> None:
    """Each query of the dashboards, over the time of all these faults: no error, not empty, finite; with exemplars."""
    api = PrometheusApi(live.stack.url("prometheus"))
    queries = [
        query for document in read_documents(MONITORING / "grafana" / "dashboards") for query in catalogue(document)
    ]
    left_out = {"cadvisor", "loki", "grafana"} - set(live.stack.services)
    chosen = {"job": "demo-service"}
    values = Values(start=live.began, end=now(), step=5, scrape_interval=1, chosen=chosen)

    outcomes = run_queries(api, queries, values, without=left_out)
    with_exemplars = run_exemplars(api, queries, values, "correlation_id")

    proof_rows += ["", f"{'query':<86} {'series':>6} {'points':>7}"]
    proof_rows += [
        f"{str(each.query)[:86]:<86} {each.series:>6} {each.skipped or each.problem or each.points:>7}"
        for each in outcomes
    ]
    assert [f"{each.query}: {each.problem}" for each in [*outcomes, *with_exemplars] if each.problem] == []
    assert len(with_exemplars) >= 4


def test_the_watchdog_stops_when_prometheus_does(live: Live) -> None:
    """Whoever is told every minute that alerting works notices when it does not."""
    before = live.told.of("Watchdog")
    wait_until(lambda: len(live.told.of("Watchdog")) > len(before) + 1, PATIENCE, "the heartbeat goes on")
    began = now()
    live.stack.stop("prometheus")

    def last() -> float:
        return live.told.of("Watchdog")[-1].at

    wait_until(lambda: now() > last() + 10, PATIENCE, "the heartbeat stops")
    stopped = last()
    ended = now()
    live.stack.start("prometheus")
    back = wait_until(lambda: live.told.of("Watchdog", since=ended), PATIENCE, "the heartbeat is back")
    fault = "Prometheus stops: beats end, and return"
    live.rows.append(Row("Watchdog", fault, stopped - began, back[0].at - ended, back[0].receiver))


def test_no_alert_was_left_out(live: Live) -> None:
    """The table has them all."""
    assert {row.alert for row in live.rows} == {alert.name for alert in load_spec(MONITORING / "alerts.yaml").alerts}
