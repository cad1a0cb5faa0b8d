"""A stack as moto's API shows it, with the resources that were really made."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from moto.cloudformation.exceptions import MissingParameterError
from moto.cloudformation.models import Change, ChangeSet, Event, Stack
from moto.cloudformation.parsing import Export, Output
from moto.ssm.models import ssm_backends

from tools.aws_local.cloudformation.model import Resource
from tools.aws_local.cloudformation.template import Scope, TemplateError, resolve


class DeployedStack(Stack):  # type: ignore[misc]
    """moto's stack without its resource map: `resources` are those that exist now."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.resources: dict[str, Resource] = {}
        self.resolved_outputs: list[Output] = []
        self.resolved_exports: list[Export] = []
        super().__init__(*arguments, **options)

    def _create_resource_map(self) -> Any:
        return None

    def _create_output_map(self) -> Any:
        return None

    @property
    def stack_name(self) -> str:
        """As ListStacks wants it; moto's has only `name`."""
        return str(self.name)

    @property
    def stack_status(self) -> str:
        """As ListStacks wants it."""
        return str(self.status)

    @property
    def stack_parameters(self) -> dict[str, Any]:
        """Values by name as they were given, or the defaults: `UsePreviousValue` gives them again."""
        declared = self.template_dict.get("Parameters", {})
        return {**{name: about.get("Default", "") for name, about in declared.items()}, **self.parameters}

    @property
    def parameter_list(self) -> list[dict[str, Any]]:
        """As DescribeStacks shows them; secret ones are hidden."""
        declared = self.template_dict.get("Parameters", {})
        hidden = {name for name, about in declared.items() if str(about.get("NoEcho", "")).lower() == "true"}
        return [
            {"ParameterKey": name, "ParameterValue": "****" if name in hidden else str(value)}
            for name, value in self.stack_parameters.items()
        ]

    @property
    def stack_resources(self) -> Iterable[Any]:
        """The resources."""
        return list(self.resources.values())

    @property
    def outputs(self) -> list[dict[str, Any]] | None:
        """As DescribeStacks shows them."""
        names = {export.value: export.name for export in self.resolved_exports}
        return [
            {
                "OutputKey": output.key,
                "OutputValue": output.value,
                "Description": output.description,
                "ExportName": names.get(output.value),
            }
            for output in self.resolved_outputs
        ] or None

    @property
    def exports(self) -> list[Export]:
        """What other stacks may import."""
        return self.resolved_exports

    def values_of_parameters(self, template: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        """Values by name for `template`; one that is missing is an error of the caller."""
        values = {}
        for name, about in template.get("Parameters", {}).items():
            value = given.get(name, about.get("Default"))
            if value is None:
                raise MissingParameterError(name)
            kind = about.get("Type", "String")
            if kind.startswith("AWS::SSM::Parameter::Value"):
                value = self.ssm_parameter(value)
            values[name] = str(value).split(",") if kind == "CommaDelimitedList" or kind.startswith("List<") else value
        return values

    def ssm_parameter(self, name: str) -> str:
        """The value in Parameter Store."""
        parameter = ssm_backends[self.account_id][self.region_name].get_parameter(name)
        if parameter is None:
            raise TemplateError(f"SSM parameter {name}: does not exist")
        return str(parameter.value)

    def scope(self, template: dict[str, Any], given: dict[str, Any]) -> Scope:
        """What references in `template` resolve to, with the resources that exist now."""

        def imported(name: str) -> str:
            if name not in self.cross_stack_resources:
                raise TemplateError(f"No export named {name} found")
            return str(self.cross_stack_resources[name].value)

        return Scope(
            pseudo={
                "AWS::AccountId": self.account_id,
                "AWS::Region": self.region_name,
                "AWS::Partition": "aws",
                "AWS::URLSuffix": "amazonaws.com",
                "AWS::StackName": self.name,
                "AWS::StackId": self.stack_id,
            },
            parameters=self.values_of_parameters(template, given),
            mappings=template.get("Mappings", {}),
            conditions=template.get("Conditions", {}),
            imported=imported,
            ssm_parameter=self.ssm_parameter,
            resources={name: (r.physical_resource_id, r.attributes) for name, r in self.resources.items()},
        )

    def set_outputs(self, template: dict[str, Any], scope: Scope) -> None:
        """Resolve the outputs and exports of `template`."""
        outputs, exports = [], []
        for key, about in template.get("Outputs", {}).items():
            if "Condition" in about and not scope.condition(about["Condition"]):
                continue
            value = str(resolve(about["Value"], scope))
            outputs.append(Output(key=key, value=value, description=about.get("Description", "")))
            if "Export" in about:
                exports.append(Export(self.stack_id, resolve(about["Export"]["Name"], scope), value))
        self.resolved_outputs, self.resolved_exports = outputs, exports

    def say(self, status: str, resource: Resource | None = None, reason: str | None = None) -> None:
        """Add an event, of a resource or of the stack itself (then its status too)."""
        if resource is None:
            self.status = status
        self.events.append(
            Event(
                stack_id=self.stack_id,
                stack_name=self.name,
                logical_resource_id=resource.logical_resource_id if resource else self.name,
                physical_resource_id=resource.physical_resource_id if resource else self.stack_id,
                resource_type=resource.TYPE if resource else "AWS::CloudFormation::Stack",
                resource_status=status,
                resource_status_reason=reason,
                resource_properties=json.dumps(resource.properties, default=str) if resource else None,
            )
        )


class DeployedChangeSet(ChangeSet):  # type: ignore[misc]
    """moto's change set, its differences by the template's text."""

    stack: DeployedStack

    def diff(self) -> list[Change]:
        """Added, modified and removed resources."""
        old = self.stack.template_dict.get("Resources", {})
        new = self.template_dict.get("Resources", {})
        changes = [Change("Add", name, new[name]["Type"]) for name in new if name not in old]
        changes += [Change("Modify", n, new[n]["Type"]) for n in new if n in old and old[n] != new[n]]
        changes += [Change("Remove", name, old[name]["Type"]) for name in old if name not in new]
        if not changes and self.parameters != self.stack.parameters:
            changes = [Change("Modify", name, new[name]["Type"]) for name in new]
        return changes
