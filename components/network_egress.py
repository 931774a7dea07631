"""A path from private subnets to the internet: NAT gateways in public subnets that hold nothing else."""

from collections.abc import Sequence
from ipaddress import IPv4Network

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

_ANYWHERE = "0.0.0.0/0"
# The smallest subnet that AWS has: only NAT gateways live in it.
_SUBNET_MASK = 28


class NetworkEgress(Construct):
    """One NAT gateway per zone, or fewer that zones share.

    Parameters
    ----------
    block
        Addresses that no other subnet has.
    private_route_tables
        Ids of the route tables that get a way out, in the order of the zones.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc_id: str,
        zones: Sequence[str],
        block: IPv4Network,
        nat_gateways: int,
        private_route_tables: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._vpc_id = vpc_id
        internet = ec2.CfnInternetGateway(self, "Internet")
        self._attachment = ec2.CfnVPCGatewayAttachment(
            self, "Attachment", vpc_id=vpc_id, internet_gateway_id=internet.ref
        )
        self._public_routes = self._new_public_routes(internet.ref)
        blocks = block.subnets(new_prefix=_SUBNET_MASK)
        # More gateways than zones would only cost.
        gateways = [self._gateway(zone, next(blocks)) for zone in zones[:nat_gateways]]
        for number, route_table in enumerate(private_route_tables):
            ec2.CfnRoute(
                self,
                f"WayOut{number + 1}",
                route_table_id=route_table,
                destination_cidr_block=_ANYWHERE,
                nat_gateway_id=gateways[number % len(gateways)],
            )

    def _new_public_routes(self, internet_gateway_id: str) -> str:
        table = ec2.CfnRouteTable(
            self, "PublicRoutes", vpc_id=self._vpc_id, tags=[CfnTag(key="Name", value="lake-Public")]
        )
        route = ec2.CfnRoute(
            self,
            "ToInternet",
            route_table_id=table.ref,
            destination_cidr_block=_ANYWHERE,
            gateway_id=internet_gateway_id,
        )
        route.add_resource_dependency(self._attachment)
        return table.ref

    def _gateway(self, zone: str, block: IPv4Network) -> str:
        """Make a NAT gateway in a subnet of its own, and return its id."""
        letter = zone[-1].upper()
        subnet = ec2.CfnSubnet(
            self,
            f"Public{letter}",
            vpc_id=self._vpc_id,
            availability_zone=zone,
            cidr_block=str(block),
            map_public_ip_on_launch=False,
            tags=[CfnTag(key="Name", value=f"lake-Public{letter}")],
        )
        ec2.CfnSubnetRouteTableAssociation(
            self, f"Public{letter}Association", subnet_id=subnet.ref, route_table_id=self._public_routes
        )
        address = ec2.CfnEIP(self, f"Address{letter}", domain="vpc")
        gateway = ec2.CfnNatGateway(
            self, f"Gateway{letter}", subnet_id=subnet.ref, allocation_id=address.attr_allocation_id
        )
        for resource in (address, gateway):
            resource.add_resource_dependency(self._attachment)
        return gateway.ref
