"""The lake's network: private subnets in each zone, and endpoints through which they reach AWS.

Written resource by resource: the library's `ec2.Vpc` costs as much of a synthesis as three of the lake's stacks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import islice

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from aws_cdk.interfaces.aws_ec2 import IVPCRef
from constructs import Construct

from components.arns import home
from components.network_egress import NetworkEgress
from config.model import NetworkConfig

# 4,091 addresses in each zone: an interface endpoint takes one, a Spark worker in the network would, too.
_SUBNET_MASK = 20


@dataclass(frozen=True, kw_only=True)
class Subnets:
    """Where instances live: what other stacks need of the network."""

    vpc_id: str
    cidr: str
    ids: Sequence[str]


class PrivateNetwork(Construct):
    """A network without a path to the internet unless the configuration buys NAT gateways."""

    def __init__(self, scope: Construct, construct_id: str, *, config: NetworkConfig) -> None:
        super().__init__(scope, construct_id)
        self._home = home(self)
        self._cidr = config.cidr
        self._vpc = ec2.CfnVPC(
            self,
            "Resource",
            cidr_block=config.cidr,
            enable_dns_support=True,
            # Private names of endpoints need it.
            enable_dns_hostnames=True,
            tags=[CfnTag(key="Name", value="lake")],
        )
        self.vpc_id = self._vpc.ref
        blocks = IPv4Network(config.cidr).subnets(new_prefix=_SUBNET_MASK)
        zones = list(enumerate(config.availability_zones, start=1))
        self._subnets: list[str] = []
        self._route_tables: list[str] = []
        for (number, zone), block in zip(zones, islice(blocks, len(zones)), strict=True):
            self._add_subnet(f"PrivateSubnet{number}", zone, block)
        if config.nat_gateways:
            NetworkEgress(
                self,
                "Egress",
                vpc_id=self.vpc_id,
                zones=config.availability_zones,
                # The first block that no private subnet has.
                block=next(blocks),
                nat_gateways=config.nat_gateways,
                private_route_tables=self._route_tables,
            )

    @property
    def vpc(self) -> IVPCRef:
        """The network itself."""
        return self._vpc

    @property
    def subnets(self) -> Subnets:
        """The private subnets, one in each zone."""
        return Subnets(vpc_id=self.vpc_id, cidr=self._cidr, ids=tuple(self._subnets))

    def open_storage(self, policy: object) -> None:
        """Reach S3 free of charge, as far as the policy allows."""
        ec2.CfnVPCEndpoint(
            self,
            "S3",
            vpc_id=self.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=self._service("s3"),
            route_table_ids=self._route_tables,
            policy_document=policy,
        )

    def open_service(self, name: str, policy: object, security_groups: Sequence[str]) -> None:
        """Reach a service by its usual name, through an address in each zone that is billed by the hour."""
        ec2.CfnVPCEndpoint(
            self,
            name.capitalize(),
            vpc_id=self.vpc_id,
            vpc_endpoint_type="Interface",
            service_name=self._service(name),
            subnet_ids=self._subnets,
            security_group_ids=list(security_groups),
            private_dns_enabled=True,
            policy_document=policy,
        )

    def _service(self, name: str) -> str:
        return f"com.amazonaws.{self._home.region}.{name}"

    def _add_subnet(self, construct_id: str, zone: str, block: IPv4Network) -> None:
        tags = [CfnTag(key="Name", value=f"lake-{construct_id}")]
        subnet = ec2.CfnSubnet(
            self,
            construct_id,
            vpc_id=self.vpc_id,
            availability_zone=zone,
            cidr_block=str(block),
            map_public_ip_on_launch=False,
            tags=tags,
        ).ref
        route_table = ec2.CfnRouteTable(self, f"{construct_id}Routes", vpc_id=self.vpc_id, tags=tags).ref
        ec2.CfnSubnetRouteTableAssociation(
            self, f"{construct_id}Association", subnet_id=subnet, route_table_id=route_table
        )
        self._subnets.append(subnet)
        self._route_tables.append(route_table)
