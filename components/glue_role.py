"""The role of a Glue crawler, job or evaluation: its own access, and what Glue does in its name."""

from collections.abc import Sequence

from constructs import Construct

from components.acknowledge import acknowledge_wildcards
from components.arns import arn
from components.policy import Statement
from components.service_role import ServiceRole


class GlueRole(ServiceRole):
    """A role for Glue of this account only.

    It replaces the managed policy AWSGlueServiceRole, which allows every Glue action and every bucket named
    `aws-glue-*` (https://docs.aws.amazon.com/glue/latest/dg/create-service-policy.html).

    Parameters
    ----------
    metric_namespace
        The one CloudWatch namespace that the role may publish to.
    statements
        What the role may do besides writing its logs and metrics.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        description: str,
        statements: Sequence[Statement],
        metric_namespace: str = "Glue",
    ) -> None:
        everything = [*statements, *_service_statements(scope, metric_namespace)]
        super().__init__(
            scope,
            construct_id,
            description=description,
            services=["glue.amazonaws.com"],
            policy_name="Access",
            statements=everything,
        )
        acknowledge_wildcards(
            self,
            everything,
            because="the files of a table have no fixed names, Glue itself names the groups and streams of its logs, "
            "and metrics, classifiers and security configurations have no ARN",
            revisit_when="Glue lets one of these be named",
        )


def _service_statements(scope: Construct, metric_namespace: str) -> list[Statement]:
    return [
        Statement(
            actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:AssociateKmsKey"],
            resources=[arn(scope, "logs", "log-group:/aws-glue/*")],
        ),
        Statement(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": metric_namespace}},
        ),
        Statement(actions=["glue:GetSecurityConfiguration"], resources=["*"]),
    ]
