"""Saved queries of CloudWatch Logs Insights: the questions that come up in an incident."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_logs as logs
from constructs import Construct


class SavedQueries(Construct):
    """The queries `<folder>/<name>` on `log_group`."""

    def __init__(
        self, scope: Construct, construct_id: str, *, folder: str, log_group: str, queries: Mapping[str, str]
    ) -> None:
        super().__init__(scope, construct_id)
        for name, query in queries.items():
            logs.CfnQueryDefinition(
                self, name, name=f"{folder}/{name}", log_group_names=[log_group], query_string=query.strip()
            )
