"""A Lambda function: everything about it is stated, and its role holds what it uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from components.access import use_key
from components.acknowledge import acknowledge, acknowledge_wildcards
from components.arns import key_arn
from components.function_packages import RUNTIME, function_code
from components.policy import Statement
from components.service_role import ServiceRole
from config.base import FunctionConfig, RuntimeConfig


@dataclass(frozen=True, kw_only=True)
class FunctionParts:
    """What all functions share."""

    key: kms.IKey
    layer: lambda_.CfnLayerVersion
    config: RuntimeConfig


class StreamFunction(Construct):
    """One package of `lambda/` as a function, with a role and a log group of its own.

    Parameters
    ----------
    package
        Folder of `lambda/`; its module `handler` has the entry `handle`.
    statements
        What the function may do besides using the lake's key and writing its log and its traces.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        package: str,
        description: str,
        config: FunctionConfig,
        parts: FunctionParts,
        environment: Mapping[str, str],
        statements: Sequence[Statement],
    ) -> None:
        super().__init__(scope, construct_id)
        log_group = logs.CfnLogGroup(
            self,
            "Logs",
            kms_key_id=key_arn(parts.key),
            retention_in_days=parts.config.log_retention_days,
        )
        log_group.apply_removal_policy(cdk.RemovalPolicy.DESTROY)
        everything = [*statements, use_key(parts.key), *_observe(log_group, traced=parts.config.tracing)]
        self.role = ServiceRole(
            self,
            "Role",
            description=description,
            services=["lambda.amazonaws.com"],
            policy_name="Access",
            statements=everything,
            own_account_only=False,
        )
        acknowledge_wildcards(
            self.role,
            everything,
            because="objects and streams of the log are named by the shard and the time, and traces have no resource",
            revisit_when="one of these can be named",
        )
        code = function_code(self, package)
        self._function = lambda_.CfnFunction(
            self,
            "Resource",
            description=description,
            runtime=RUNTIME,
            handler=f"{package}.handler.handle",
            architectures=[parts.config.architecture],
            code=lambda_.CfnFunction.CodeProperty(s3_bucket=code.s3_bucket_name, s3_key=code.s3_object_key),
            layers=[parts.layer.ref],
            role=self.role.arn,
            memory_size=config.memory_mib,
            timeout=config.timeout_seconds,
            reserved_concurrent_executions=config.reserved_concurrency or None,
            tracing_config=lambda_.CfnFunction.TracingConfigProperty(
                mode="Active" if parts.config.tracing else "PassThrough"
            ),
            logging_config=lambda_.CfnFunction.LoggingConfigProperty(
                log_group=log_group.ref,
                log_format="JSON",
                application_log_level=parts.config.log_level,
                system_log_level="INFO",
            ),
            environment=lambda_.CfnFunction.EnvironmentProperty(
                variables={
                    "POWERTOOLS_SERVICE_NAME": package,
                    "POWERTOOLS_LOG_LEVEL": parts.config.log_level,
                    **environment,
                }
            ),
        )
        acknowledge(
            self._function,
            "L1",
            because="the code is tested with the Python versions that the project supports, and this is the newest",
            revisit_when="pyproject.toml allows a newer Python",
        )

    @cached_property
    def name(self) -> str:
        """Name of the function."""
        return self._function.ref

    @cached_property
    def arn(self) -> str:
        """ARN of the function."""
        return self._function.attr_arn


def _observe(log_group: logs.CfnLogGroup, *, traced: bool) -> list[Statement]:
    """Write the own log and traces. Replaces AWSLambdaBasicExecutionRole, which may write every log."""
    statements = [Statement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group.attr_arn])]
    if traced:
        # Traces have no resource: https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
        statements.append(Statement(actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"]))
    return statements
