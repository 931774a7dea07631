"""A connection of QuickSight to the lake's network: what it asks then comes from addresses of the lake's own."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from components.acknowledge import acknowledge_wildcards
from components.arns import home
from components.bi_access import attach_to_network
from components.private_network import Subnets
from components.quicksight import QuickSightResource
from components.service_role import ServiceRole

_HTTPS = 443


class BiNetwork(Construct):
    """The connection, its role and its security group, which lets it reach the endpoints of AWS and nothing else.

    Parameters
    ----------
    endpoints
        Security group of the network's interface endpoints, that of Athena among them.
    """

    def __init__(self, scope: Construct, construct_id: str, *, subnets: Subnets, endpoints: str) -> None:
        super().__init__(scope, construct_id)
        group = self._security_group(subnets, endpoints)
        statements = attach_to_network(self, subnets=subnets, security_group=group)
        role = ServiceRole(
            self,
            "Role",
            description="Network interfaces of QuickSight",
            services=["quicksight.amazonaws.com"],
            policy_name="Attach",
            statements=statements,
        )
        acknowledge_wildcards(
            role,
            statements,
            because="interfaces have no names before they are made, only those of the lake's network may be changed, "
            "and descriptions know no resources",
            revisit_when="QuickSight tags the interfaces that it makes",
        )
        self.arn = QuickSightResource(
            self,
            "Connection",
            kind="VPCConnection",
            properties={
                "AwsAccountId": home(self).account,
                "VPCConnectionId": "lake",
                "Name": "Lake",
                "RoleArn": role.arn,
                "SecurityGroupIds": [group],
                "SubnetIds": list(subnets.ids),
            },
        ).arn

    def _security_group(self, subnets: Subnets, endpoints: str) -> str:
        """Make a group with a rule for each direction: interfaces of QuickSight do not know what they wait for.

        https://docs.aws.amazon.com/quicksight/latest/user/vpc-security-groups.html
        """
        group = ec2.CfnSecurityGroup
        return group(
            self,
            "Access",
            vpc_id=subnets.vpc_id,
            group_description="QuickSight in the network: HTTPS to the AWS endpoints",
            security_group_egress=[
                group.EgressProperty(
                    ip_protocol="tcp",
                    from_port=_HTTPS,
                    to_port=_HTTPS,
                    destination_security_group_id=endpoints,
                    description="To the AWS endpoints",
                )
            ],
            security_group_ingress=[
                group.IngressProperty(
                    ip_protocol="tcp",
                    from_port=0,
                    to_port=65535,
                    source_security_group_id=endpoints,
                    description="Answers of the AWS endpoints",
                )
            ],
        ).attr_group_id
