"""Network: private subnets that reach AWS through endpoints."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from components.acknowledge import acknowledge
from components.key_policy import encrypt_logs
from config.model import NetworkConfig


class NetworkStack(cdk.Stack):
    """A network without a path to the internet unless the configuration buys one."""

    def __init__(self, scope: Construct, construct_id: str, *, config: NetworkConfig, retain_data: bool) -> None:
        self._availability_zones = list(config.availability_zones)
        super().__init__(scope, construct_id, termination_protection=retain_data)
        self._vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(config.cidr),
            availability_zones=self._availability_zones,
            nat_gateways=config.nat_gateways,
            subnet_configuration=_subnets(config),
            # The library closes the default group with a Lambda function on every deployment. Nothing here uses the
            # group, and a test keeps it so.
            restrict_default_security_group=False,
        )
        acknowledge(
            self._vpc,
            "W3010",
            because="the configuration names the zones, so that the same commit gives the same network everywhere",
            revisit_when="an environment moves to another region without its own configuration",
        )
        self._record_flows(config.flow_log_retention_days, retain_data)
        self._reach_storage()
        self._reach_services(config)

    @property
    def availability_zones(self) -> list[str]:
        """The configured zones: the base class would ask the account, and synthesis must not."""
        return self._availability_zones

    @property
    def vpc(self) -> ec2.IVpc:
        """The lake's network."""
        return self._vpc

    def _record_flows(self, retention_days: int, retain_data: bool) -> None:
        removal = cdk.RemovalPolicy.RETAIN if retain_data else cdk.RemovalPolicy.DESTROY
        key = kms.Key(
            self, "LogKey", description="Flow logs of the lake", enable_key_rotation=True, removal_policy=removal
        )
        key.add_to_resource_policy(encrypt_logs(self))
        log_group = logs.LogGroup(
            self,
            "FlowLogs",
            encryption_key=key,
            removal_policy=removal,
        )
        resource = log_group.node.default_child
        assert isinstance(resource, logs.CfnLogGroup)
        resource.retention_in_days = retention_days
        # The library's own role could be taken on anybody's behalf.
        writer = iam.Role(
            self,
            "FlowLogWriter",
            description="Delivery of the network's flow logs",
            assumed_by=iam.ServicePrincipal(
                "vpc-flow-logs.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": self.account}}
            ),
        )
        self._vpc.add_flow_log("FlowLog", destination=ec2.FlowLogDestination.to_cloud_watch_logs(log_group, writer))

    def _reach_storage(self) -> None:
        """Open S3, free of charge, but only this account's buckets: nothing leaves to anybody else's."""
        endpoint = self._vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        endpoint.add_to_policy(
            iam.PolicyStatement(
                principals=[iam.AnyPrincipal()],
                actions=["s3:*"],
                resources=["*"],
                conditions={
                    "StringEquals": {"aws:ResourceAccount": self.account, "aws:PrincipalAccount": self.account}
                },
            )
        )

    def _reach_services(self, config: NetworkConfig) -> None:
        if not config.interface_endpoints:
            return
        group = ec2.SecurityGroup(
            self,
            "EndpointAccess",
            vpc=self._vpc,
            description="HTTPS from the network to the AWS endpoints in it",
            allow_all_outbound=False,
        )
        group.add_ingress_rule(ec2.Peer.ipv4(config.cidr), ec2.Port.HTTPS, "From the network")
        for name in config.interface_endpoints:
            endpoint = self._vpc.add_interface_endpoint(
                name.capitalize(),
                service=ec2.InterfaceVpcEndpointAwsService(name),
                security_groups=[group],
                open=False,
                private_dns_enabled=True,
            )
            endpoint.add_to_policy(
                iam.PolicyStatement(
                    principals=[iam.AnyPrincipal()],
                    actions=[f"{name}:*"],
                    resources=["*"],
                    conditions={"StringEquals": {"aws:PrincipalAccount": self.account}},
                )
            )


def _subnets(config: NetworkConfig) -> list[ec2.SubnetConfiguration]:
    if not config.nat_gateways:
        return [ec2.SubnetConfiguration(name="Private", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=20)]
    return [
        ec2.SubnetConfiguration(name="Private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=20),
        # Only NAT gateways live here: nothing gets a public address by itself.
        ec2.SubnetConfiguration(
            name="Public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=28, map_public_ip_on_launch=False
        ),
    ]
