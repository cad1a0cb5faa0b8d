"""Resources that are only a part of another one in the other tool."""

from __future__ import annotations

from tools.parity.model import Model


def fold(model: Model) -> Model:
    """The model with parts in their place."""
    for name, resource in list(model.items()):
        properties = resource.properties
        if resource.kind == "policy attachment":
            _role(model, properties["role"]).setdefault("managedpolicyarns", []).append(properties["policyarn"])
            del model[name]
        elif resource.kind in _BUCKET_PARTS:
            target = model[f"bucket {properties.pop('bucket')}"].properties
            target[_BUCKET_PARTS[resource.kind]] = properties
            del model[name]
        elif resource.kind == "data protection":
            model[f"log group {properties['loggroupname']}"].properties["dataprotectiondocument"] = properties["document"]
            del model[name]
        elif resource.kind == "repository life cycle":
            model[f"repository {properties['repository']}"].properties["lifecycledocument"] = properties["policydocument"]
            del model[name]
        elif resource.kind == "gateway attachment":
            gateway = properties["internetgatewayid"].removeprefix("<").removesuffix(">")
            model[gateway].properties["vpcid"] = properties["vpcid"]
            del model[name]
    for resource in model.values():
        if resource.kind == "role" and "managedpolicyarns" in resource.properties:
            resource.properties["managedpolicyarns"] = sorted(resource.properties["managedpolicyarns"])
    for name, resource in list(model.items()):
        if resource.kind == "managed policy" and "roles" in resource.properties:
            arn = resource.properties.pop("arn", "")
            del arn
        del name
    return model


_BUCKET_PARTS = {
    "bucket encryption": "bucketencryption",
    "bucket public access": "publicaccessblock",
    "bucket versioning": "versioning",
    "bucket ownership": "ownershipcontrols",
    "bucket life cycle": "lifecycle",
}


def _role(model: Model, name: str) -> dict[str, list[str]]:
    properties: dict[str, list[str]] = model[f"role {name}"].properties
    return properties
