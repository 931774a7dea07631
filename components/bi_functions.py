"""The functions of business intelligence: one gives addresses of dashboards, one counts what the lake's work costs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from components.access import write_objects
from components.arns import arn, bucket_name, home
from components.failed_events import may_report
from components.function_packages import powertools_files, shared_layer
from components.function_schedule import FunctionSchedule
from components.policy import Statement
from components.spark_job import SparkJob
from components.stream_function import FunctionParts, StreamFunction
from components.team_access import workgroup_name
from components.zones import Zones
from config.bi import BiConfig
from dashboards.model import Collection, Dashboard

USAGE_TABLE = "usage"


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is counted: the workgroups, by team, and the jobs, by name; and where calls go that were not delivered."""

    teams: Sequence[str]
    jobs: Mapping[str, SparkJob]
    undelivered: sqs.IQueue
    undelivered_key: kms.IKey


class BiFunctions(Construct):
    """Both functions, and the schedule of the second."""

    def __init__(
        self, scope: Construct, construct_id: str, *, config: BiConfig, collection: Collection, zones: Zones, work: Work
    ) -> None:
        super().__init__(scope, construct_id)
        self._config, self._zones = config, zones
        self._parts = FunctionParts(
            key=zones.key,
            layer=shared_layer(self, architecture=config.runtime.architecture, files=powertools_files()),
            config=config.runtime,
        )
        self.dashboard_url = self._dashboard_url(collection)
        self.usage_history = self._usage_history(work)

    def _dashboard_url(self, collection: Collection) -> StreamFunction:
        config, here = self._config, home(self)
        open_to_all = session_tags(collection, config.embedding.anonymous)
        return StreamFunction(
            self,
            "DashboardUrl",
            package="dashboard_url",
            description="Gives the address under which somebody may see a dashboard in a page",
            config=config.dashboard_url,
            parts=self._parts,
            environment={
                "PARTITION": here.partition,
                "ACCOUNT": here.account,
                "IDENTITY_REGION": config.identity_region,
                "NAMESPACE": config.namespace,
                "DASHBOARDS": ",".join(each.id for each in collection.dashboards),
                "ANONYMOUS": json.dumps(open_to_all),
                "DOMAINS": ",".join(config.embedding.domains),
                "SESSION_MINUTES": str(config.embedding.session_minutes),
            },
            statements=[
                self._embed("RegisteredUser", self._users(), [each.id for each in collection.dashboards]),
                *([self._embed("AnonymousUser", self._namespace(), list(open_to_all))] if open_to_all else []),
            ],
        )

    def _embed(self, whom: str, principals: str, dashboards: Sequence[str]) -> Statement:
        """Make addresses for people of the namespace and some dashboards, in pages of the configured domains only.

        https://docs.aws.amazon.com/quicksight/latest/user/embedded-analytics-dashboards-for-authenticated-users-step-1.html
        """
        domains = self._config.embedding.domains
        return Statement(
            actions=[f"quicksight:GenerateEmbedUrlFor{whom}"],
            resources=[principals, *(arn(self, "quicksight", f"dashboard/{each}") for each in dashboards)],
            conditions={"ForAllValues:StringEquals": {"quicksight:AllowedEmbeddingDomains": list(domains)}}
            if domains
            else None,
        )

    def _users(self) -> str:
        return arn(self, "quicksight", f"user/{self._config.namespace}/*", region=self._config.identity_region)

    def _namespace(self) -> str:
        return arn(self, "quicksight", f"namespace/{self._config.namespace}")

    def _usage_history(self, work: Work) -> StreamFunction:
        config, analytics = self._config.usage, self._zones.analytics
        groups = [workgroup_name(team) for team in work.teams]
        function = StreamFunction(
            self,
            "UsageHistory",
            package="usage_history",
            description="Counts queries and job runs, and what they cost",
            config=self._config.usage_history,
            parts=self._parts,
            environment={
                "BUCKET": bucket_name(analytics),
                "PREFIX": USAGE_TABLE,
                "WORKGROUPS": ",".join(groups),
                "JOBS": ",".join(f"{name}={job.name}" for name, job in work.jobs.items()),
                "ATHENA_USD_PER_TIB": str(config.athena_usd_per_tib),
                "GLUE_USD_PER_DPU_HOUR": str(config.glue_usd_per_dpu_hour),
                "GLUE_FLEX_USD_PER_DPU_HOUR": str(config.glue_flex_usd_per_dpu_hour),
            },
            statements=[
                Statement(
                    actions=["athena:BatchGetQueryExecution", "athena:ListQueryExecutions"],
                    resources=[arn(self, "athena", f"workgroup/{name}") for name in groups],
                ),
                Statement(actions=["glue:GetJobRuns"], resources=[job.arn for job in work.jobs.values()]),
                *write_objects(analytics, [USAGE_TABLE]),
                *may_report(work.undelivered, work.undelivered_key),
            ],
        )
        FunctionSchedule(
            self,
            "UsageSchedule",
            function=function,
            description="Regularly count queries and job runs",
            expression=f"rate({config.interval})",
            key=self._zones.key,
            undelivered=work.undelivered,
            undelivered_key=work.undelivered_key,
        )
        return function


def session_tags(collection: Collection, dashboards: Sequence[str]) -> Mapping[str, list[str]]:
    """Give the tags that a session without a user needs, for each dashboard that it may see.

    Raises
    ------
    ValueError
        If there is no such dashboard, or nothing of it is restricted by tags: anybody would see all of it.
    """
    known = {each.name: each for each in collection.dashboards}
    strangers = sorted(set(dashboards) - set(known))
    if strangers:
        raise ValueError(f"bi.embedding.anonymous must be dashboards out of {sorted(known)}; got {strangers}")
    tags = {known[name].id: _tags(known[name]) for name in dashboards}
    bare = [dashboard for dashboard, needed in tags.items() if not needed]
    if bare:
        raise ValueError(
            f"bi.embedding.anonymous must be dashboards with a data set that has tags in row_access.toml; got {bare}"
        )
    return tags


def _tags(dashboard: Dashboard) -> list[str]:
    return sorted({tag for each in dashboard.data_sets if each.row_access for tag in each.row_access.tags})
