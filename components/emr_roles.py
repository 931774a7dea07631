"""What EMR, its nodes and its steps may do: the table of least privilege of the cluster.

They replace AmazonEMRServicePolicy_v2 and AmazonElasticMapReduceforEC2Role. The actions and conditions are those of the
first (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEMRServicePolicy_v2.html), on this lake's
subnets and groups instead of all tagged ones, without placement groups, reservations and custom automatic scaling.
"""

from collections.abc import Sequence

from constructs import IConstruct

from components.arns import arn, home
from components.emr_cluster import TAG
from components.policy import Statement

_RESOURCE_TAG = {"StringEquals": {f"aws:ResourceTag/{TAG[0]}": TAG[1]}}
_REQUEST_TAG = {"StringEquals": {f"aws:RequestTag/{TAG[0]}": TAG[1]}}
_LAUNCH = ["ec2:RunInstances", "ec2:CreateFleet"]
_TEMPLATES = ["ec2:CreateLaunchTemplate", "ec2:CreateLaunchTemplateVersion"]
_LOOK = [
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeCapacityReservations",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeImages",
    "ec2:DescribeInstances",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribePlacementGroups",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVolumes",
    "ec2:DescribeVolumeStatus",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
]


def launch_nodes(
    scope: IConstruct, *, subnets: Sequence[str], groups: Sequence[str], instance_role: str, key_arn: str
) -> list[Statement]:
    """Let EMR start, tag and end the nodes of a cluster, in these subnets and groups, with this role."""
    places = [
        *(arn(scope, "ec2", f"subnet/{subnet}") for subnet in subnets),
        *(arn(scope, "ec2", f"security-group/{group}") for group in groups),
    ]
    interfaces, templates = arn(scope, "ec2", "network-interface/*"), arn(scope, "ec2", "launch-template/*")
    nodes = [arn(scope, "ec2", "instance/*"), arn(scope, "ec2", "volume/*")]
    here = home(scope)
    return [
        Statement(actions=["ec2:CreateNetworkInterface", *_LAUNCH, *_TEMPLATES], resources=places),
        Statement(
            actions=[*_LAUNCH, "ec2:CreateLaunchTemplateVersion"], resources=[templates], conditions=_RESOURCE_TAG
        ),
        Statement(actions=["ec2:CreateLaunchTemplate"], resources=[templates], conditions=_REQUEST_TAG),
        Statement(actions=_LAUNCH, resources=nodes, conditions=_REQUEST_TAG),
        Statement(
            actions=[*_LAUNCH, *_TEMPLATES],
            resources=[
                interfaces,
                arn(scope, "ec2", "fleet/*"),
                f"arn:{here.partition}:ec2:{here.region}::image/ami-*",
            ],
        ),
        Statement(actions=["ec2:CreateNetworkInterface"], resources=[interfaces], conditions=_REQUEST_TAG),
        Statement(
            actions=["ec2:CreateTags"],
            resources=[interfaces, templates, *nodes],
            conditions={
                "StringEquals": {
                    "ec2:CreateAction": [
                        "RunInstances",
                        "CreateFleet",
                        "CreateLaunchTemplate",
                        "CreateNetworkInterface",
                    ]
                }
            },
        ),
        Statement(
            actions=[
                "ec2:CreateTags",
                "ec2:DeleteLaunchTemplate",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteTags",
                "ec2:ModifyInstanceAttribute",
                "ec2:TerminateInstances",
            ],
            resources=[interfaces, templates, *nodes],
            conditions=_RESOURCE_TAG,
        ),
        # EMR completes the rules that its nodes need among each other.
        Statement(
            actions=[
                "ec2:AuthorizeSecurityGroupEgress",
                "ec2:AuthorizeSecurityGroupIngress",
                "ec2:RevokeSecurityGroupEgress",
                "ec2:RevokeSecurityGroupIngress",
            ],
            resources=[arn(scope, "ec2", f"security-group/{group}") for group in groups],
        ),
        Statement(actions=_LOOK, resources=["*"]),
        Statement(
            actions=["iam:PassRole"],
            resources=[instance_role],
            conditions={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
        Statement(
            actions=["iam:CreateServiceLinkedRole"],
            resources=[arn(scope, "iam", "role/aws-service-role/spot.amazonaws.com/*", region="")],
            conditions={"StringEquals": {"iam:AWSServiceName": "spot.amazonaws.com"}},
        ),
        *encrypt_disks(key_arn),
    ]


def encrypt_disks(key_arn: str) -> list[Statement]:
    """Encrypt volumes with the key: EC2 takes a grant for each.

    https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-encryption-enable.html#emr-encryption-create-keys
    """
    return [
        Statement(
            actions=[
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
            resources=[key_arn],
        ),
        Statement(
            actions=["kms:CreateGrant"],
            resources=[key_arn],
            conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]


def reach_by_session_manager(scope: IConstruct) -> list[Statement]:
    """Let people in through SSM. Replaces AmazonSSMManagedInstanceCore, which also reads all parameters.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
    """
    return [
        Statement(actions=["ssm:UpdateInstanceInformation"], resources=[arn(scope, "ec2", "instance/*")]),
        Statement(
            actions=[
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ],
            resources=["*"],
        ),
    ]
