"""The tag `Name`, which the EC2 console shows as a resource's name."""

from __future__ import annotations

from aws_cdk import Tags
from constructs import IConstruct


def name_tag(resource: IConstruct, name: str) -> None:
    """Give `resource` the name `name`."""
    Tags.of(resource).add("Name", name)
