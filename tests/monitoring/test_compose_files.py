"""What compose.yaml, Prometheus, Alertmanager, Grafana, Loki and alerts.yaml say of each other is true."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring_generator.durations import parse_duration
from tests.monitoring.programs import need_programs
from tools.compose.command import ROOT, Compose
from tools.compose.secret_files import GENERATED, OF_RECEIVERS

MONITORING = ROOT / "monitoring"
Services = dict[str, dict[str, Any]]


def _read(name: str) -> Any:
    return yaml.safe_load((MONITORING / name).read_text(encoding="utf-8"))


PROMETHEUS = _read("prometheus/prometheus.yml")


@pytest.fixture(scope="module")
def services() -> Services:
    """As Docker sees them, with every profile on."""
    services: Services = Compose(profiles=["*"], env={"GRAFANA_ADMIN_USER": "somebody"}).config["services"]
    return services


def targets() -> Iterator[tuple[str, str, int]]:
    """Job, host and port of all that is scraped."""
    for job in PROMETHEUS["scrape_configs"]:
        for target in (target for static in job.get("static_configs", []) for target in static["targets"]):
            host, _, port = target.partition(":")
            yield job["job_name"], host, int(port)
        for discovery in job.get("dns_sd_configs", []):
            for name in discovery["names"]:
                yield job["job_name"], name, discovery["port"]


def test_prometheus_of_debian_takes_the_configuration() -> None:
    """2.42, the oldest that it is written for, with the rules that it names."""
    need_programs()
    command = ["promtool", "check", "config", str(MONITORING / "prometheus" / "prometheus.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rule files found" in done.stdout


@pytest.mark.parametrize(("host", "port"), [target[1:] for target in targets()])
def test_what_is_scraped_is_a_service_that_listens_there(host: str, port: int, services: Services) -> None:
    """Its published port or its health check says so; Loki's configuration for Loki."""
    service = services[host]
    published = {published["target"] for published in service.get("ports", [])}
    checked = {int(number) for number in re.findall(r"[:/](\d{4,5})\b", " ".join(service["healthcheck"]["test"]))}
    loki = {_read("loki/loki.yaml")["server"]["http_listen_port"]} if host == "loki" else set()
    assert port in published | checked | loki


def test_a_service_that_can_be_missing_is_found_by_name() -> None:
    """A fixed target of a profile that is off would be down for good."""
    fixed = {job["job_name"] for job in PROMETHEUS["scrape_configs"] if "static_configs" in job}
    assert fixed == {"demo-service", "prometheus", "alertmanager", "node"}


def test_the_job_is_the_name_of_the_service(services: Services) -> None:
    """The direct alerts of the library carry it too, and inhibition compares them."""
    name = services["service"]["environment"]["SERVICE_NAME"]
    assert [job for job, host, _ in targets() if host == "service"] == [name]
    assert name in (MONITORING / "alerts.yaml").read_text(encoding="utf-8")


def test_alerts_go_to_the_alertmanager_that_runs(services: Services) -> None:
    """Prometheus's and the library's own."""
    configured = PROMETHEUS["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
    port = services["alertmanager"]["ports"][0]["target"]
    assert configured == [f"alertmanager:{port}"]
    assert services["service"]["environment"]["LOG_ALERTMANAGER_URL"] == f"http://alertmanager:{port}"


@pytest.mark.parametrize("name", ["prometheus", "alertmanager", "loki", "alloy"])
def test_a_configuration_that_a_command_names_is_mounted(name: str, services: Services) -> None:
    """From a file of the repository."""
    mounts = {
        Path(bind["target"]): Path(bind["source"]) for bind in services[name]["volumes"] if bind["type"] == "bind"
    }
    named = [Path(found) for part in services[name]["command"] for found in re.findall(r"/etc/[\w./-]+", part)]
    assert len(named) == 1
    mount = next(target for target in mounts if named[0].is_relative_to(target))
    assert (mounts[mount] / named[0].relative_to(mount)).is_file()


def test_the_folders_of_grafana_are_where_it_looks(services: Services) -> None:
    """Provisioning in its default place, dashboards where the provider says."""
    mounts = {bind["target"]: Path(bind["source"]) for bind in services["grafana"]["volumes"] if bind["type"] == "bind"}
    assert mounts["/etc/grafana/provisioning"] == MONITORING / "grafana" / "provisioning"
    providers = [
        provider["options"]["path"]
        for file in (MONITORING / "grafana" / "provisioning" / "dashboards").iterdir()
        for provider in yaml.safe_load(file.read_text(encoding="utf-8"))["providers"]
    ]
    assert [mounts[path] for path in providers] == [MONITORING / "grafana" / "dashboards"]


def test_grafana_knows_how_often_is_scraped(services: Services) -> None:
    """Else $__rate_interval holds one sample and panels are empty."""
    for file in (MONITORING / "grafana" / "provisioning" / "datasources").iterdir():
        for source in yaml.safe_load(file.read_text(encoding="utf-8"))["datasources"]:
            host = re.fullmatch(r"http://([\w-]+):\d+", source["url"])
            assert host
            assert host[1] in services
            if source["type"] == "prometheus":
                assert source["jsonData"]["timeInterval"] == PROMETHEUS["global"]["scrape_interval"]


def test_rules_are_looked_at_as_often_as_alerts_yaml_says() -> None:
    """Its `hold` and `window` are checked against it."""
    assert PROMETHEUS["global"]["evaluation_interval"] == _read("alerts.yaml")["evaluation_interval"]


def test_data_is_kept_longer_than_any_rule_looks_back(services: Services) -> None:
    """The objective's period is the longest."""
    command = " ".join(services["prometheus"]["command"])
    kept = re.search(r"retention\.time=(\w+)", command)
    assert kept
    texts = [file.read_text(encoding="utf-8") for file in (MONITORING / "prometheus" / "rules").iterdir()]
    ranges = [found for text in texts for found in re.findall(r"\[(\d+[smhdw])", text)]
    assert len(ranges) > 10
    assert parse_duration(kept[1]) > max(map(parse_duration, ranges))
    assert "retention.size=" in command


def test_every_secret_of_a_receiver_is_mounted(services: Services) -> None:
    """And made, empty, by the first `make up`."""
    used = {receiver["secret"] for receiver in _read("receivers.yaml")["receivers"] if "secret" in receiver}
    mounted = {secret["source"] for secret in services["alertmanager"]["secrets"]}
    assert used <= mounted == set(OF_RECEIVERS)
    assert [secret["source"] for secret in services["grafana"]["secrets"]] == [GENERATED]
    password = services["grafana"]["environment"]["GF_SECURITY_ADMIN_PASSWORD__FILE"]
    assert password == f"/run/secrets/{GENERATED}"


def test_published_ports_are_the_agreed_ones(services: Services) -> None:
    """Links in alerts, dashboards and docs go there."""
    published = {port["published"] for service in services.values() for port in service.get("ports", [])}
    assert published == {"8000", "8080", "9090", "9093", "3000"}
    assert _read("alerts.yaml")["dashboard_url"].startswith("http://127.0.0.1:3000/")
