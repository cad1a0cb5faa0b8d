"""The templates of an environment in memory, and what refers to what across its stacks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import App

from logging_infra.build import PARTS, Inputs, add_stacks


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a template; `part` is that of its stack. Two are equal if they are the same resource."""

    part: str
    logical_id: str
    body: Mapping[str, Any]

    @property
    def type(self) -> str:
        """Such as `AWS::ECS::Service`."""
        return str(self.body["Type"])

    @property
    def properties(self) -> Mapping[str, Any]:
        """As in the template."""
        found: Mapping[str, Any] = self.body.get("Properties", {})
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Resource) and (self.part, self.logical_id) == (other.part, other.logical_id)

    def __hash__(self) -> int:
        return hash((self.part, self.logical_id))


class Templates:
    """The five templates by part, without what the CDK adds to every template."""

    def __init__(self, prefix: str, templates: Mapping[str, Mapping[str, Any]]) -> None:
        self.prefix = prefix
        self.templates = templates
        self._exports = {
            output["Export"]["Name"]: (part, output["Value"])
            for part, template in templates.items()
            for output in template.get("Outputs", {}).values()
        }

    def all(self, kind: str = "") -> list[Resource]:
        """Resources of the type `kind`, or all."""
        return [
            Resource(part, logical_id, body)
            for part, template in self.templates.items()
            for logical_id, body in template["Resources"].items()
            if kind in ("", body["Type"])
        ]

    def one(self, kind: str) -> Resource:
        """The only resource of the type `kind`."""
        found = self.all(kind)
        if len(found) != 1:
            raise LookupError(f"{len(found)} resources {kind}")
        return found[0]

    def target(self, part: str, value: Any) -> Resource | None:
        """What `value`, in the template of `part`, refers to; None if it is no single reference."""
        match value:
            case {"Ref": str(logical_id)} | {"Fn::GetAtt": [str(logical_id), str()]}:
                body = self.templates[part]["Resources"].get(logical_id)
                return Resource(part, logical_id, body) if body else None
            case {"Fn::ImportValue": str(name)}:
                return self.target(*self._exports[name])
            case _:
                return None

    def targets(self, resource: Resource, value: Any = None) -> set[Resource]:
        """All that `resource`, or one of its values, refers to at any depth."""
        given = resource.properties if value is None else value
        return {found for each in _inner(given) if (found := self.target(resource.part, each))}


def _inner(value: Any) -> Iterator[Any]:
    yield value
    children = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for child in children:
        yield from _inner(child)


def synthesize(inputs: Inputs) -> Templates:
    """Build and synthesize the environment."""
    with tempfile.TemporaryDirectory() as folder:
        app = App(outdir=folder)
        add_stacks(app, inputs)
        assembly = app.synth()
        prefix = inputs.values.prefix
        templates = {part: assembly.get_stack_by_name(f"{prefix}-{part}").template for part in PARTS}
    for template in templates.values():
        # The check of the bootstrap's version; the same in every template.
        template.pop("Parameters", None)
        template.pop("Rules", None)
    return Templates(prefix, templates)
