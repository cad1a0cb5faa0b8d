"""EC2: descriptions of security group rules that name another group, which moto stores but does not show."""

from __future__ import annotations

from moto.ec2.models.security_groups import SecurityGroupRule


def _description(self: SecurityGroupRule) -> str | None:
    """That of the range, or of the other group; a changed one is in the range, where moto puts it."""
    found: str | None = self.ip_range.get("Description") or self.source_group.get("Description")
    return found


SecurityGroupRule.description = property(_description)
