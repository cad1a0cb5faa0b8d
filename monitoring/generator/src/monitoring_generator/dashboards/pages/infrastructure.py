"""Infrastructure: hosts by utilisation, saturation and errors; what is scraped; Prometheus and Alertmanager."""

from __future__ import annotations

from monitoring_generator.dashboards.limits import GREEN, RED
from monitoring_generator.dashboards.model import Kind, Page, Panel, Query, Row
from monitoring_generator.dashboards.pages.containers import containers
from monitoring_generator.dashboards.pages.graph import graph
from monitoring_generator.dashboards.pages.hosts import disks, hosts
from monitoring_generator.dashboards.pages.own_monitoring import alertmanager, prometheus
from monitoring_generator.dashboards.pages.variables import HOST, TARGET_INSTANCE, TARGET_JOB
from monitoring_generator.dashboards.promql import CHOSEN
from monitoring_generator.dashboards.recorded import Known


def infrastructure(known: Known) -> Page:
    """Where the alerts about hosts, targets and notifications lead."""
    return Page(
        uid="infrastructure",
        title="Infrastructure",
        description="Hosts (utilisation, saturation, errors), targets, Prometheus, Alertmanager, containers.",
        variables=(TARGET_JOB, TARGET_INSTANCE, HOST),
        rows=(
            Row("Hosts", hosts(known)),
            Row("Disks and network", disks(known)),
            Row("Targets", _targets(known)),
            Row("Prometheus", prometheus()),
            Row("Alertmanager", alertmanager(known)),
            Row("Containers (where cAdvisor runs)", containers(), collapsed=True),
        ),
    )


def _targets(known: Known) -> tuple[Panel, ...]:
    return (
        Panel(
            kind=Kind.STATE_TIMELINE,
            title="Targets",
            description=f"Whether each target answered its last scrape. While one does not, {known.down.name} fires "
            "and every other alert about it is blind.",
            unit="short",
            queries=(Query(f"min by (job, instance) (up{{{CHOSEN}}})", "{{job}} {{instance}}"),),
            no_value="nothing is scraped",
            alert=known.down,
            maximum=1,
            mappings={0: ("down", RED), 1: ("up", GREEN)},
        ),
        graph(
            "Duration of scrapes",
            "Above a few seconds a target is near its scrape timeout: too many series or a process that is stuck.",
            "s",
            Query(f"max by (job, instance) (scrape_duration_seconds{{{CHOSEN}}})", "{{job}} {{instance}}"),
            no_value="nothing is scraped",
        ),
        graph(
            "Samples of each scrape",
            "A number that grows by itself: a label with too many values.",
            "short",
            Query(f"sum by (job, instance) (scrape_samples_scraped{{{CHOSEN}}})", "{{job}} {{instance}}"),
            no_value="nothing is scraped",
        ),
    )
