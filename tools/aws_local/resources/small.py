"""Types of services with one or two: SSM parameters, scaling, budgets, and CDK's own."""

from __future__ import annotations

from typing import Any

from tools.aws_local import api
from tools.aws_local.cloudformation import shapes
from tools.aws_local.cloudformation.model import PutResource, Resource, ResourceError


class Parameter(Resource):
    """A parameter of Parameter Store; its tags are a mapping."""

    TYPE = "AWS::SSM::Parameter"
    SERVICE = "ssm"
    NAME = "Name"
    IMMUTABLE = frozenset({"Name"})

    def create(self, *, overwrite: bool = False) -> None:
        given = {"Name": self.name, **self.parameters("put_parameter", without=["Tags"])}
        tags = [{"Key": key, "Value": value} for key, value in self.get("Tags", {}).items()]
        self.call("put_parameter", **given, Overwrite=overwrite, **({"Tags": tags} if tags and not overwrite else {}))
        self.physical_resource_id = self.name
        self.attributes = {"Type": self.get("Type"), "Value": self.get("Value")}

    def update(self, old: Resource) -> None:
        self.create(overwrite=True)
        about = {"ResourceType": "Parameter", "ResourceId": self.name}
        gone = set(old.get("Tags", {})) - set(self.get("Tags", {}))
        if gone:
            self.call("remove_tags_from_resource", **about, TagKeys=sorted(gone))
        tags = [{"Key": key, "Value": value} for key, value in self.get("Tags", {}).items()]
        if tags:
            self.call("add_tags_to_resource", **about, Tags=tags)

    def delete(self) -> None:
        self.call("delete_parameter", Name=self.name)


class ScalableTarget(PutResource):
    """What Application Auto Scaling may change."""

    TYPE = "AWS::ApplicationAutoScaling::ScalableTarget"
    SERVICE = "application-autoscaling"
    IMMUTABLE = frozenset({"ResourceId", "ScalableDimension", "ServiceNamespace"})

    def put(self) -> None:
        given = self.parameters("register_scalable_target", rename={"RoleARN": "RoleARN"})
        self.call("register_scalable_target", **given)
        parts = (self.get(name) for name in ("ResourceId", "ScalableDimension", "ServiceNamespace"))
        self.physical_resource_id = "|".join(parts)
        self.attributes = {"Id": self.physical_resource_id}

    def delete(self) -> None:
        given = {name: self.get(name) for name in self.IMMUTABLE}
        self.call("deregister_scalable_target", **given)


class ScalingPolicy(PutResource):
    """How it is scaled; `ScalingTargetId` stands for the target's three parts."""

    TYPE = "AWS::ApplicationAutoScaling::ScalingPolicy"
    SERVICE = "application-autoscaling"
    IMMUTABLE = frozenset({"PolicyName", "ScalingTargetId", "ResourceId", "ScalableDimension", "ServiceNamespace"})

    def _target(self) -> dict[str, str]:
        names = ("ResourceId", "ScalableDimension", "ServiceNamespace")
        if self.get("ScalingTargetId"):
            return dict(zip(names, self.get("ScalingTargetId").split("|"), strict=True))
        return {name: self.get(name) for name in names}

    def put(self) -> None:
        given = self.parameters("put_scaling_policy", without=["ScalingTargetId"])
        arn = self.call("put_scaling_policy", **{**given, **self._target()})["PolicyARN"]
        self.physical_resource_id = arn
        self.attributes = {"Arn": arn}

    def delete(self) -> None:
        self.call("delete_scaling_policy", PolicyName=self.get("PolicyName"), **self._target())


class Budget(Resource):
    """A budget with its notifications; other notifications make a new one."""

    TYPE = "AWS::Budgets::Budget"
    SERVICE = "budgets"
    IMMUTABLE = frozenset({"NotificationsWithSubscribers"})

    def create(self) -> None:
        self.only("Budget", "NotificationsWithSubscribers", "ResourceTags")
        shape: Any = api.operation_model("budgets", "create_budget", self.region).input_shape
        try:
            given = shapes.to_parameters(self.properties, shape)
        except shapes.UnknownProperty as error:
            raise ResourceError(f"property {error}: the embedded AWS does not have it") from None
        given["Budget"].setdefault("BudgetName", self.name)
        self.call("create_budget", AccountId=self.account, **given)
        self.physical_resource_id = given["Budget"]["BudgetName"]

    def update(self, old: Resource) -> None:  # noqa: ARG002 - what it was does not matter
        new = {"BudgetName": self.physical_resource_id, **self.get("Budget")}
        wrapped = type(self)(self.name, {"NewBudget": new}, self.account, self.region)
        self.call("update_budget", AccountId=self.account, **wrapped.parameters("update_budget"))

    def delete(self) -> None:
        self.call("delete_budget", AccountId=self.account, BudgetName=self.physical_resource_id)


class Metadata(Resource):
    """What CDK says about itself; nothing is made."""

    TYPE = "AWS::CDK::Metadata"

    def create(self) -> None:
        self.physical_resource_id = self.name

    def update(self, old: Resource) -> None:
        """Nothing to do."""

    def delete(self) -> None:
        """Nothing to do."""
