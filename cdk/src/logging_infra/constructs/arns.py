"""ARNs of one account and region, for what is named rather than referenced."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arns:
    """All regions of the schema are in the partition `aws`."""

    account: str
    region: str

    def of(self, service: str, resource: str) -> str:
        """`arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def log_group(self, name: str) -> str:
        """Without the `:*` of its streams, which some services refuse."""
        return self.of("logs", f"log-group:{name}")

    @property
    def root(self) -> str:
        """The account itself, as a principal."""
        return f"arn:aws:iam::{self.account}:root"
