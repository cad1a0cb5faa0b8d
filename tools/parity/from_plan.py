"""The model of a Terraform plan."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tools.parity import terraform_shapes
from tools.parity.kinds import BY_TERRAFORM, Draft, finish
from tools.parity.model import Model, normal
from tools.parity.named_plan import NAME, named_plan
from tools.parity.references import Place

#: What a plan has that is no property of the resource: how the provider goes about it.
MECHANICS = {
    "timeouts", "forcedestroy", "skipdestroy", "forcedelete", "waitforsteadystate", "id", "arn", "tags",
    "bypasspolicylockoutsafetycheck", "recoverywindowindays", "revokerulesondelete",
    "forcedetachpolicies", "checkdestroy", "forcenewdeployment", "triggers", "skipdataprotectioncheck",
}  # fmt: skip


def read_plan(environment: str, place: Place, environments_directory: Path | None = None) -> Model:
    """The model of the environment's plan. Raises TerraformError; KeyError for a type that nobody mapped."""
    addresses, resources = named_plan(environment, environments_directory)
    return model_of(addresses, resources, place)


def model_of(addresses: list[str], resources: list[dict[str, Any]], place: Place) -> Model:
    """The model of a plan that was read."""
    drafts = []
    types = [resource["type"] for resource in resources]
    for resource in resources:
        kind = BY_TERRAFORM[resource["type"]]
        values = {key: value for key, value in resource["values"].items() if key != "tags"}
        own = addresses.index(resource["address"])
        values = {key: value for key, value in values.items() if not is_own_name(value, own)}
        values = terraform_shapes.shape(resource["type"], values)
        properties = {key: value for key, value in normal(values).items() if key not in MECHANICS}
        if "tagsall" in properties:
            properties["tags"] = properties.pop("tagsall")
        drafts.append(Draft(kind, properties, resource["address"]))

    def refer(text: str, resolve: Any) -> str:
        def one(match: re.Match[str]) -> str:
            return str(resolve(addresses[int(match[1])], terraform_shapes.attribute(match[2], types[int(match[1])])))

        return NAME.sub(one, text)

    return finish(drafts, place, refer)


def is_own_name(value: Any, own: int) -> bool:
    """Whether a value is an id or ARN of the resource itself: the plan's name for it, nothing of the configuration."""
    match = NAME.fullmatch(value) if isinstance(value, str) else None
    return match is not None and int(match[1]) == own
