"""Grafana's provisioning files: strict, and their links lead where they should."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from monitoring_generator.dashboards.provisioning import expanded, problems, read_sources

MONITORING = Path(__file__).parents[2]
FOLDER = MONITORING / "grafana" / "provisioning"
UIDS = [path.stem for path in (MONITORING / "grafana" / "dashboards").glob("*.json")]
LIVE_PAGE = MONITORING.parent / "packages" / "demo_service" / "src" / "demo_service" / "live_page"


def test_the_files_are_clean() -> None:
    """No unknown key, the intervals right, every link to something that is there."""
    assert problems(FOLDER, UIDS) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("datasources/prometheus.yml", "isDefault:", "default:", "default: unknown key"),
        ("datasources/prometheus.yml", "timeInterval: 15s", "timeInterval: 5s", "got '5s', expected 15s"),
        ("datasources/prometheus.yml", "httpMethod: POST", "httpMethod: GET", "expected POST"),
        ("datasources/prometheus.yml", "$${__value.raw}", "${__value.raw}", "expected $${__value.raw} in the file"),
        ("datasources/prometheus.yml", "/d/error-analysis", "/d/errors", "there is no dashboard errors"),
        ("datasources/prometheus.yml", "uid: prometheus", "uid: loki", "expected one of its own"),
        ("datasources/prometheus.yml", "isDefault: true", "isDefault: false", "exactly one data source"),
        ("datasources/loki.yml", "datasourceUid: loki", "datasourceUid: tempo", "there is no 'tempo'"),
        ("datasources/loki.yml", "editable: false", "editable: true", "editable: expected false"),
        ("dashboards/dashboards.yml", "allowUiUpdates", "allowUIUpdates", "allowUIUpdates: unknown key"),
    ],
)
def test_a_mistake_is_found(tmp_path: Path, file: str, old: str, new: str, words: str) -> None:
    """Grafana would start and say nothing."""
    shutil.copytree(FOLDER, tmp_path / "provisioning")
    path = tmp_path / "provisioning" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

    assert any(words in problem for problem in problems(tmp_path / "provisioning", UIDS))


def test_values_are_expanded_as_grafana_does() -> None:
    """Two dollars are one, an unknown variable is nothing."""
    assert expanded("?id=$${__value.raw}") == "?id=${__value.raw}"
    assert expanded("?id=${__value.raw}&a=$b.") == "?id=&a=."


def test_an_exemplar_leads_to_the_records_of_its_correlation_id() -> None:
    """The live page takes the id from the parameter that the link has."""
    [source] = [source for source in read_sources(FOLDER) if source["type"] == "prometheus"]
    links = source["jsonData"]["exemplarTraceIdDestinations"]

    assert {link["name"] for link in links} == {"correlation_id"}
    query = parse_qs(urlsplit(links[0]["url"].replace("${__value.raw}", "abc")).query)
    assert query == {"id": ["abc"]}
    assert 'query.get("id")' in (LIVE_PAGE / "filters.js").read_text(encoding="utf-8")


def test_a_record_in_loki_leads_to_its_request() -> None:
    """The expression finds the id in a line as the library writes it."""
    [source] = [source for source in read_sources(FOLDER) if source["type"] == "loki"]
    line = '{"level":"INFO","context":{"correlation_id":"0f9c","service_name":"shop"}}'

    for field in source["jsonData"]["derivedFields"]:
        found = re.search(field["matcherRegex"], line)
        assert found is not None
        assert found[1] == "0f9c"


def test_grafana_looks_for_dashboards_where_compose_puts_them() -> None:
    """Or it has none."""
    compose = MONITORING.parent / "compose.yaml"
    if not compose.exists():
        pytest.skip("compose.yaml is not there yet")
    [provider] = yaml.safe_load((FOLDER / "dashboards" / "dashboards.yml").read_text(encoding="utf-8"))["providers"]
    volumes = yaml.safe_load(compose.read_text(encoding="utf-8"))["services"]["grafana"]["volumes"]
    assert provider["options"]["path"] in str(volumes)
