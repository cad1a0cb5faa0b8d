"""AWS::EC2, security groups and their rules, inline and on their own."""

from __future__ import annotations

from typing import Any, ClassVar

from tools.aws_local.cloudformation.model import Resource
from tools.aws_local.resources.ec2 import Tagged

_INLINE = ("SecurityGroupIngress", "SecurityGroupEgress", "Tags")
_OTHER_GROUP = ("SourceSecurityGroupId", "DestinationSecurityGroupId")
_OTHER_LIST = ("SourcePrefixListId", "DestinationPrefixListId")
#: The rule that a new group has when the template lists no egress of its own.
_ALLOW_ALL = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}


def permission_of(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of a template as an `IpPermission`."""
    about = {"Description": rule["Description"]} if rule.get("Description") else {}
    permission: dict[str, Any] = {"IpProtocol": str(rule["IpProtocol"])}
    for name in ("FromPort", "ToPort"):
        if name in rule:
            permission[name] = int(rule[name])
    if "CidrIp" in rule:
        permission["IpRanges"] = [{"CidrIp": rule["CidrIp"], **about}]
    if "CidrIpv6" in rule:
        permission["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **about}]
    for name in _OTHER_GROUP:
        if name in rule:
            permission["UserIdGroupPairs"] = [{"GroupId": rule[name], **about}]
    for name in _OTHER_LIST:
        if name in rule:
            permission["PrefixListIds"] = [{"PrefixListId": rule[name], **about}]
    return permission


class SecurityGroup(Tagged):
    """A group with the rules written in it."""

    TYPE = "AWS::EC2::SecurityGroup"
    KIND = "security-group"
    NAME = "GroupName"
    IMMUTABLE = frozenset({"GroupName", "GroupDescription", "VpcId"})

    def create(self) -> None:
        self.only("GroupName", "GroupDescription", "VpcId", *_INLINE)
        made = self.call(
            "create_security_group",
            GroupName=self.name,
            Description=self.get("GroupDescription"),
            VpcId=self.get("VpcId"),
            **self.tagged(),
        )
        group = made["GroupId"]
        self.physical_resource_id = group
        self.attributes = {"GroupId": group, "VpcId": self.get("VpcId"), "Id": group}
        if self._egress() != [_ALLOW_ALL]:
            self._revoke("egress", [_ALLOW_ALL])
            self._authorize("egress", self._egress())
        self._authorize("ingress", self.get("SecurityGroupIngress", []))

    def _egress(self) -> list[dict[str, Any]]:
        rules: list[dict[str, Any]] = self.get("SecurityGroupEgress") or [_ALLOW_ALL]
        return rules

    def _authorize(self, direction: str, rules: list[dict[str, Any]]) -> None:
        if rules:
            operation = f"authorize_security_group_{direction}"
            permissions = [permission_of(rule) for rule in rules]
            self.call(operation, GroupId=self.physical_resource_id, IpPermissions=permissions)

    def _revoke(self, direction: str, rules: list[dict[str, Any]]) -> None:
        if rules:
            operation = f"revoke_security_group_{direction}"
            permissions = [permission_of(rule) for rule in rules]
            self.call(operation, GroupId=self.physical_resource_id, IpPermissions=permissions)

    def update(self, old: Resource) -> None:
        assert isinstance(old, SecurityGroup)
        before, after = old._egress(), self._egress()
        self._revoke("egress", [rule for rule in before if rule not in after])
        self._authorize("egress", [rule for rule in after if rule not in before])
        before, after = (one.get("SecurityGroupIngress", []) for one in (old, self))
        self._revoke("ingress", [rule for rule in before if rule not in after])
        self._authorize("ingress", [rule for rule in after if rule not in before])
        self.retag(old)

    def delete(self) -> None:
        self.call("delete_security_group", GroupId=self.physical_resource_id)


class _Rule(Resource):
    """One rule of a group, on its own."""

    SERVICE = "ec2"
    DIRECTION: ClassVar[str] = ""

    def create(self) -> None:
        known = ("GroupId", "IpProtocol", "FromPort", "ToPort", "Description", "CidrIp", "CidrIpv6")
        self.only(*known, *_OTHER_GROUP, *_OTHER_LIST)
        permissions = [permission_of(self.properties)]
        operation = f"authorize_security_group_{self.DIRECTION}"
        answer = self.call(operation, GroupId=self.get("GroupId"), IpPermissions=permissions)
        self.physical_resource_id = answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        self.attributes = {"Id": self.physical_resource_id}

    def delete(self) -> None:
        permissions = [permission_of(self.properties)]
        operation = f"revoke_security_group_{self.DIRECTION}"
        self.call(operation, GroupId=self.get("GroupId"), IpPermissions=permissions)


class Ingress(_Rule):
    """A rule for what comes in."""

    TYPE = "AWS::EC2::SecurityGroupIngress"
    DIRECTION = "ingress"


class Egress(_Rule):
    """A rule for what goes out."""

    TYPE = "AWS::EC2::SecurityGroupEgress"
    DIRECTION = "egress"
