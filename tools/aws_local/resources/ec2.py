"""AWS::EC2, networks: VPC, subnets, gateways, routes, endpoints and flow logs."""

from __future__ import annotations

from typing import Any, ClassVar

from tools.aws_local.cloudformation.model import Replace, Resource, tags_of

_SETTINGS = ("EnableDnsSupport", "EnableDnsHostnames")


class Tagged(Resource):
    """A resource of EC2 whose tags are given with `TagSpecifications`."""

    SERVICE = "ec2"
    #: EC2's word for the kind of resource, in tag specifications.
    KIND: ClassVar[str] = ""

    def tagged(self) -> dict[str, Any]:
        """The parameter of a create operation that carries the tags."""
        tags = self.get("Tags", [])
        return {"TagSpecifications": [{"ResourceType": self.KIND, "Tags": tags}]} if tags else {}

    def retag(self, old: Resource) -> None:
        """Bring the tags from those of `old` to these."""
        gone = set(tags_of(old.get("Tags"))) - set(tags_of(self.get("Tags")))
        if gone:
            self.call("delete_tags", Resources=[self.physical_resource_id], Tags=[{"Key": key} for key in sorted(gone)])
        if self.get("Tags"):
            self.call("create_tags", Resources=[self.physical_resource_id], Tags=self.get("Tags"))

    def update(self, old: Resource) -> None:
        if {key for key in {*self.properties, *old.properties} if self.changed(old, key)} - {"Tags"}:
            raise Replace
        self.retag(old)


class Vpc(Tagged):
    """A network."""

    TYPE = "AWS::EC2::VPC"
    KIND = "vpc"
    IMMUTABLE = frozenset({"CidrBlock"})

    def create(self) -> None:
        parameters = self.parameters("create_vpc", without=(*_SETTINGS, "Tags"))
        vpc = self.call("create_vpc", **parameters, **self.tagged())["Vpc"]["VpcId"]
        self.physical_resource_id = vpc
        self._set()
        filters = [{"Name": "vpc-id", "Values": [vpc]}]
        groups = self.call("describe_security_groups", Filters=filters)["SecurityGroups"]
        acls = self.call("describe_network_acls", Filters=filters)["NetworkAcls"]
        self.attributes = {
            "VpcId": vpc,
            "CidrBlock": self.get("CidrBlock"),
            "DefaultSecurityGroup": next(group["GroupId"] for group in groups if group["GroupName"] == "default"),
            "DefaultNetworkAcl": acls[0]["NetworkAclId"],
        }

    def _set(self) -> None:
        for name in _SETTINGS:
            if name in self.properties:
                value = {"Value": str(self.get(name)).lower() == "true"}
                self.call("modify_vpc_attribute", VpcId=self.physical_resource_id, **{name: value})

    def update(self, old: Resource) -> None:
        self.parameters("create_vpc", without=(*_SETTINGS, "Tags"))
        self._set()
        self.retag(old)

    def delete(self) -> None:
        self.call("delete_vpc", VpcId=self.physical_resource_id)


class Subnet(Tagged):
    """A subnet; public addresses are given out only where the template says so."""

    TYPE = "AWS::EC2::Subnet"
    KIND = "subnet"

    def create(self) -> None:
        parameters = self.parameters("create_subnet", without=("Tags", "MapPublicIpOnLaunch"))
        subnet = self.call("create_subnet", **parameters, **self.tagged())["Subnet"]
        self.physical_resource_id = subnet["SubnetId"]
        public = {"Value": str(self.get("MapPublicIpOnLaunch", False)).lower() == "true"}
        self.call("modify_subnet_attribute", SubnetId=self.physical_resource_id, MapPublicIpOnLaunch=public)
        self.attributes = {name: subnet[name] for name in ("SubnetId", "AvailabilityZone", "VpcId", "CidrBlock")}

    def delete(self) -> None:
        self.call("delete_subnet", SubnetId=self.physical_resource_id)


class InternetGateway(Tagged):
    """An internet gateway, attached to nothing."""

    TYPE = "AWS::EC2::InternetGateway"
    KIND = "internet-gateway"

    def create(self) -> None:
        self.only("Tags")
        made = self.call("create_internet_gateway", **self.tagged())["InternetGateway"]
        self.physical_resource_id = made["InternetGatewayId"]
        self.attributes = {"InternetGatewayId": self.physical_resource_id}

    def delete(self) -> None:
        self.call("delete_internet_gateway", InternetGatewayId=self.physical_resource_id)


class GatewayAttachment(Resource):
    """An internet gateway's place at a network."""

    TYPE = "AWS::EC2::VPCGatewayAttachment"
    SERVICE = "ec2"

    def create(self) -> None:
        self.call("attach_internet_gateway", **self.parameters("attach_internet_gateway"))
        self.physical_resource_id = f"IGW|{self.get('VpcId')}"

    def delete(self) -> None:
        self.call("detach_internet_gateway", **self.parameters("detach_internet_gateway"))


class RouteTable(Tagged):
    """A route table."""

    TYPE = "AWS::EC2::RouteTable"
    KIND = "route-table"

    def create(self) -> None:
        table = self.call(
            "create_route_table", **self.parameters("create_route_table", without=["Tags"]), **self.tagged()
        )
        self.physical_resource_id = table["RouteTable"]["RouteTableId"]
        self.attributes = {"RouteTableId": self.physical_resource_id}

    def delete(self) -> None:
        self.call("delete_route_table", RouteTableId=self.physical_resource_id)


class Route(Resource):
    """A route; another target for the same destination replaces it in place."""

    TYPE = "AWS::EC2::Route"
    SERVICE = "ec2"
    IMMUTABLE = frozenset({"RouteTableId", "DestinationCidrBlock"})

    def create(self) -> None:
        self.call("create_route", **self.parameters("create_route"))
        self.physical_resource_id = f"{self.get('RouteTableId')}|{self.get('DestinationCidrBlock')}"

    def update(self, old: Resource) -> None:  # noqa: ARG002 - what it was does not matter
        self.call("replace_route", **self.parameters("replace_route"))

    def delete(self) -> None:
        table, _, destination = self.physical_resource_id.partition("|")
        self.call("delete_route", RouteTableId=table, DestinationCidrBlock=destination)


class RouteTableAssociation(Resource):
    """A subnet's route table."""

    TYPE = "AWS::EC2::SubnetRouteTableAssociation"
    SERVICE = "ec2"

    def create(self) -> None:
        answer = self.call("associate_route_table", **self.parameters("associate_route_table"))
        self.physical_resource_id = answer["AssociationId"]
        self.attributes = {"Id": self.physical_resource_id}

    def delete(self) -> None:
        self.call("disassociate_route_table", AssociationId=self.physical_resource_id)


class Address(Tagged):
    """An elastic IP address; its physical id is the address."""

    TYPE = "AWS::EC2::EIP"
    KIND = "elastic-ip"

    def create(self) -> None:
        answer = self.call("allocate_address", **self.parameters("allocate_address", without=["Tags"]), **self.tagged())
        self.physical_resource_id = answer["PublicIp"]
        self.attributes = {"AllocationId": answer["AllocationId"], "PublicIp": answer["PublicIp"]}

    def retag(self, old: Resource) -> None:  # noqa: ARG002 - what it was does not matter
        self.call("create_tags", Resources=[self.attributes["AllocationId"]], Tags=self.get("Tags", []))

    def delete(self) -> None:
        self.call("release_address", AllocationId=self.attributes["AllocationId"])


class NatGateway(Tagged):
    """A NAT gateway."""

    TYPE = "AWS::EC2::NatGateway"
    KIND = "natgateway"

    def create(self) -> None:
        answer = self.call(
            "create_nat_gateway", **self.parameters("create_nat_gateway", without=["Tags"]), **self.tagged()
        )
        self.physical_resource_id = answer["NatGateway"]["NatGatewayId"]
        self.attributes = {"NatGatewayId": self.physical_resource_id}

    def delete(self) -> None:
        self.call("delete_nat_gateway", NatGatewayId=self.physical_resource_id)


class Endpoint(Tagged):
    """A gateway or interface endpoint."""

    TYPE = "AWS::EC2::VPCEndpoint"
    KIND = "vpc-endpoint"

    def create(self) -> None:
        parameters = self.parameters("create_vpc_endpoint", without=["Tags"])
        made = self.call("create_vpc_endpoint", **parameters, **self.tagged())["VpcEndpoint"]
        self.physical_resource_id = made["VpcEndpointId"]
        self.attributes = {"Id": self.physical_resource_id, "DnsEntries": []}

    def delete(self) -> None:
        self.call("delete_vpc_endpoints", VpcEndpointIds=[self.physical_resource_id])


class FlowLog(Tagged):
    """Flow logs of a network, a subnet or an interface."""

    TYPE = "AWS::EC2::FlowLog"
    KIND = "vpc-flow-log"

    def create(self) -> None:
        self.properties["ResourceIds"] = [self.get("ResourceId")]
        parameters = self.parameters("create_flow_logs", without=["Tags", "ResourceId"])
        del self.properties["ResourceIds"]
        answer = self.call("create_flow_logs", **parameters, **self.tagged())
        self.physical_resource_id = answer["FlowLogIds"][0]
        self.attributes = {"Id": self.physical_resource_id}

    def delete(self) -> None:
        self.call("delete_flow_logs", FlowLogIds=[self.physical_resource_id])
