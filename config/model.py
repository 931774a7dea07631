"""What an environment can be configured to be.

Every key is required and every number is bounded: a misspelt, forgotten or impossible value fails before synthesis
begins. A stack receives its own slice and nothing else.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from config.base import Days, Frozen, FunctionConfig, LifecycleConfig, LogRetentionDays, RuntimeConfig
from config.bi import BiConfig
from config.emr import EmrConfig
from config.labeling import LabelingConfig

Zone = Literal["raw", "curated", "analytics"]
Team = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,30}$")]
Cidr = Annotated[str, StringConstraints(pattern=r"^10\.\d{1,3}\.0\.0/16$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$")]
# Six fields, as AWS writes them: minutes, hours, day of month, month, day of week, year.
Cron = Annotated[str, StringConstraints(pattern=r"^cron\(\S+( \S+){5}\)$")]
Schedule = Annotated[str, StringConstraints(pattern=r"^(none|cron\(\S+( \S+){5}\))$")]

# The team in whose workgroup QuickSight asks.
BI_TEAM = "bi"


class EnvironmentConfig(Frozen):
    """Where the lake lives, who pays for it and whether its data may be destroyed."""

    name: Literal["laptop", "dev", "staging", "prod"]
    account: Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    owner: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
    cost_center: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
    retain_data: bool
    # The name of a policy that bounds every role of the lake (delivery/accounts/access.yaml makes one), or "none".
    permissions_boundary: Annotated[str, StringConstraints(pattern=r"^[\w+=,.@-]{1,128}$")]

    @property
    def has_placeholder_account(self) -> bool:
        """Tell whether the account is one digit twelve times, as this repository writes it for others to replace.

        The laptop's emulator has the account of twelve zeros, which is meant.
        """
        return len(set(self.account)) == 1 and self.name != "laptop"


class NetworkConfig(Frozen):
    """Private network; `nat_gateways = 0` leaves it without a path to the internet."""

    cidr: Cidr
    availability_zones: Annotated[tuple[str, ...], Field(min_length=2, max_length=3)]
    nat_gateways: Annotated[int, Field(ge=0, le=3)]
    interface_endpoints: tuple[
        Literal[
            "athena",
            "elasticmapreduce",
            "glue",
            "kms",
            "logs",
            "secretsmanager",
            "ssm",
            "ssmmessages",
            "states",
            "sts",
        ],
        ...,
    ]
    flow_log_retention_days: LogRetentionDays


class AccessPointConfig(Frozen):
    """One team's own entry to one zone."""

    team: Team
    zone: Zone
    vpc_only: bool


# Storage classes whose objects can be read at once.
_READABLE = {"STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR"}


class StorageConfig(Frozen):
    """Buckets, their key and the life of their objects."""

    key_rotation_days: Annotated[int, Field(ge=90, le=2560)]
    key_deletion_window_days: Annotated[int, Field(ge=7, le=30)]
    abort_upload_days: Annotated[int, Field(ge=1, le=30)]
    raw: LifecycleConfig
    curated: LifecycleConfig
    analytics: LifecycleConfig
    results: LifecycleConfig
    artifacts: LifecycleConfig
    failures: LifecycleConfig
    access_logs: LifecycleConfig
    # Certificates and packages that nodes of clusters fetch; only with EMR.
    cluster_files: LifecycleConfig
    # Workspaces of EMR Studio; only with it.
    notebooks: LifecycleConfig
    access_points: tuple[AccessPointConfig, ...]
    cloudtrail_data_events: bool

    @model_validator(mode="after")
    def _zones_stay_readable(self) -> Self:
        """Late data makes a job read old raw files again, and Glue skips objects that must be restored first."""
        for zone in ("raw", "curated", "analytics"):
            lifecycle: LifecycleConfig = getattr(self, zone)
            frozen = [step.storage_class for step in lifecycle.transitions if step.storage_class not in _READABLE]
            if frozen:
                raise ValueError(f"{zone}.transitions must be among {sorted(_READABLE)}; got {frozen}")
        return self


class WorkgroupConfig(Frozen):
    """A team's Athena workgroup and what the team may read and write."""

    team: Team
    # Athena accepts a limit of 10 MB (0.0094 GiB) or more.
    scan_limit_gib: Annotated[float, Field(ge=0.01, le=7168)]
    readable_zones: Annotated[tuple[Zone, ...], Field(min_length=1)]
    writable_zones: tuple[Zone, ...]
    reads_quarantine: bool
    # Whether people take the team's role; a service brings its own.
    for_people: bool

    @model_validator(mode="after")
    def _reads_what_it_writes(self) -> Self:
        blind = sorted(set(self.writable_zones) - set(self.readable_zones))
        if blind:
            raise ValueError(f"writable_zones must be among readable_zones {self.readable_zones}; got also {blind}")
        return self


class QueryConfig(Frozen):
    """Athena for teams."""

    workgroups: Annotated[tuple[WorkgroupConfig, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _one_workgroup_per_team(self) -> Self:
        teams = [workgroup.team for workgroup in self.workgroups]
        if len(set(teams)) < len(teams):
            raise ValueError(f"workgroups must be of different teams; got {teams}")
        return self


class AlertsConfig(Frozen):
    """Who hears of trouble, and what the lake may cost."""

    # A budget notifies ten addresses at most.
    emails: Annotated[tuple[Email, ...], Field(max_length=10)]
    monthly_budget_usd: Annotated[int, Field(ge=1, le=1_000_000)]
    actual_threshold_percent: Annotated[int, Field(ge=1, le=100)]
    forecast_threshold_percent: Annotated[int, Field(ge=1, le=200)]


class CatalogConfig(Frozen):
    """Crawlers and the encryption of metadata; a crawler with the schedule "none" runs when the pipeline starts it."""

    encrypt_catalog: bool
    event_driven_crawler: bool
    raw_crawler_schedule: Schedule
    access_logs_crawler_schedule: Schedule


class PipelineScheduleConfig(Frozen):
    """A daily, hourly, ... run over all tables of a product, besides the runs that new objects start.

    `compact` merges small files. It goes through the pipeline, because nothing else may write the tables meanwhile.
    """

    product: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    job: Literal["curate", "compact"]
    cron: Cron
    timezone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+(/[A-Za-z_]+)*$")]


class ProcessingConfig(Frozen):
    """Glue jobs and the pipelines that run them."""

    worker_type: Literal["G.1X", "G.2X", "G.4X", "G.8X"]
    max_workers: Annotated[int, Field(ge=2, le=299)]
    flex: bool
    # The task of the state machine that waits for a job gives up after 150 minutes.
    job_timeout_minutes: Annotated[int, Field(ge=5, le=120)]
    spark_ui: bool
    log_retention_days: LogRetentionDays
    stop_on_failed_quality: bool
    ledger_retention_days: Days
    # What starts a pipeline for each new raw object: a rule, the function `file_arrival`, or nothing.
    new_objects_start: Literal["rule", "function", "nothing"]
    # Products that only schedules start, because their objects are many and small.
    scheduled_only: tuple[str, ...]
    schedules: tuple[PipelineScheduleConfig, ...]
    glue_workflow: bool
    glue_workflow_schedule: Schedule

    @model_validator(mode="after")
    def _flexible_workers_are_small(self) -> Self:
        """https://docs.aws.amazon.com/glue/latest/dg/add-job.html: Flex runs on G.1X and G.2X only."""
        if self.flex and self.worker_type not in ("G.1X", "G.2X"):
            raise ValueError(f"worker_type must be G.1X or G.2X where flex = true; got {self.worker_type}")
        return self

    @model_validator(mode="after")
    def _one_schedule_per_job(self) -> Self:
        jobs = [(schedule.product, schedule.job) for schedule in self.schedules]
        if len(set(jobs)) < len(jobs):
            raise ValueError(f"schedules must differ in product or job; got {jobs}")
        return self


class StreamConfig(Frozen):
    """The stream of events; `shards = 0` lets Kinesis choose (on-demand)."""

    shards: Annotated[int, Field(ge=0, le=200)]
    retention_hours: Annotated[int, Field(ge=24, le=8760)]
    # Each shard-level metric costs as a custom metric does.
    shard_metrics: tuple[
        Literal[
            "IncomingBytes",
            "IncomingRecords",
            "OutgoingBytes",
            "OutgoingRecords",
            "WriteProvisionedThroughputExceeded",
            "ReadProvisionedThroughputExceeded",
            "IteratorAgeMilliseconds",
        ],
        ...,
    ]


class ConsumerConfig(FunctionConfig):
    """A function that reads the stream. Lambda cuts a batch short where it would pass 6 MB."""

    batch_size: Annotated[int, Field(ge=1, le=10000)]
    batching_window_seconds: Annotated[int, Field(ge=0, le=300)]
    # Lambda accepts 1 to 10; events of one partition key stay in order with any.
    parallelization: Annotated[int, Field(ge=1, le=10)]
    maximum_retries: Annotated[int, Field(ge=1, le=100)]
    maximum_record_age_seconds: Annotated[int, Field(ge=60, le=604800)]


class LakeWriterConfig(ConsumerConfig):
    """The function that writes events to the lake."""

    parallel_writes: Annotated[int, Field(ge=1, le=50)]


class CountersConfig(ConsumerConfig):
    """The function that counts events by minute. With fan-out it has read throughput of its own, for a price."""

    # Lambda does not share the state of a window between concurrent batches of a shard.
    parallelization: Literal[1]
    window_seconds: Annotated[int, Field(ge=1, le=900)]
    retention_hours: Annotated[int, Field(ge=1, le=720)]
    enhanced_fan_out: bool


class ArchiveConfig(Frozen):
    """Firehose. It buffers at least 64 MiB where it partitions or converts."""

    buffer_mib: Annotated[int, Field(ge=64, le=128)]
    buffer_seconds: Annotated[int, Field(ge=60, le=900)]


class StreamAlarmsConfig(Frozen):
    """Limits beyond which an alarm of the stream rings."""

    iterator_age_seconds: Annotated[int, Field(ge=10, le=604800)]
    rejected_events_per_hour: Annotated[int, Field(ge=1, le=1_000_000_000)]


class IngestionConfig(Frozen):
    """Events by stream, and files that start pipelines by function."""

    enabled: bool
    starting_position: Literal["TRIM_HORIZON", "LATEST"]
    stream: StreamConfig
    runtime: RuntimeConfig
    to_lake: LakeWriterConfig
    counters: CountersConfig
    file_arrival: FunctionConfig
    archive: ArchiveConfig
    alarms: StreamAlarmsConfig

    @model_validator(mode="after")
    def _records_outlive_their_attempts(self) -> Self:
        """Require it: a record that the stream dropped can neither be tried again nor go to the failure destination."""
        for name in ("to_lake", "counters"):
            consumer: ConsumerConfig = getattr(self, name)
            age, kept = consumer.maximum_record_age_seconds, 3600 * self.stream.retention_hours
            if age >= kept:
                raise ValueError(f"{name}.maximum_record_age_seconds must be less than retention ({kept}); got {age}")
        return self

    @model_validator(mode="after")
    def _every_shard_finds_a_function(self) -> Self:
        for name in ("to_lake", "counters"):
            consumer: ConsumerConfig = getattr(self, name)
            needed = self.stream.shards * consumer.parallelization
            if 0 < consumer.reserved_concurrency < needed:
                raise ValueError(
                    f"{name}.reserved_concurrency must be 0 or at least shards * parallelization ({needed}); "
                    f"got {consumer.reserved_concurrency}"
                )
        return self

    @model_validator(mode="after")
    def _alarm_rings_before_records_are_given_up(self) -> Self:
        first = min(self.to_lake.maximum_record_age_seconds, self.counters.maximum_record_age_seconds)
        if self.alarms.iterator_age_seconds >= first:
            raise ValueError(
                f"alarms.iterator_age_seconds must be less than each maximum_record_age_seconds ({first}); "
                f"got {self.alarms.iterator_age_seconds}"
            )
        return self


class ObservabilityConfig(Frozen):
    """Dashboard and the limits beyond which an alarm rings."""

    dashboard: bool
    alarm_actions_enabled: bool
    athena_scanned_gib_per_day: Annotated[float, Field(ge=0.01, le=1_000_000)]
    failure_objects_per_day: Annotated[int, Field(ge=1, le=1_000_000)]


class LakeConfig(Frozen):
    """One environment of the lake."""

    environment: EnvironmentConfig
    network: NetworkConfig
    storage: StorageConfig
    query: QueryConfig
    alerts: AlertsConfig
    catalog: CatalogConfig
    processing: ProcessingConfig
    ingestion: IngestionConfig
    labeling: LabelingConfig
    bi: BiConfig
    observability: ObservabilityConfig
    emr: EmrConfig

    @model_validator(mode="after")
    def _function_that_starts_pipelines_is_there(self) -> Self:
        if self.processing.new_objects_start == "function" and not self.ingestion.enabled:
            raise ValueError('processing.new_objects_start = "function" needs ingestion.enabled = true')
        return self

    @model_validator(mode="after")
    def _nodes_reach_what_they_need(self) -> Self:
        """Require endpoints where nothing else leads out: a node that cannot reach a service waits until it fails."""
        if not self.emr.enabled or self.network.nat_gateways:
            return self
        needed = self.emr.endpoints - set(self.network.interface_endpoints)
        if needed:
            raise ValueError(
                f"network.interface_endpoints must have {sorted(self.emr.endpoints)} where emr.enabled = true and "
                f"nat_gateways = 0; {sorted(needed)} are missing"
            )
        return self

    @model_validator(mode="after")
    def _dashboards_ask_in_a_workgroup_of_their_own(self) -> Self:
        teams = [workgroup.team for workgroup in self.query.workgroups]
        if self.bi.enabled and BI_TEAM not in teams:
            raise ValueError(f"query.workgroups must have the team {BI_TEAM!r} where bi.enabled = true; got {teams}")
        return self

    @model_validator(mode="after")
    def _groups_are_made_where_identities_live(self) -> Self:
        """https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateGroup.html."""
        home, identities = self.environment.region, self.bi.identity_region
        if self.bi.enabled and self.bi.create_groups and home != identities:
            raise ValueError(
                f"bi.create_groups must be false where bi.identity_region ({identities}) is not environment.region "
                f"({home}): QuickSight keeps groups in the identity region, and a stack makes them in its own; "
                "docs/business-intelligence.md has the command that makes them"
            )
        return self

    @model_validator(mode="after")
    def _dashboards_find_athena_in_the_network(self) -> Self:
        endpoints = self.network.interface_endpoints
        if self.bi.enabled and self.bi.vpc_connection and "athena" not in endpoints:
            raise ValueError(
                f"network.interface_endpoints must have 'athena' where bi.vpc_connection = true; got {list(endpoints)}"
            )
        return self

    @model_validator(mode="after")
    def _availability_zones_are_in_the_region(self) -> Self:
        region = self.environment.region
        strangers = [zone for zone in self.network.availability_zones if zone[:-1] != region]
        if strangers:
            raise ValueError(f"network.availability_zones must be in {region}; got {strangers}")
        return self
