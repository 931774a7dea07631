"""How the types of EC2 are read back."""

from __future__ import annotations

from laptop.emulator.clients import client
from laptop.emulator.cloudformation.reads import READS, ReadBack, ask

_TAGS = ask("ec2", "describe_tags", Filters=[{"Name": "resource-id", "Values": ["{id}"]}])

READS |= {
    "AWS::EC2::VPC": ReadBack(
        (
            ask("ec2", "describe_vpcs", VpcIds=["{id}"]),
            lambda vpc, properties, attributes: {
                name: client("ec2").describe_vpc_attribute(VpcId=vpc, Attribute=attribute)[name]["Value"]
                for name, attribute in (
                    ("EnableDnsSupport", "enableDnsSupport"),
                    ("EnableDnsHostnames", "enableDnsHostnames"),
                )
            },
            _TAGS,
        )
    ),
    "AWS::EC2::Subnet": ReadBack((ask("ec2", "describe_subnets", SubnetIds=["{id}"]), _TAGS)),
    "AWS::EC2::RouteTable": ReadBack((ask("ec2", "describe_route_tables", RouteTableIds=["{id}"]), _TAGS)),
    "AWS::EC2::Route": ReadBack((ask("ec2", "describe_route_tables", RouteTableIds=["{p[RouteTableId]}"]),)),
    "AWS::EC2::SubnetRouteTableAssociation": ReadBack(
        (ask("ec2", "describe_route_tables", RouteTableIds=["{p[RouteTableId]}"]),)
    ),
    "AWS::EC2::InternetGateway": ReadBack(
        (ask("ec2", "describe_internet_gateways", InternetGatewayIds=["{id}"]), _TAGS)
    ),
    "AWS::EC2::VPCEndpoint": ReadBack(
        (ask("ec2", "describe_vpc_endpoints", VpcEndpointIds=["{id}"]), _TAGS),
        aliases={"SecurityGroupIds": "GroupId"},
    ),
    "AWS::EC2::SecurityGroup": ReadBack(
        (ask("ec2", "describe_security_groups", GroupIds=["{id}"]), _TAGS),
        aliases={
            "GroupDescription": "Description",
            "SourceSecurityGroupId": "GroupId",
            "DestinationSecurityGroupId": "GroupId",
        },
    ),
    "AWS::EC2::FlowLog": ReadBack(
        (ask("ec2", "describe_flow_logs", FlowLogIds=["{id}"]), _TAGS),
        unread={"ResourceType": "shown by the kind of the resource's id"},
    ),
    "AWS::EC2::SecurityGroupIngress": ReadBack(
        (ask("ec2", "describe_security_groups", GroupIds=["{p[GroupId]}"]),),
        aliases={"SourceSecurityGroupId": "GroupId", "SourcePrefixListId": "PrefixListId"},
    ),
    "AWS::EC2::SecurityGroupEgress": ReadBack(
        (ask("ec2", "describe_security_groups", GroupIds=["{p[GroupId]}"]),),
        aliases={"DestinationSecurityGroupId": "GroupId", "DestinationPrefixListId": "PrefixListId"},
    ),
    "AWS::EC2::EIP": ReadBack(
        (
            ask("ec2", "describe_addresses", PublicIps=["{id}"]),
            ask("ec2", "describe_tags", Filters=[{"Name": "resource-id", "Values": ["{a[AllocationId]}"]}]),
        )
    ),
    "AWS::EC2::NatGateway": ReadBack((ask("ec2", "describe_nat_gateways", NatGatewayIds=["{id}"]), _TAGS)),
}
