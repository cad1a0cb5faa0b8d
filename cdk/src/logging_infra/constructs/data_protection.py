"""Data protection of a log group: what looks personal or secret is masked for readers and counted.

A second net: the library masks secrets before they are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def data_protection_policy(name: str, kinds: Sequence[str]) -> dict[str, Any]:
    """A policy for `kinds` of data, by AWS' names; CloudWatch Logs wants an audit and a mask of the same."""
    identifiers = [f"arn:aws:dataprotection::aws:data-identifier/{kind}" for kind in kinds]
    audit: dict[str, Any] = {"Audit": {"FindingsDestination": {}}}
    mask: dict[str, Any] = {"Deidentify": {"MaskConfig": {}}}
    return {
        "Name": name,
        "Version": "2021-06-01",
        "Statement": [
            {"Sid": "audit", "DataIdentifier": identifiers, "Operation": audit},
            {"Sid": "mask", "DataIdentifier": identifiers, "Operation": mask},
        ],
    }
