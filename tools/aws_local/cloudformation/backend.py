"""moto's CloudFormation backend, with our deployments in place of its own."""

from __future__ import annotations

import contextlib
from typing import Any, cast

from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudformation.utils import generate_changeset_id, generate_stack_id
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult

from tools.aws_local.cloudformation import engine
from tools.aws_local.cloudformation.stack import DeployedChangeSet, DeployedStack
from tools.aws_local.operations import fail, operation

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."


class Backend(CloudFormationBackend):  # type: ignore[misc]
    """The methods that replace moto's; `install` puts them there."""

    def create_stack(self, name: str, template: str, parameters: dict[str, Any], **options: Any) -> DeployedStack:
        """Make a stack; a failure shows in its status and events."""
        stack = self._new_stack(name, parameters, **options)
        self._deploy(stack, template, parameters)
        return stack

    def create_change_set(
        self,
        stack_name: str,
        change_set_name: str,
        template: str,
        parameters: dict[str, str],
        description: str,
        change_set_type: str,
        **options: Any,
    ) -> tuple[str, str]:
        """A change set, of an existing stack or of a new one in review."""
        existing = [stack for stack in self.stacks.values() if stack.name == stack_name]
        if change_set_type == "UPDATE" and not existing:
            raise ValidationError(stack_name)
        if existing and (change_set_type == "UPDATE" or existing[0].status == "REVIEW_IN_PROGRESS"):
            stack = existing[0]
        else:
            stack = self._new_stack(stack_name, parameters, **options)
            stack.say("REVIEW_IN_PROGRESS", reason="User Initiated")
        change_set_id = generate_changeset_id(change_set_name, self.region_name, self.account_id)
        change_set = DeployedChangeSet(
            change_set_type=change_set_type,
            change_set_id=change_set_id,
            change_set_name=change_set_name,
            stack=stack,
            template=template,
            parameters=parameters,
            description=description,
            **options,
        )
        if change_set_type == "UPDATE" and not change_set.changes:
            change_set.status, change_set.execution_status = "FAILED", "UNAVAILABLE"
            change_set.status_reason = NO_CHANGES
        else:
            change_set.status, change_set.execution_status = "CREATE_COMPLETE", "AVAILABLE"
        self.change_sets[change_set_id] = change_set
        return change_set_id, stack.stack_id

    def find_change_set(self, name_or_id: str, stack: str | None) -> DeployedChangeSet:
        """By id, or by name within a stack: each stack may have one of the same name."""
        change_set: DeployedChangeSet
        for change_set in self.change_sets.values():
            ours = stack is None or stack in (change_set.stack_name, change_set.stack_id)
            if change_set.change_set_id == name_or_id or (ours and change_set.change_set_name == name_or_id):
                return change_set
        raise fail("ChangeSetNotFound", f"ChangeSet [{name_or_id}] does not exist")

    def execute_change_set(self, change_set_name: str, stack_name: str | None = None) -> None:
        """Deploy what the change set says; a failure shows in the stack's status and events."""
        change_set = self.find_change_set(change_set_name, stack_name)
        stack = self.stacks[change_set.stack_id]
        change_set.execution_status = "EXECUTE_IN_PROGRESS"
        self._deploy(stack, change_set.template, change_set.parameters, change_set.tags)
        change_set.execution_status = "EXECUTE_COMPLETE"

    def update_stack(
        self,
        name: str,
        template: str,
        role_arn: str | None,
        parameters: list[dict[str, Any]],
        tags: dict[str, str] | None,
    ) -> DeployedStack:
        """Deploy `template` onto an existing stack."""
        stack: DeployedStack = self.get_stack(name)
        resolved = self._resolve_update_parameters(instance=stack, incoming_params=parameters)
        stack.role_arn = role_arn
        self._deploy(stack, template, resolved, tags)
        return stack

    def delete_stack(self, name_or_stack_id: str) -> None:
        """Remove a stack; one that others import from, or that is protected, is refused."""
        found = [s for s in self.stacks.values() if name_or_stack_id in (s.name, s.stack_id)]
        for stack in found:
            if stack.enable_termination_protection:
                raise ValidationError(
                    message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
                )
            for export in stack.exports:
                users = self._importers(export.name)
                if users:
                    stack.say(
                        "DELETE_FAILED", reason=f"Export {export.name} cannot be deleted as it is in use by {users}"
                    )
                    return
            if engine.delete(stack):
                for export in stack.exports:
                    self.exports.pop(export.name, None)
                self.deleted_stacks[stack.stack_id] = self.stacks.pop(stack.stack_id)

    def _importers(self, export: str) -> list[str]:
        needle = f"{{'Fn::ImportValue': '{export}'}}"
        return [stack.name for stack in self.stacks.values() if needle in str(stack.template_dict)]

    def _new_stack(self, name: str, parameters: dict[str, Any], **options: Any) -> DeployedStack:
        if name in [stack.name for stack in self.stacks.values()]:
            raise AlreadyExistsException(f"Stack {name} already exists")
        stack_id = generate_stack_id(name, self.region_name, self.account_id)
        stack = DeployedStack(
            stack_id=stack_id,
            name=name,
            template={},
            parameters=parameters,
            account_id=self.account_id,
            region_name=self.region_name,
            **options,
        )
        stack.cross_stack_resources = self.exports  # the live mapping: an empty one would be copied
        self.stacks[stack_id] = stack
        return stack

    def _deploy(self, stack: Any, template: str, parameters: dict[str, Any], tags: Any = None) -> None:
        parsed = stack.parse_template(template) if isinstance(template, str) else template
        if not engine.Deployment(stack, parsed, parameters).run():
            return
        for name in [name for name, export in self.exports.items() if export.exporting_stack_id == stack.stack_id]:
            del self.exports[name]
        for export in stack.exports:
            other = self.exports.get(export.name)
            if other and other.exporting_stack_id != stack.stack_id:
                raise ValidationError(message=f"Export with name {export.name} is already exported by another stack")
            self.exports[export.name] = export
        stack.template, stack.template_dict, stack.parameters = template, parsed, parameters
        stack.description = parsed.get("Description")
        stack.tags = tags if tags is not None else stack.tags


@operation(CloudFormationResponse)
def update_termination_protection(self: CloudFormationResponse) -> ActionResult:
    """What moto lacks."""
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    stack.enable_termination_protection = self._get_param("EnableTerminationProtection")
    return ActionResult({"StackId": stack.stack_id})


def _change_set(self: CloudFormationResponse) -> DeployedChangeSet:
    backend = cast(Backend, self.cloudformation_backend)
    return backend.find_change_set(self._get_param("ChangeSetName"), self._get_param("StackName"))


@operation(CloudFormationResponse)
def describe_change_set(self: CloudFormationResponse) -> ActionResult:
    """The change set of this name of this stack; moto takes any stack's."""
    return ActionResult(_change_set(self))


@operation(CloudFormationResponse)
def delete_change_set(self: CloudFormationResponse) -> ActionResult:
    """Nothing where there is none, as in AWS."""
    with contextlib.suppress(ServiceException):
        self.cloudformation_backend.change_sets.pop(_change_set(self).change_set_id)
    return EmptyResult()


@operation(CloudFormationResponse)
def list_change_sets(self: CloudFormationResponse) -> ActionResult:
    """Those of the stack."""
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    found = [one for one in self.cloudformation_backend.change_sets.values() if one.stack_id == stack.stack_id]
    return ActionResult({"Summaries": found})


def install() -> None:
    """Put the methods of `Backend` on moto's class, whose instances moto makes itself."""
    for name, function in vars(Backend).items():
        if callable(function) and not name.startswith("__"):
            setattr(CloudFormationBackend, name, function)
