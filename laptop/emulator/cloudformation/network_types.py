"""EC2 resource types that the emulator's CloudFormation lacks.

| type | created by | update |
|---|---|---|
| AWS::EC2::FlowLog | CreateFlowLogs | replaced; tags in place |
| AWS::EC2::SecurityGroupIngress, SecurityGroupEgress | AuthorizeSecurityGroupIngress, ...Egress | replaced |
| AWS::EC2::EIP | AllocateAddress | replaced; tags in place |
| AWS::EC2::NatGateway | CreateNatGateway | replaced; tags in place |

Nothing routes packets on the laptop: like the emulator's VPCs, these are records that the API shows.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EC2.html
"""

from __future__ import annotations

from typing import Any

from laptop.emulator.clients import client
from laptop.emulator.cloudformation import ec2_views
from laptop.emulator.cloudformation.shape import pick, tag_map
from laptop.emulator.registry import Context, Created, Json, Resource, resource_type


def _retag(resource: str, old: Json, new: Json) -> None:
    ec2 = client("ec2")
    gone = sorted(tag_map(old.get("Tags")).keys() - tag_map(new.get("Tags")).keys())
    if gone:
        ec2.delete_tags(Resources=[resource], Tags=[{"Key": key} for key in gone])
    if new.get("Tags"):
        ec2.create_tags(Resources=[resource], Tags=new["Tags"])


@resource_type("AWS::EC2::FlowLog")
class FlowLog(Resource):
    properties = frozenset(
        {
            "DeliverLogsPermissionArn",
            "LogDestination",
            "LogDestinationType",
            "LogFormat",
            "LogGroupName",
            "MaxAggregationInterval",
            "ResourceId",
            "ResourceType",
            "Tags",
            "TrafficType",
        }
    )
    replaced_by = properties - {"Tags"}

    def create(self, properties: Json, context: Context) -> Created:
        names = sorted(self.replaced_by - {"ResourceId", "MaxAggregationInterval"})
        interval = properties.get("MaxAggregationInterval")
        answer = client("ec2").create_flow_logs(
            ResourceIds=[properties["ResourceId"]],
            **pick(properties, *names),
            **({"MaxAggregationInterval": int(interval)} if interval else {}),
        )
        (identifier,) = answer["FlowLogIds"]
        ec2_views.keep_flow_log(identifier, properties)
        _retag(identifier, {}, properties)
        return Created(identifier, {"Id": identifier})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        _retag(physical_id, old, new)
        return Created(physical_id, {"Id": physical_id})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("ec2").delete_flow_logs(FlowLogIds=[physical_id])


class _SecurityGroupRule(Resource):
    direction: str
    peer: tuple[str, str]

    def create(self, properties: Json, context: Context) -> Created:
        authorize = getattr(client("ec2"), f"authorize_security_group_{self.direction}")
        authorize(GroupId=properties["GroupId"], IpPermissions=[self._permission(properties)])
        return Created(context.name, {"Id": context.name})

    def delete(self, physical_id: str, properties: Json) -> None:
        revoke = getattr(client("ec2"), f"revoke_security_group_{self.direction}")
        revoke(GroupId=properties["GroupId"], IpPermissions=[self._permission(properties)])

    def _permission(self, properties: Json) -> Json:
        described = pick(properties, "Description")
        permission: Json = {"IpProtocol": str(properties["IpProtocol"])}
        permission |= {name: int(properties[name]) for name in ("FromPort", "ToPort") if name in properties}
        group, prefix_list = self.peer
        sources: dict[str, tuple[str, Any]] = {
            "CidrIp": ("IpRanges", "CidrIp"),
            "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
            group: ("UserIdGroupPairs", "GroupId"),
            prefix_list: ("PrefixListIds", "PrefixListId"),
        }
        for name, (field, member) in sources.items():
            if name in properties:
                permission[field] = [{member: properties[name], **described}]
        return permission


_RULE = frozenset({"GroupId", "IpProtocol", "FromPort", "ToPort", "CidrIp", "CidrIpv6", "Description"})


@resource_type("AWS::EC2::SecurityGroupIngress")
class SecurityGroupIngress(_SecurityGroupRule):
    properties = _RULE | {"SourceSecurityGroupId", "SourcePrefixListId"}
    replaced_by = properties
    direction = "ingress"
    peer = ("SourceSecurityGroupId", "SourcePrefixListId")


@resource_type("AWS::EC2::SecurityGroupEgress")
class SecurityGroupEgress(_SecurityGroupRule):
    properties = _RULE | {"DestinationSecurityGroupId", "DestinationPrefixListId"}
    replaced_by = properties
    direction = "egress"
    peer = ("DestinationSecurityGroupId", "DestinationPrefixListId")


@resource_type("AWS::EC2::EIP")
class ElasticAddress(Resource):
    properties = frozenset({"Domain", "Tags"})
    replaced_by = frozenset({"Domain"})

    def create(self, properties: Json, context: Context) -> Created:
        answer = client("ec2").allocate_address(**{"Domain": "vpc", **pick(properties, "Domain")})
        _retag(answer["AllocationId"], {}, properties)
        return Created(answer["PublicIp"], pick(answer, "AllocationId", "PublicIp"))

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        allocation = _allocation(physical_id)
        _retag(allocation, old, new)
        return Created(physical_id, {"AllocationId": allocation, "PublicIp": physical_id})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("ec2").release_address(AllocationId=_allocation(physical_id))


def _allocation(address: str) -> str:
    found = client("ec2").describe_addresses(PublicIps=[address])["Addresses"]
    return str(next(item["AllocationId"] for item in found if item["PublicIp"] == address))


@resource_type("AWS::EC2::NatGateway")
class NatGateway(Resource):
    properties = frozenset({"AllocationId", "ConnectivityType", "SubnetId", "Tags"})
    replaced_by = properties - {"Tags"}

    def create(self, properties: Json, context: Context) -> Created:
        answer = client("ec2").create_nat_gateway(**pick(properties, *sorted(self.replaced_by)))
        identifier = answer["NatGateway"]["NatGatewayId"]
        _retag(identifier, {}, properties)
        return Created(identifier, {"NatGatewayId": identifier})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        _retag(physical_id, old, new)
        return Created(physical_id, {"NatGatewayId": physical_id})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("ec2").delete_nat_gateway(NatGatewayId=physical_id)
