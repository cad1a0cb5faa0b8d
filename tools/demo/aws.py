"""The embedded AWS: starting it, and reading back what it received."""

from __future__ import annotations

import time
from typing import Any

import boto3

from logging_system.levels import NUMBERS

REGION = "us-west-2"
NAMESPACE = "AdvancedLogging"


def _client(service: str, url: str) -> Any:
    """Its credentials are those of `loopback.py`."""
    return boto3.client(service, endpoint_url=url, region_name=REGION)  # type: ignore[call-overload]


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
