"""Network: private subnets that reach AWS through endpoints."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk.interfaces.aws_ec2 import IVPCRef
from constructs import Construct

from components.acknowledge import acknowledge
from components.arns import key_arn
from components.key_policy import encrypt_logs
from components.policy import Statement, endpoint_document
from components.private_network import PrivateNetwork, Subnets
from components.service_role import ServiceRole
from config.model import NetworkConfig


class NetworkStack(cdk.Stack):
    """A network without a path to the internet unless the configuration buys one."""

    def __init__(self, scope: Construct, construct_id: str, *, config: NetworkConfig, retain_data: bool) -> None:
        super().__init__(scope, construct_id, termination_protection=retain_data)
        # The default security group stays as EC2 makes it (docs/decisions); a test keeps it unused.
        self._network = PrivateNetwork(self, "Vpc", config=config)
        acknowledge(
            self._network,
            "W3010",
            because="the configuration names the zones, so that the same commit gives the same network everywhere",
            revisit_when="an environment moves to another region without its own configuration",
        )
        self._record_flows(config.flow_log_retention_days, retain_data)
        self._reach_storage()
        self._endpoints = self._reach_services(config)

    @property
    def vpc(self) -> IVPCRef:
        """The lake's network."""
        return self._network.vpc

    @property
    def subnets(self) -> Subnets:
        """Its private subnets."""
        return self._network.subnets

    @property
    def endpoints(self) -> str | None:
        """Id of the security group of its interface endpoints, if it has any."""
        return self._endpoints

    def _record_flows(self, retention_days: int, retain_data: bool) -> None:
        removal = cdk.RemovalPolicy.RETAIN if retain_data else cdk.RemovalPolicy.DESTROY
        key = kms.Key(
            self, "LogKey", description="Flow logs of the lake", enable_key_rotation=True, removal_policy=removal
        )
        key.add_to_resource_policy(encrypt_logs(self))
        log_group = logs.CfnLogGroup(self, "FlowLogs", kms_key_id=key_arn(key), retention_in_days=retention_days)
        log_group.apply_removal_policy(removal)
        # The library's own role could be taken on anybody's behalf.
        writer = ServiceRole(
            self,
            "FlowLogWriter",
            description="Delivery of the network's flow logs",
            services=["vpc-flow-logs.amazonaws.com"],
            policy_name="Write",
            statements=[
                Statement(
                    actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                    resources=[log_group.attr_arn],
                )
            ],
        )
        ec2.CfnFlowLog(
            self,
            "FlowLog",
            resource_id=self._network.vpc_id,
            resource_type="VPC",
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_group_name=log_group.ref,
            deliver_logs_permission_arn=writer.arn,
        )

    def _reach_storage(self) -> None:
        """Open S3, free of charge, but only this account's buckets: nothing leaves to anybody else's."""
        account = self.account
        self._network.open_storage(_allow("s3:*", {"aws:ResourceAccount": account, "aws:PrincipalAccount": account}))

    def _reach_services(self, config: NetworkConfig) -> str | None:
        if not config.interface_endpoints:
            return None
        group = ec2.CfnSecurityGroup(
            self,
            "EndpointAccess",
            vpc_id=self._network.vpc_id,
            group_description="HTTPS from the network to the AWS endpoints in it",
            security_group_ingress=[
                ec2.CfnSecurityGroup.IngressProperty(
                    ip_protocol="tcp",
                    from_port=443,
                    to_port=443,
                    cidr_ip=config.cidr,
                    description="From the network",
                )
            ],
            # Without a rule EC2 would allow everything out: this one matches nothing.
            security_group_egress=[
                ec2.CfnSecurityGroup.EgressProperty(
                    ip_protocol="icmp",
                    from_port=252,
                    to_port=86,
                    cidr_ip="255.255.255.255/32",
                    description="Disallow all traffic",
                )
            ],
        ).attr_group_id
        own = {"aws:PrincipalAccount": self.account}
        for name in config.interface_endpoints:
            self._network.open_service(name, _allow(f"{name}:*", own), security_groups=[group])
        return group


def _allow(actions: str, to_whom: dict[str, str]) -> dict[str, Any]:
    return endpoint_document([Statement(actions=[actions], resources=["*"], conditions={"StringEquals": to_whom})])
