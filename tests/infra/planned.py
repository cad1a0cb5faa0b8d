"""A thin reader of a plan's JSON: resources by type, their values, and what unknown values refer to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource that the plan creates. `values` lacks what is only known after apply."""

    address: str
    type: str
    name: str
    key: str | None
    values: dict[str, Any] = field(repr=False)
    #: Attribute → addresses, as written in the module, that it refers to.
    references: dict[str, frozenset[str]] = field(repr=False)

    def json(self, attribute: str) -> Any:
        """The attribute as the JSON document that it holds."""
        return json.loads(self.values[attribute])

    def statements(self, attribute: str = "policy") -> list[dict[str, Any]]:
        """The statements of the policy in the attribute."""
        found: list[dict[str, Any]] = self.json(attribute)["Statement"]
        return found

    def refers_to(self, attribute: str, target: str) -> bool:
        """Whether the attribute mentions `type.name` in its expression."""
        return any(
            found == target or found.startswith((f"{target}.", f"{target}["))
            for found in self.references.get(attribute, ())
        )


class Plan:
    """The resources of a plan of one environment."""

    def __init__(self, environment: str, document: dict[str, Any]) -> None:
        self.environment = environment
        self.document = document

    @cached_property
    def resources(self) -> list[Resource]:
        """All resources, in the plan's order."""
        written = dict(_written(self.document["configuration"]["root_module"]))
        found = []
        for change in self.document["resource_changes"]:
            place = re.sub(r"\[[^\]]*\]", "", change["address"])
            found.append(
                Resource(
                    address=change["address"],
                    type=change["type"],
                    name=change["name"],
                    key=change.get("index"),
                    values=change["change"]["after"],
                    references=written[place],
                )
            )
        return found

    def all(self, type_: str, name: str | None = None) -> list[Resource]:
        """Resources of a type, and of a name where it is given."""
        return [one for one in self.resources if one.type == type_ and name in (None, one.name)]

    def one(self, type_: str, name: str | None = None) -> Resource:
        """The only resource of a type (and name)."""
        found = self.all(type_, name)
        assert len(found) == 1, f"{len(found)} of {type_} {name or ''}"
        return found[0]


def _written(module: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, dict[str, frozenset[str]]]]:
    for resource in module.get("resources", []):
        references = {key: frozenset(_references(value)) for key, value in resource.get("expressions", {}).items()}
        yield prefix + resource["address"], references
    for name, call in module.get("module_calls", {}).items():
        yield from _written(call["module"], f"{prefix}module.{name}.")


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "references" and isinstance(inner, list):
                yield from inner
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
