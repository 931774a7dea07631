"""Network: private subnets that reach AWS through endpoints."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from config.model import NetworkConfig


class NetworkStack(cdk.Stack):
    """A network without a path to the internet unless the configuration buys one."""

    def __init__(
        self, scope: Construct, construct_id: str, *, config: NetworkConfig, retain_data: bool, **options: object
    ) -> None:
        self._availability_zones = list(config.availability_zones)
        super().__init__(scope, construct_id, termination_protection=retain_data, **options)
        self._vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(config.cidr),
            availability_zones=self._availability_zones,
            restrict_default_security_group=False,
            nat_gateways=config.nat_gateways,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="Private", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=20)
            ],
        )

    @property
    def availability_zones(self) -> list[str]:
        """The configured zones: the base class would ask the account, and synthesis must not."""
        return self._availability_zones

    @property
    def vpc(self) -> ec2.IVpc:
        """The lake's network."""
        return self._vpc
