"""What the text pipeline must be allowed to run its steps on either engine.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-serverless.html
"""

from constructs import IConstruct

from components.arns import arn
from components.emr_cluster import TAG
from components.policy import Statement

_WATCH = ["events:PutTargets", "events:PutRule", "events:DescribeRule"]


def run_on_cluster(scope: IConstruct, *, service_role: str, node_role: str, step_role: str | None) -> list[Statement]:
    """Start clusters that carry the lake's tag, give them steps, ask them why, and end them."""
    cleanup = arn(scope, "iam", "role/aws-service-role/elasticmapreduce.amazonaws.com/*", region="")
    clusters = arn(scope, "elasticmapreduce", "cluster/*")
    return [
        # A cluster that does not exist yet has no ARN; it must ask for the tag by which everything else is allowed.
        Statement(
            actions=["elasticmapreduce:RunJobFlow"],
            resources=["*"],
            conditions={"StringEquals": {f"elasticmapreduce:RequestTag/{TAG[0]}": TAG[1]}},
        ),
        Statement(
            actions=[
                "elasticmapreduce:AddTags",
                "elasticmapreduce:CancelSteps",
                "elasticmapreduce:DescribeCluster",
                "elasticmapreduce:DescribeStep",
                "elasticmapreduce:ListSteps",
                "elasticmapreduce:TerminateJobFlows",
            ],
            resources=[clusters],
        ),
        # The roles that a step may take: https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-steps-runtime-roles.html
        Statement(
            actions=["elasticmapreduce:AddJobFlowSteps"],
            resources=[clusters],
            conditions={"StringEquals": {"elasticmapreduce:ExecutionRoleArn": step_role}} if step_role else None,
        ),
        Statement(actions=["elasticmapreduce:ListClusters"], resources=["*"]),
        _pass_role(service_role, "elasticmapreduce.amazonaws.com"),
        _pass_role(node_role, "ec2.amazonaws.com"),
        _watch(
            scope,
            "GetEventForEMRRunJobFlowRule",
            "GetEventForEMRAddJobFlowStepsRule",
            "GetEventForEMRTerminateJobFlowsRule",
        ),
        Statement(
            actions=["iam:CreateServiceLinkedRole"],
            resources=[cleanup],
            conditions={"StringEquals": {"iam:AWSServiceName": "elasticmapreduce.amazonaws.com"}},
        ),
    ]


def run_on_serverless(scope: IConstruct, *, application_id: str, job_role: str) -> list[Statement]:
    """Start job runs of one application, with one role, and watch and cancel them."""
    application = arn(scope, "emr-serverless", f"/applications/{application_id}")
    return [
        Statement(actions=["emr-serverless:StartJobRun"], resources=[application]),
        Statement(
            actions=["emr-serverless:GetJobRun", "emr-serverless:CancelJobRun"],
            resources=[f"{application}/jobruns/*"],
        ),
        _pass_role(job_role, "emr-serverless.amazonaws.com"),
        _watch(scope, "GetEventsForEMRServerlessJobRule"),
    ]


def _watch(scope: IConstruct, *rules: str) -> Statement:
    """Let Step Functions hear of the end of what it waits for, by rules that it makes and names itself."""
    return Statement(actions=_WATCH, resources=[arn(scope, "events", f"rule/StepFunctions{rule}") for rule in rules])


def _pass_role(role: str, service: str) -> Statement:
    return Statement(
        actions=["iam:PassRole"], resources=[role], conditions={"StringEquals": {"iam:PassedToService": service}}
    )
