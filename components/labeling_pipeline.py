"""The workflow of labels: its state machine and its role."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from components.access import observe_executions
from components.acknowledge import acknowledge_wildcards
from components.assets import stored_file
from components.policy import Statement
from components.service_role import ServiceRole
from components.state_machine import look_at_siblings, new_state_machine

_DEFINITION = Path(__file__).parent.parent / "pipelines" / "labeling.asl.json"


class LabelingPipeline(Construct):
    """One state machine over `pipelines/labeling.asl.json`, for all tasks.

    Parameters
    ----------
    substitutions
        What the definition's `${...}` stand for.
    statements
        What its steps may do.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        log_group: logs.CfnLogGroup,
        substitutions: Mapping[str, str],
        statements: Sequence[Statement],
    ) -> None:
        super().__init__(scope, construct_id)
        steps = [*statements, observe_executions()]
        self._role = ServiceRole(
            self,
            "Role",
            description="Workflow of labels",
            services=["states.amazonaws.com"],
            policy_name="Steps",
            statements=steps,
        )
        acknowledge_wildcards(
            self._role,
            steps,
            because="a labeling job is called by what it labels, objects to label may come from any table that people "
            "read, files have no fixed names, Step Functions names the rule that tells it of jobs, and the delivery of "
            "logs and traces has no resource",
            revisit_when="one of these can be named",
        )
        self._machine = new_state_machine(
            self,
            role=self._role,
            definition=stored_file(self, "Definition", _DEFINITION),
            substitutions=substitutions,
            log_group=log_group,
            key=key,
        )
        look_at_siblings(self, self._machine, self._role)

    @cached_property
    def arn(self) -> str:
        """ARN of the state machine."""
        return self._machine.ref
