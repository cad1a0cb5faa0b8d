"""A Prometheus that holds a week: real scrapes of real programs, filled back, with the rules' past."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import promql_parser as promql
import yaml

from monitoring_generator.checks.queries import series_of
from monitoring_generator.dashboards.proof.backfill import DAY, Scrape, open_metrics
from monitoring_generator.dashboards.proof.backfill import series_of as backfilled
from monitoring_generator.dashboards.proof.past import names_in, passes_of, past_of
from monitoring_generator.dashboards.proof.run_queries import PrometheusApi
from monitoring_generator.dashboards.queries import CatalogueQuery, Values, catalogue, read_documents, series_and_label
from monitoring_generator.rules.render import render_rules
from monitoring_generator.spec import load_spec
from tests.monitoring.programs import free_port, prometheus, running
from tests.service_process import Service, wait_for

MONITORING = Path(__file__).parents[2] / "monitoring"
RULES = MONITORING / "prometheus" / "rules"
DAYS = 7.0
#: Seconds between two samples, between two evaluations of the rules, and between two points of a graph of a week.
STEP = 120.0
EVALUATION = 120.0
POINTS = 600.0
#: Only exposed in a container that has a limit, which this process has not; its name is that of the service's tests.
LIMIT = "# TYPE process_memory_limit_bytes gauge\nprocess_memory_limit_bytes 536870912\n"


@contextmanager
def week(directory: Path) -> Iterator[tuple[str, Values]]:
    """Address of the Prometheus, and the values for a look at the whole week."""
    end = time.time() // STEP * STEP
    start = end - DAYS * DAY
    data = directory / "week"
    data.mkdir()
    rules = {path.name: path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.yml"))}
    passes = passes_of(rules)
    wanted = set().union(*map(names_of, shipped_queries()), *(names_in(rule) for each in passes for rule in each))
    _import(directory, data, open_metrics(backfilled(real_scrapes(directory), wanted), end, DAYS, STEP))
    config = directory / "empty.yml"
    config.write_text("global: {}\n", encoding="utf-8")
    for rules_of_pass in passes:
        with prometheus(directory, config, data=data) as url:
            api = PrometheusApi(url)
            lines = [line for rule in rules_of_pass for line in past_of(rule, api, start, end, EVALUATION)]
        _import(directory, data, [*lines, "# EOF"])
    with prometheus(directory, config, data=data) as url:
        yield url, Values(start=start, end=end, step=POINTS)


def shipped_queries() -> list[CatalogueQuery]:
    """The queries of the committed dashboards."""
    documents = read_documents(MONITORING / "grafana" / "dashboards")
    return [query for document in documents for query in catalogue(document)]


def names_of(query: CatalogueQuery) -> set[str]:
    """The metrics that a query reads."""
    if query.needs == "loki":
        return set()
    expr = series_and_label(query.expr)[0] if query.kind == "variable" else query.expr
    filled = Values(start=0, end=3600, step=60).fill(expr)
    return {series.name for series in series_of(promql.parse(filled)) if series.name}


def real_scrapes(directory: Path) -> list[Scrape]:
    """What the service under some load and errors, the node-exporter, Prometheus and Alertmanager answer."""
    with ExitStack() as stack:
        service = Service(directory)
        stack.callback(service.kill)
        node = f"127.0.0.1:{free_port()}"
        stack.enter_context(
            running(["prometheus-node-exporter", f"--web.listen-address={node}"], directory, f"http://{node}/metrics")
        )
        alertmanager = _alertmanager(stack, directory)
        targets = {
            "demo-service": service.metrics_url.removeprefix("http://").removesuffix("/metrics"),
            "node": node,
            "alertmanager": alertmanager,
        }
        url = stack.enter_context(prometheus(directory, _config(directory, targets), data=directory / "scraped"))
        api = PrometheusApi(url)

        def is_recorded() -> bool:
            """Prometheus has scraped all and evaluated its rules, and counts both."""
            _use(service)
            return bool(api.instant("job:availability_bad:ratio_rate1h", time.time()))

        wait_for(is_recorded, 30)
        targets["prometheus"] = url.removeprefix("http://")
        return [_scrape(job, address) for job, address in targets.items()]


def _alertmanager(stack: ExitStack, directory: Path) -> str:
    address = f"127.0.0.1:{free_port()}"
    config = directory / "alertmanager.yml"
    config.write_text("route: {receiver: none}\nreceivers: [{name: none}]\n", encoding="utf-8")
    command = [
        "prometheus-alertmanager",
        f"--config.file={config}",
        f"--storage.path={directory / 'alertmanager'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
        "--log.level=warn",
    ]
    stack.enter_context(running(command, directory, f"http://{address}/-/ready"))
    return address


def _config(directory: Path, targets: dict[str, str]) -> Path:
    rules = directory / "rules"
    rules.mkdir()
    for name, text in render_rules(load_spec(MONITORING / "alerts.yaml"), speed_up=15).items():
        (rules / name).write_text(text, encoding="utf-8")
    document = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [f"{rules}/*.yml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [targets["alertmanager"]]}]}]},
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": [address]}]} for job, address in targets.items()
        ],
    }
    path = directory / "scraping.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def _use(service: Service) -> None:
    """Every route that the dashboards tell apart, so that its series exist."""
    with httpx.Client(base_url=service.url, timeout=30) as client:
        for _ in range(20):
            client.get("/api/orders")
        client.post("/api/orders", json={"item": "book", "quantity": 1})
        for path in ("/chaos/error", "/chaos/critical", "/chaos/slow?seconds=0.6"):
            client.get(path)


def _scrape(job: str, address: str) -> Scrape:
    text = httpx.get(f"http://{address}/metrics", timeout=10).text
    if job == "demo-service" and "\nprocess_memory_limit_bytes " not in text:
        text += LIMIT
    return Scrape(job, address, text, time.time())


def _import(directory: Path, data: Path, lines: Iterable[str]) -> None:
    file = directory / "samples.om"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    # One long block: promtool reads the whole file once for each, and by default a block has two hours.
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", "--max-block-duration=480h"]
    done = subprocess.run([*command, str(file), str(data)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    file.unlink()
