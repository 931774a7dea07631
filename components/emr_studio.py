"""EMR Studio: notebooks in the browser, for people of this account, on the lake's clusters.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-studio-service-role.html
"""

from collections.abc import Sequence
from functools import cached_property

import aws_cdk as cdk
from aws_cdk import aws_emr as emr
from aws_cdk import aws_s3 as s3
from constructs import Construct

from components.access import read_objects, use_key, write_objects
from components.acknowledge import acknowledge_wildcards
from components.arns import arn, bucket_name, key_arn
from components.emr_cluster import TAG
from components.emr_setup import EmrSettings
from components.emr_studio_access import EmrStudioAccess
from components.policy import Statement
from components.service_role import ServiceRole

_RESOURCE_TAG = {"StringEquals": {f"aws:ResourceTag/{TAG[0]}": TAG[1]}}
_REQUEST_TAG = {"StringEquals": {f"aws:RequestTag/{TAG[0]}": TAG[1]}}
_LOOK = [
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeTags",
    "ec2:DescribeVpcs",
]


class EmrStudio(Construct):
    """A studio whose people are those of IAM, with their workspaces in a bucket of its own."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: EmrSettings,
        notebooks: s3.IBucket,
        workspace_group: str,
        engine_group: str,
    ) -> None:
        super().__init__(scope, construct_id)
        statements = [
            *_attach(self, subnets=settings.subnets.ids, groups=[workspace_group, engine_group]),
            *read_objects(notebooks, [""]),
            *write_objects(notebooks, [""]),
            use_key(settings.zones.key),
        ]
        role = ServiceRole(
            self,
            "Role",
            description="EMR Studio: attaches workspaces to clusters and stores them",
            services=["elasticmapreduce.amazonaws.com"],
            policy_name="Workspaces",
            statements=statements,
        )
        acknowledge_wildcards(
            role,
            statements,
            because="people name their workspaces, interfaces have no names before they exist and are told by their "
            "tag, and what only looks has no resource",
            revisit_when="a workspace can be named beforehand",
        )
        self._studio = emr.CfnStudio(
            self,
            "Resource",
            name=cdk.Names.unique_resource_name(self, max_length=64, separator="-"),
            auth_mode="IAM",
            default_s3_location=f"s3://{bucket_name(notebooks)}/",
            encryption_key_arn=key_arn(settings.zones.key),
            service_role=role.arn,
            vpc_id=settings.subnets.vpc_id,
            # EMR Studio takes at most five.
            subnet_ids=list(settings.subnets.ids[:5]),
            workspace_security_group_id=workspace_group,
            engine_security_group_id=engine_group,
        )
        self._access = EmrStudioAccess(
            self, "People", studio_arn=self._studio.attr_arn, service_role=role.arn, notebooks=notebooks
        )

    @property
    def policy_arn(self) -> str:
        """The policy that lets people in."""
        return self._access.policy.ref

    @cached_property
    def url(self) -> str:
        """Where people go."""
        return self._studio.attr_url


def _attach(scope: Construct, *, subnets: Sequence[str], groups: Sequence[str]) -> list[Statement]:
    """Connect a workspace with a cluster, by network interfaces of its own."""
    interfaces = arn(scope, "ec2", "network-interface/*")
    places = [
        *(arn(scope, "ec2", f"subnet/{subnet}") for subnet in subnets),
        *(arn(scope, "ec2", f"security-group/{group}") for group in groups),
    ]
    group_arns = places[len(subnets) :]
    return [
        Statement(
            actions=[
                "elasticmapreduce:DescribeCluster",
                "elasticmapreduce:ListInstances",
                "elasticmapreduce:ListSteps",
            ],
            resources=[arn(scope, "elasticmapreduce", "cluster/*")],
        ),
        Statement(actions=["ec2:CreateNetworkInterface"], resources=places),
        Statement(actions=["ec2:CreateNetworkInterface"], resources=[interfaces], conditions=_REQUEST_TAG),
        Statement(
            actions=["ec2:CreateTags"],
            resources=[interfaces],
            conditions={"StringEquals": {"ec2:CreateAction": "CreateNetworkInterface"}},
        ),
        Statement(
            actions=[
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
            ],
            resources=[interfaces],
            conditions=_RESOURCE_TAG,
        ),
        Statement(
            actions=["ec2:ModifyNetworkInterfaceAttribute"],
            resources=[interfaces, arn(scope, "ec2", "instance/*"), *group_arns],
            conditions=_RESOURCE_TAG,
        ),
        Statement(
            actions=[
                "ec2:AuthorizeSecurityGroupEgress",
                "ec2:AuthorizeSecurityGroupIngress",
                "ec2:RevokeSecurityGroupEgress",
                "ec2:RevokeSecurityGroupIngress",
            ],
            resources=group_arns,
        ),
        Statement(actions=_LOOK, resources=["*"]),
    ]
