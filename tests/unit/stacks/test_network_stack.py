"""The network is private, records its flows and reaches AWS through endpoints that serve this account only."""

from ipaddress import IPv4Network
from itertools import combinations

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from config.loader import load
from config.model import NetworkConfig
from stacks.network_stack import NetworkStack
from tests.synthesis import Assembly


def template_with(**changes: object) -> Template:
    values = load("laptop").network.model_dump() | changes
    stack = NetworkStack(
        cdk.App(stack_traces=False, builtin_cloud_formation_validation=False),
        "Network",
        config=NetworkConfig.model_validate(values),
        retain_data=False,
    )
    return Template.from_stack(stack)


def test_subnets_are_in_the_configured_zones_and_have_no_way_out(laptop_assembly: Assembly) -> None:
    subnets = list(laptop_assembly.resources("Network", "AWS::EC2::Subnet"))
    assert {subnet.properties["AvailabilityZone"] for subnet in subnets} == {"us-east-1a", "us-east-1b"}
    assert not any(subnet.properties["MapPublicIpOnLaunch"] for subnet in subnets)
    doors = {"AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::Route"}
    assert doors.isdisjoint(each.type for each in laptop_assembly.resources("Network"))


def test_a_nat_gateway_is_made_when_the_configuration_buys_it() -> None:
    template = template_with(nat_gateways=1)
    template.resource_count_is("AWS::EC2::NatGateway", 1)
    subnets = template.find_resources("AWS::EC2::Subnet", {"Properties": {"MapPublicIpOnLaunch": True}})
    assert subnets == {}


@pytest.mark.parametrize("nat_gateways", [1, 2])
def test_each_private_subnet_has_one_way_out_through_a_gateway(nat_gateways: int) -> None:
    template = template_with(nat_gateways=nat_gateways)
    template.resource_count_is("AWS::EC2::NatGateway", nat_gateways)
    routes = [each["Properties"] for each in template.find_resources("AWS::EC2::Route").values()]
    ways_out = [route["NatGatewayId"]["Ref"] for route in routes if "NatGatewayId" in route]
    assert len(ways_out) == 2
    assert len(set(ways_out)) == nat_gateways
    assert {route["DestinationCidrBlock"] for route in routes} == {"0.0.0.0/0"}


def test_subnets_do_not_share_addresses() -> None:
    zones = ("us-east-1a", "us-east-1b", "us-east-1c")
    subnets = template_with(nat_gateways=3, availability_zones=zones).find_resources("AWS::EC2::Subnet")
    blocks = [IPv4Network(each["Properties"]["CidrBlock"]) for each in subnets.values()]
    assert len(blocks) == 6
    assert not any(one.overlaps(other) for one, other in combinations(blocks, 2))
    assert all(block.subnet_of(IPv4Network("10.40.0.0/16")) for block in blocks)


def test_more_gateways_than_zones_are_not_made() -> None:
    template_with(nat_gateways=3).resource_count_is("AWS::EC2::NatGateway", 2)


def test_s3_is_reached_without_a_charge_and_only_in_this_account(laptop_assembly: Assembly) -> None:
    endpoint = laptop_assembly.only("Network", "AWS::EC2::VPCEndpoint", "VpcS3").properties
    assert endpoint["VpcEndpointType"] == "Gateway"
    assert len(endpoint["RouteTableIds"]) == 2
    (statement,) = endpoint["PolicyDocument"]["Statement"]
    assert statement["Condition"]["StringEquals"] == {
        "aws:ResourceAccount": "000000000000",
        "aws:PrincipalAccount": "000000000000",
    }


@pytest.mark.parametrize("service", ["glue", "athena", "states", "logs", "kms", "sts"])
def test_service_endpoint_serves_this_account_only(laptop_assembly: Assembly, service: str) -> None:
    endpoint = laptop_assembly.only("Network", "AWS::EC2::VPCEndpoint", f"Vpc{service.capitalize()}").properties
    assert endpoint["ServiceName"] == f"com.amazonaws.us-east-1.{service}"
    assert endpoint["PrivateDnsEnabled"]
    (statement,) = endpoint["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": "000000000000"}}


def test_endpoints_share_one_group_that_admits_https_from_the_network(laptop_assembly: Assembly) -> None:
    group = laptop_assembly.only("Network", "AWS::EC2::SecurityGroup")
    (rule,) = group.properties["SecurityGroupIngress"]
    assert (rule["CidrIp"], rule["FromPort"], rule["ToPort"]) == ("10.40.0.0/16", 443, 443)
    endpoints = laptop_assembly.resources("Network", "AWS::EC2::VPCEndpoint")
    groups = [each.properties["SecurityGroupIds"] for each in endpoints if "SecurityGroupIds" in each.properties]
    assert groups == [[{"Fn::GetAtt": [group.logical_id, "GroupId"]}]] * 8


def test_no_endpoint_is_paid_for_when_none_is_configured() -> None:
    template = template_with(interface_endpoints=())
    template.resource_count_is("AWS::EC2::VPCEndpoint", 1)
    template.resource_count_is("AWS::EC2::SecurityGroup", 0)


def test_all_flows_are_recorded_in_an_encrypted_log_that_expires(laptop_assembly: Assembly) -> None:
    assert laptop_assembly.only("Network", "AWS::EC2::FlowLog").properties["TrafficType"] == "ALL"
    group = laptop_assembly.only("Network", "AWS::Logs::LogGroup").properties
    key = laptop_assembly.only("Network", "AWS::KMS::Key")
    assert group["KmsKeyId"] == {"Fn::GetAtt": [key.logical_id, "Arn"]}
    assert group["RetentionInDays"] == 7
    assert key.properties["EnableKeyRotation"]


def test_nothing_uses_the_default_security_group(laptop_assembly: Assembly) -> None:
    assert "DefaultSecurityGroup" not in str(laptop_assembly.templates)
