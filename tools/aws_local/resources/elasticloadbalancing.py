"""AWS::ElasticLoadBalancingV2: load balancers, target groups, listeners, rules."""

from __future__ import annotations

from tools.aws_local.cloudformation.model import Resource, tags_of


class _Balanced(Resource):
    SERVICE = "elbv2"

    def retag(self, old: Resource) -> None:
        """Bring the tags from those of `old` to these."""
        gone = set(tags_of(old.get("Tags"))) - set(tags_of(self.get("Tags")))
        if gone:
            self.call("remove_tags", ResourceArns=[self.physical_resource_id], TagKeys=sorted(gone))
        if self.get("Tags"):
            self.call("add_tags", ResourceArns=[self.physical_resource_id], Tags=self.get("Tags"))


class LoadBalancer(_Balanced):
    """A load balancer."""

    TYPE = "AWS::ElasticLoadBalancingV2::LoadBalancer"
    NAME = "Name"
    NAME_LIMIT = 32
    IMMUTABLE = frozenset({"Name", "Scheme", "Type"})

    def create(self) -> None:
        given = {"Name": self.name, **self.parameters("create_load_balancer", without=["LoadBalancerAttributes"])}
        made = self.call("create_load_balancer", **given)["LoadBalancers"][0]
        arn = made["LoadBalancerArn"]
        self.physical_resource_id = arn
        self.attributes = {
            "LoadBalancerArn": arn,
            "LoadBalancerName": self.name,
            "LoadBalancerFullName": arn.partition(":loadbalancer/")[2],
            "DNSName": made["DNSName"],
            "CanonicalHostedZoneID": made["CanonicalHostedZoneId"],
            "SecurityGroups": made["SecurityGroups"],
        }
        self._set()

    def _set(self) -> None:
        attributes = [{"Key": one["Key"], "Value": str(one["Value"])} for one in self.get("LoadBalancerAttributes", [])]
        if attributes:
            arn = self.physical_resource_id
            self.call("modify_load_balancer_attributes", LoadBalancerArn=arn, Attributes=attributes)

    def update(self, old: Resource) -> None:
        arn = self.physical_resource_id
        self.parameters("create_load_balancer", without=["LoadBalancerAttributes"])
        self._set()
        if self.changed(old, "SecurityGroups"):
            self.call("set_security_groups", LoadBalancerArn=arn, SecurityGroups=self.get("SecurityGroups"))
        if self.changed(old, "Subnets"):
            self.call("set_subnets", LoadBalancerArn=arn, Subnets=self.get("Subnets"))
        self.retag(old)

    def delete(self) -> None:
        self.call("delete_load_balancer", LoadBalancerArn=self.physical_resource_id)


class TargetGroup(_Balanced):
    """A target group."""

    TYPE = "AWS::ElasticLoadBalancingV2::TargetGroup"
    NAME = "Name"
    NAME_LIMIT = 32
    IMMUTABLE = frozenset({"Name", "Port", "Protocol", "ProtocolVersion", "TargetType", "VpcId", "IpAddressType"})

    def create(self) -> None:
        given = {"Name": self.name, **self.parameters("create_target_group", without=["TargetGroupAttributes"])}
        arn = self.call("create_target_group", **given)["TargetGroups"][0]["TargetGroupArn"]
        self.physical_resource_id = arn
        full = f"targetgroup/{arn.partition(':targetgroup/')[2]}"
        self.attributes = {"TargetGroupArn": arn, "TargetGroupName": self.name, "TargetGroupFullName": full}
        self._set()

    def _set(self) -> None:
        attributes = [{"Key": one["Key"], "Value": str(one["Value"])} for one in self.get("TargetGroupAttributes", [])]
        if attributes:
            arn = self.physical_resource_id
            self.call("modify_target_group_attributes", TargetGroupArn=arn, Attributes=attributes)

    def update(self, old: Resource) -> None:
        without = (*self.IMMUTABLE, "Tags", "TargetGroupAttributes")
        given = self.parameters("modify_target_group", without=without)
        self.call("modify_target_group", TargetGroupArn=self.physical_resource_id, **given)
        self._set()
        self.retag(old)

    def delete(self) -> None:
        self.call("delete_target_group", TargetGroupArn=self.physical_resource_id)


class Listener(_Balanced):
    """A listener."""

    TYPE = "AWS::ElasticLoadBalancingV2::Listener"
    IMMUTABLE = frozenset({"LoadBalancerArn"})

    def create(self) -> None:
        given = self.parameters("create_listener", without=["ListenerAttributes"])
        arn = self.call("create_listener", **given)["Listeners"][0]["ListenerArn"]
        self.physical_resource_id = arn
        self.attributes = {"ListenerArn": arn}
        self._set()

    def _set(self) -> None:
        attributes = self.get("ListenerAttributes", [])
        if attributes:
            arn = self.physical_resource_id
            self.call("modify_listener_attributes", ListenerArn=arn, Attributes=attributes)

    def update(self, old: Resource) -> None:
        given = self.parameters("modify_listener", without=["LoadBalancerArn", "Tags", "ListenerAttributes"])
        self.call("modify_listener", ListenerArn=self.physical_resource_id, **given)
        self._set()
        self.retag(old)

    def delete(self) -> None:
        self.call("delete_listener", ListenerArn=self.physical_resource_id)


class ListenerRule(_Balanced):
    """A rule of a listener."""

    TYPE = "AWS::ElasticLoadBalancingV2::ListenerRule"
    IMMUTABLE = frozenset({"ListenerArn"})

    def create(self) -> None:
        arn = self.call("create_rule", **self.parameters("create_rule"))["Rules"][0]["RuleArn"]
        self.physical_resource_id = arn
        self.attributes = {"RuleArn": arn}

    def update(self, old: Resource) -> None:
        given = self.parameters("modify_rule", without=["ListenerArn", "Priority", "Tags"])
        self.call("modify_rule", RuleArn=self.physical_resource_id, **given)
        if self.changed(old, "Priority"):
            priority = {"RuleArn": self.physical_resource_id, "Priority": int(self.get("Priority"))}
            self.call("set_rule_priorities", RulePriorities=[priority])
        self.retag(old)

    def delete(self) -> None:
        self.call("delete_rule", RuleArn=self.physical_resource_id)
