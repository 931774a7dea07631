"""The security groups of the cluster: nothing outside may open a connection to a node, people come through SSM.

EMR adds the rules that nodes need among each other and from its service, on ports of its own choice:
https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-man-sec-groups.html
"""

from collections.abc import Sequence

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from components.emr_cluster import TAG

_HTTPS = 443
# https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-man-sec-groups.html#emr-sg-elasticmapreduce-sa-private
_SERVICE_TO_NODES = 8443
_PRIMARY_TO_SERVICE = 9443
# https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-studio-security-groups.html
_WORKSPACE_TO_ENGINE = 18888

_Ingress = ec2.CfnSecurityGroup.IngressProperty
_Egress = ec2.CfnSecurityGroup.EgressProperty


class EmrGroups(Construct):
    """Groups of the primary node, of the other nodes, and of the service's access to a private subnet.

    Parameters
    ----------
    cidr
        The addresses of the network.
    notebooks
        Whether workspaces of EMR Studio get groups, too.
    jobs
        Whether job runs of EMR Serverless get one.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, vpc_id: str, cidr: str, notebooks: bool, jobs: bool
    ) -> None:
        super().__init__(scope, construct_id)
        self._vpc_id = vpc_id
        out = [
            _Egress(ip_protocol="-1", cidr_ip=cidr, description="To other nodes and to endpoints"),
            _Egress(
                ip_protocol="tcp",
                from_port=_HTTPS,
                to_port=_HTTPS,
                cidr_ip="0.0.0.0/0",
                description="To S3, whose gateway endpoint has public addresses",
            ),
        ]
        if notebooks:
            self.workspace = self._group(
                "Workspace",
                "Workspaces of EMR Studio",
                egress=[_tcp_to(cidr, _WORKSPACE_TO_ENGINE, "To notebook gateways of clusters")],
            )
            self.engine = self._group(
                "Engine",
                "Clusters that notebooks attach to",
                ingress=[_from_group(self.workspace, _WORKSPACE_TO_ENGINE, "From workspaces")],
                egress=out,
            )
        if jobs:
            self.jobs = self._group("Jobs", "Job runs of EMR Serverless", egress=out)
        self.primary = self._group("Primary", "The primary node of a cluster", egress=out)
        self.nodes = self._group("Nodes", "Core and task nodes of a cluster", egress=out)
        self.service = self._group(
            "Service",
            "The way of EMR into a private subnet",
            ingress=[_from_group(self.primary, _PRIMARY_TO_SERVICE, "From the primary node")],
            egress=[_tcp_to(cidr, _SERVICE_TO_NODES, "To nodes")],
        )

    def _group(
        self, construct_id: str, description: str, *, egress: Sequence[_Egress], ingress: Sequence[_Ingress] = ()
    ) -> str:
        return ec2.CfnSecurityGroup(
            self,
            construct_id,
            vpc_id=self._vpc_id,
            group_description=description,
            security_group_ingress=list(ingress) or None,
            security_group_egress=list(egress),
            tags=[CfnTag(key=TAG[0], value=TAG[1])],
        ).attr_group_id


def _from_group(group: str, port: int, description: str) -> _Ingress:
    return _Ingress(
        ip_protocol="tcp", from_port=port, to_port=port, source_security_group_id=group, description=description
    )


def _tcp_to(cidr: str, port: int, description: str) -> _Egress:
    return _Egress(ip_protocol="tcp", from_port=port, to_port=port, cidr_ip=cidr, description=description)
