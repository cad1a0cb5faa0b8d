"""Deployments: make, change and remove resources in order, and put everything back when one fails.

As in CloudFormation, what is no longer wanted is removed last, so that a failure before can be undone.
"""

from __future__ import annotations

import secrets
import traceback
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tools.aws_local.cloudformation.model import Replace, Resource, ResourceError, types
from tools.aws_local.cloudformation.stack import DeployedStack
from tools.aws_local.cloudformation.template import Scope, TemplateError, in_order, resolve

#: What a resource type raises when it cannot do what it was told; anything else is a defect of ours.
EXPECTED = (ResourceError, TemplateError, ClientError, BotoCoreError)


def reason_of(error: Exception) -> str:
    """What the event says of a failure; a defect of ours is on stderr too, with its stack trace."""
    if isinstance(error, EXPECTED):
        return str(error)
    traceback.print_exception(error)
    return f"{type(error).__name__}: {error}"


class DeploymentFailed(Exception):
    """One resource could not be made or changed; the text is the reason."""


@dataclass(frozen=True)
class Done:
    """A change that was made, to be undone: `old` is None for a new resource."""

    old: Resource | None
    new: Resource
    in_place: bool


class Deployment:
    """The way of one stack from what it is to what `template` says."""

    def __init__(self, stack: DeployedStack, template: dict[str, Any], parameters: dict[str, Any]) -> None:
        self.stack = stack
        self.template = template
        self.parameters = parameters
        self.creating = not stack.resources
        self._done: list[Done] = []
        self._present: set[str] = set()
        self._types = types()

    def run(self) -> bool:
        """Deploy or roll back; returns whether it was deployed. Statuses and events tell how it went."""
        verb = "CREATE" if self.creating else "UPDATE"
        before = dict(self.stack.resources)
        self.stack.say(f"{verb}_IN_PROGRESS", reason="User Initiated")
        try:
            scope = self.stack.scope(self.template, self.parameters)
            self._make_all(scope)
            self.stack.set_outputs(self.template, scope)
        except (DeploymentFailed, *EXPECTED) as error:
            self._roll_back(before, str(error))
            return False
        self._clean_up(before)
        self.stack.say(f"{verb}_COMPLETE")
        return True

    def _make_all(self, scope: Scope) -> None:
        resources = self.template.get("Resources", {})
        for name in in_order(resources):
            about = resources[name]
            if "Condition" in about and not scope.condition(about["Condition"]):
                continue
            resource = self._make(name, about, scope)
            self.stack.resources[name] = resource
            self._present.add(name)
            scope.resources[name] = (resource.physical_resource_id, resource.attributes)

    def _make(self, logical_id: str, about: dict[str, Any], scope: Scope) -> Resource:
        old = self.stack.resources.get(logical_id)
        model = self._types.get(about["Type"])
        if model is None:
            unknown = Resource("", {}, self.stack.account_id, self.stack.region_name)
            unknown.logical_resource_id, unknown.TYPE = logical_id, about["Type"]  # type: ignore[misc]
            reason = f"{about['Type']}: the embedded AWS does not have this resource type"
            self.stack.say("CREATE_FAILED", unknown, reason)
            raise DeploymentFailed(f"{logical_id}: {reason}")
        properties = resolve(about.get("Properties", {}), scope)
        new = model(
            self._name(model, logical_id, properties), properties, self.stack.account_id, self.stack.region_name
        )
        new.logical_resource_id = logical_id
        if old is None:
            return self._create(new, None)
        if old.TYPE == new.TYPE and old.properties == properties:
            return old
        if old.TYPE != new.TYPE or new.changed(old, *model.IMMUTABLE):
            return self._create(new, old)
        return self._update(new, old)

    def _name(self, model: type[Resource], logical_id: str, properties: dict[str, Any]) -> str:
        if model.NAME in properties:
            return str(properties[model.NAME])
        ending = f"-{logical_id[:20]}-{secrets.token_hex(4).upper()}"
        return str(self.stack.name)[: model.NAME_LIMIT - len(ending)] + ending

    def _create(self, new: Resource, old: Resource | None) -> Resource:
        self.stack.say("CREATE_IN_PROGRESS", new)
        self._done.append(Done(old, new, in_place=False))
        try:
            new.create()
        except Exception as error:
            self.stack.say("CREATE_FAILED", new, reason_of(error))
            raise DeploymentFailed(f"{new.logical_resource_id}: {reason_of(error)}") from error
        self.stack.say("CREATE_COMPLETE", new)
        return new

    def _update(self, new: Resource, old: Resource) -> Resource:
        new.name, new.physical_resource_id, new.attributes = old.name, old.physical_resource_id, dict(old.attributes)
        self.stack.say("UPDATE_IN_PROGRESS", new)
        self._done.append(Done(old, new, in_place=True))
        try:
            new.update(old)
        except Replace:
            self._done.pop()
            new.name = self._name(type(new), new.logical_resource_id, new.properties)
            new.physical_resource_id, new.attributes = "", {}
            return self._create(new, old)
        except Exception as error:
            self.stack.say("UPDATE_FAILED", new, reason_of(error))
            raise DeploymentFailed(f"{new.logical_resource_id}: {reason_of(error)}") from error
        self.stack.say("UPDATE_COMPLETE", new)
        return new

    def _roll_back(self, before: dict[str, Resource], reason: str) -> None:
        word = "ROLLBACK" if self.creating else "UPDATE_ROLLBACK"
        self.stack.say(f"{word}_IN_PROGRESS", reason=reason)
        failed = False
        for done in reversed(self._done):
            try:
                if done.in_place and done.old:
                    done.old.update(done.new)
                    self.stack.say("UPDATE_COMPLETE", done.old)
                elif done.new.physical_resource_id:
                    done.new.delete()
                    self.stack.say("DELETE_COMPLETE", done.new)
            except Exception as error:
                failed = True
                self.stack.say("UPDATE_FAILED" if done.in_place else "DELETE_FAILED", done.new, reason_of(error))
        self.stack.resources = before
        self.stack.say(f"{word}_FAILED" if failed else f"{word}_COMPLETE")

    def _clean_up(self, before: dict[str, Resource]) -> None:
        replaced = {id(done.old) for done in self._done if done.old and not done.in_place}
        for name, old in reversed(before.items()):
            if name in self._present and id(old) not in replaced:
                continue
            policy = "UpdateReplacePolicy" if name in self._present else "DeletionPolicy"
            if self.stack.template_dict["Resources"].get(name, {}).get(policy) != "Retain":
                remove(self.stack, old)
            if name not in self._present:
                del self.stack.resources[name]


def remove(stack: DeployedStack, resource: Resource) -> bool:
    """Delete a resource and say so; returns False, with an event, if it could not be deleted."""
    stack.say("DELETE_IN_PROGRESS", resource)
    try:
        resource.delete()
    except Exception as error:
        stack.say("DELETE_FAILED", resource, reason_of(error))
        return False
    stack.say("DELETE_COMPLETE", resource)
    return True


def delete(stack: DeployedStack) -> bool:
    """Remove all resources of a stack that its template does not retain; returns whether all are gone."""
    stack.say("DELETE_IN_PROGRESS", reason="User Initiated")
    about = stack.template_dict.get("Resources", {})
    for name, resource in reversed(list(stack.resources.items())):
        if about.get(name, {}).get("DeletionPolicy") == "Retain":
            stack.say("DELETE_SKIPPED", resource)
        elif not remove(stack, resource):
            stack.say("DELETE_FAILED", reason=f"The following resource(s) failed to delete: [{name}].")
            return False
        del stack.resources[name]
    stack.say("DELETE_COMPLETE")
    return True
