"""Application Auto Scaling: tags and activities, without which Terraform cannot read a target."""

from __future__ import annotations

from moto.applicationautoscaling.models import FakeApplicationAutoscalingPolicy
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult

from tools.aws_local.api import client
from tools.aws_local.operations import operation
from tools.aws_local.store import table


@operation(ApplicationAutoScalingResponse)
def list_tags_for_resource(self: ApplicationAutoScalingResponse) -> ActionResult:
    """Tags of a scalable target."""
    tags = table(self.applicationautoscaling_backend, "tags")
    return ActionResult({"Tags": tags.get(self._get_param("ResourceARN"), {})})


@operation(ApplicationAutoScalingResponse)
def tag_resource(self: ApplicationAutoScalingResponse) -> ActionResult:
    """Add tags to a scalable target."""
    tags = table(self.applicationautoscaling_backend, "tags")
    tags.setdefault(self._get_param("ResourceARN"), {}).update(self._get_param("Tags"))
    return EmptyResult()


@operation(ApplicationAutoScalingResponse)
def untag_resource(self: ApplicationAutoScalingResponse) -> ActionResult:
    """Remove tags from a scalable target."""
    tags = table(self.applicationautoscaling_backend, "tags").get(self._get_param("ResourceARN"), {})
    for key in self._get_param("TagKeys"):
        tags.pop(key, None)
    return EmptyResult()


@operation(ApplicationAutoScalingResponse)
def describe_scaling_activities(self: ApplicationAutoScalingResponse) -> ActionResult:  # noqa: ARG001
    """None: nothing scales here."""
    return ActionResult({"ScalingActivities": []})


_register_scalable_target = ApplicationAutoScalingResponse.register_scalable_target
_put_scaling_policy = ApplicationAutoScalingResponse.put_scaling_policy


@operation(ApplicationAutoScalingResponse)
def register_scalable_target(self: ApplicationAutoScalingResponse) -> ActionResult:
    """moto's; the tags are kept, and a service outside the bounds is brought inside at once."""
    _register_scalable_target(self)
    [target] = self.applicationautoscaling_backend.describe_scalable_targets(
        namespace=self._get_param("ServiceNamespace"),
        r_ids=[self._get_param("ResourceId")],
        dimension=self._get_param("ScalableDimension"),
    )
    if self._get_param("Tags"):
        table(self.applicationautoscaling_backend, "tags").setdefault(target.arn, {}).update(self._get_param("Tags"))
    if target.scalable_dimension == "ecs:service:DesiredCount":
        _, cluster, name = target.resource_id.split("/")
        ecs = client("ecs", self.region)
        [service] = ecs.describe_services(cluster=cluster, services=[name])["services"]
        count = min(max(service["desiredCount"], target.min_capacity), target.max_capacity)
        if count != service["desiredCount"]:
            ecs.update_service(cluster=cluster, service=name, desiredCount=count)
    return ActionResult({"ScalableTargetARN": target.arn})


@operation(ApplicationAutoScalingResponse)
def put_scaling_policy(self: ApplicationAutoScalingResponse) -> str:
    """moto's; the alarms of a policy that is replaced go, which moto leaves behind."""
    names = ("ServiceNamespace", "ResourceId", "ScalableDimension", "PolicyName")
    key = FakeApplicationAutoscalingPolicy.formulate_key(*(self._get_param(name) for name in names))
    old = self.applicationautoscaling_backend.policies.get(key)
    if old is not None:
        old.delete_alarms(self.current_account, self.region)
    answer: str = _put_scaling_policy(self)
    return answer
