"""The intervals that alerts are checked against are those that Prometheus is configured with."""

from __future__ import annotations

from pathlib import Path

import yaml

from monitoring_generator.durations import parse_duration
from monitoring_generator.spec import load_spec
from monitoring_generator.timing import SCRAPE_INTERVAL

MONITORING = Path(__file__).parents[2]


def test_scrapes_and_evaluations_are_as_the_alerts_expect() -> None:
    """A job may be scraped more often; then its windows hold more samples."""
    configuration = yaml.safe_load((MONITORING / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    spec = load_spec(MONITORING / "alerts.yaml")

    assert parse_duration(configuration["global"]["scrape_interval"]) == SCRAPE_INTERVAL
    assert parse_duration(configuration["global"]["evaluation_interval"]) == spec.evaluation_interval
    for job in configuration["scrape_configs"]:
        assert parse_duration(job.get("scrape_interval", "1ms")) <= SCRAPE_INTERVAL, job["job_name"]
