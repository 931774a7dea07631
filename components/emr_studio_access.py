"""What a person may do in EMR Studio: a policy for any role (docs/decisions/0005-teams-get-policies.md).

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-studio-user-permissions.html lists the actions.
"""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from components.acknowledge import acknowledge_wildcards
from components.arns import arn, bucket_arn
from components.policy import Statement, document

_WORKSPACES = [
    "elasticmapreduce:AttachEditor",
    "elasticmapreduce:CreateEditor",
    "elasticmapreduce:DeleteEditor",
    "elasticmapreduce:DescribeEditor",
    "elasticmapreduce:DetachEditor",
    "elasticmapreduce:OpenEditorInConsole",
    "elasticmapreduce:StartEditor",
    "elasticmapreduce:StopEditor",
]
_CLUSTERS = [
    "elasticmapreduce:DescribeCluster",
    "elasticmapreduce:ListBootstrapActions",
    "elasticmapreduce:ListInstanceFleets",
    "elasticmapreduce:ListInstanceGroups",
    "elasticmapreduce:ListSteps",
]


class EmrStudioAccess(Construct):
    """A managed policy that lets people into one studio, to make workspaces and attach them to clusters."""

    def __init__(
        self, scope: Construct, construct_id: str, *, studio_arn: str, service_role: str, notebooks: s3.IBucket
    ) -> None:
        super().__init__(scope, construct_id)
        editors, clusters = arn(self, "elasticmapreduce", "editor/*"), arn(self, "elasticmapreduce", "cluster/*")
        statements = [
            Statement(
                actions=["elasticmapreduce:CreateStudioPresignedUrl", "elasticmapreduce:DescribeStudio"],
                resources=[studio_arn],
            ),
            Statement(actions=_WORKSPACES, resources=[editors, clusters, studio_arn]),
            Statement(actions=_CLUSTERS, resources=[clusters]),
            Statement(
                actions=[
                    "elasticmapreduce:ListClusters",
                    "elasticmapreduce:ListEditors",
                    "elasticmapreduce:ListStudios",
                ],
                resources=["*"],
            ),
            # Workspaces are read and written by the studio's role; people see that the place is there.
            Statement(actions=["s3:GetBucketLocation", "s3:ListBucket"], resources=[bucket_arn(notebooks)]),
            Statement(
                actions=["iam:PassRole"],
                resources=[service_role],
                conditions={"StringEquals": {"iam:PassedToService": "elasticmapreduce.amazonaws.com"}},
            ),
        ]
        self.policy = iam.CfnManagedPolicy(
            self,
            "Policy",
            description="EMR Studio: workspaces, and clusters to attach them to",
            policy_document=document(statements),
        )
        acknowledge_wildcards(
            self.policy,
            statements,
            because="workspaces and clusters have ids that nobody knows before, and lists have no resource",
            revisit_when="a person's workspaces can be told by the person in every action",
        )
