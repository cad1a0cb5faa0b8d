"""Resources that are only a part of another one in the other tool, and parts that are resources there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.parity.model import Model, Resource, normal

#: The rule with which a template says that nothing may go out: an empty list would allow everything.
NO_EGRESS = {"cidrip": "255.255.255.255/32", "ipprotocol": "icmp"}
_Properties = dict[str, Any]


def fold(model: Model) -> Model:
    """The model with every part in its place."""
    for resource in list(model.values()):
        move = _MOVES.get(resource.kind)
        if move:
            del model[resource.name]
            move(model, resource.properties)
    for resource in list(model.values()):
        if resource.kind == "security group":
            _split_rules(model, resource)
        if resource.kind == "flow log":  # one tool has the name, the other the ARN
            resource.properties["loggroup"] = resource.properties["loggroup"].rpartition(":")[2]
        if resource.kind == "scaling policy" and "scalingtargetid" in resource.properties:
            target = resource.properties.pop("scalingtargetid").removeprefix("<").removesuffix(">")
            for name in ("resourceid", "scalabledimension", "servicenamespace"):
                resource.properties[name] = model[target].properties[name]
    return model


def _split_rules(model: Model, group: Resource) -> None:
    """Rules written in a group become resources, as those written on their own are."""
    for direction in ("ingress", "egress"):
        rules = group.properties.pop(f"securitygroup{direction}", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            if NO_EGRESS.items() <= rule.items():
                continue
            properties = {key: value for key, value in rule.items() if key != "cidrip"}
            properties |= {"peer": rule.get("cidrip"), "groupid": f"<{group.name}>"}
            key = f"<{group.name}> {rule.get('cidrip')} {rule.get('fromport', '')}"
            made = Resource(direction, key, normal(properties), group.source)
            model[made.name] = made


def _attachment(model: Model, properties: _Properties) -> None:
    arns = model[f"role {properties['role']}"].properties.setdefault("managedpolicyarns", [])
    arns.append(properties["policyarn"])
    arns.sort()


def _part_of(kind: str, key: str, name: str, document: str = "") -> Callable[[Model, _Properties], None]:
    """Move a resource into the property `name` of the one that its property `key` names."""

    def move(model: Model, properties: _Properties) -> None:
        target = model[f"{kind} {properties.pop(key)}"].properties
        target[name] = properties[document] if document else properties

    return move


def _providers(model: Model, properties: _Properties) -> None:
    model[f"cluster {properties.pop('cluster').rpartition('/')[2]}"].properties.update(properties)


def _gateway(model: Model, properties: _Properties) -> None:
    gateway = properties["internetgatewayid"].removeprefix("<").removesuffix(">")
    model[gateway].properties["vpcid"] = properties["vpcid"]


_MOVES: dict[str, Callable[[Model, _Properties], None]] = {
    "policy attachment": _attachment,
    "gateway attachment": _gateway,
    "capacity providers": _providers,
    "bucket encryption": _part_of("bucket", "bucket", "bucketencryption"),
    "bucket public access": _part_of("bucket", "bucket", "publicaccessblockconfiguration"),
    "bucket versioning": _part_of("bucket", "bucket", "versioningconfiguration", "versioningconfiguration"),
    "bucket ownership": _part_of("bucket", "bucket", "ownershipcontrols"),
    "bucket life cycle": _part_of("bucket", "bucket", "lifecycleconfiguration"),
    "data protection": _part_of("log group", "loggroupname", "dataprotectiondocument", "document"),
    "repository life cycle": _part_of("repository", "repository", "lifecycledocument", "policydocument"),
}
