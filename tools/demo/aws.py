"""The embedded AWS: starting it, and reading back what it received."""

from __future__ import annotations

import time
from typing import Any

import boto3

from logging_system.levels import NUMBERS

REGION = "us-west-2"
NAMESPACE = "AdvancedLogging"
#: The service and the demo must never reach a real account.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": REGION}


def without_account(environ: dict[str, str]) -> dict[str, str]:
    """The environment with fake credentials and no trace of the user's own."""
    return {name: value for name, value in environ.items() if not name.startswith("AWS_")} | CREDENTIALS


def _client(service: str, url: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )


def count_log_events(url: str, group: str) -> int:
    """Events in the group, read page by page."""
    client = _client("logs", url)
    try:
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=group)
        return sum(len(page["events"]) for page in pages)
    except client.exceptions.ResourceNotFoundException:
        return 0


def sum_of_metric(url: str, service_name: str) -> int:
    """Records counted in CloudWatch metrics, all levels together."""
    client = _client("cloudwatch", url)
    now = time.time()
    total = 0.0
    for level in NUMBERS:
        points = client.get_metric_statistics(
            Namespace=NAMESPACE,
            MetricName="log_messages",
            Dimensions=[{"Name": "service", "Value": service_name}, {"Name": "level", "Value": level}],
            StartTime=now - 2 * 86_400,
            EndTime=now + 3600,
            Period=3 * 86_400,
            Statistics=["Sum"],
        )["Datapoints"]
        total += sum(point["Sum"] for point in points)
    return round(total)
