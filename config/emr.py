"""What the EMR stack of an environment can be configured to be.

The fleets' rules are AWS's own, which no linter knows: a cluster that breaks one is refused by the API at night, or
started without the nodes that were meant.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from config.base import Frozen, LogRetentionDays

# Sizes that a unit of capacity divides: an xlarge is one unit, a 4xlarge is four.
InstanceType = Annotated[str, StringConstraints(pattern=r"^[a-z]+[0-9]+[a-z]*\.[0-9]*xlarge$")]
# The releases that `emr-7.<minor>.<patch>` names: Spark 3.5 and Hadoop 3.4, which the steps are written for.
Release = Annotated[str, StringConstraints(pattern=r"^emr-7\.([89]|1[0-9])\.[0-9]$")]
Application = Literal["Flink", "HBase", "Hive", "Hue", "JupyterEnterpriseGateway", "Trino", "Zeppelin"]


class NodesConfig(Frozen):
    """The kinds of instances of one role, in order of preference; each must be able to stand for any other."""

    instance_types: Annotated[tuple[InstanceType, ...], Field(min_length=1, max_length=30)]
    ebs_gib: Annotated[int, Field(ge=32, le=16384)]

    @model_validator(mode="after")
    def _types_differ(self) -> Self:
        if len(set(self.instance_types)) < len(self.instance_types):
            raise ValueError(f"instance_types must differ; got {self.instance_types}")
        return self


class CoreConfig(NodesConfig):
    """Nodes that keep HDFS: always on demand, because what they hold goes with them."""

    # An xlarge is one unit, a 2xlarge two.
    units: Annotated[int, Field(ge=1, le=1000)]


class TaskConfig(NodesConfig):
    """Nodes that only compute; `spot_units = 0` and `on_demand_units = 0` start without any."""

    spot_units: Annotated[int, Field(ge=0, le=2000)]
    on_demand_units: Annotated[int, Field(ge=0, le=2000)]
    allocation: Literal["price-capacity-optimized", "capacity-optimized", "diversified", "lowest-price"]
    # EMR accepts 5 to 1,440 minutes.
    spot_timeout_minutes: Annotated[int, Field(ge=5, le=1440)]
    timeout_action: Literal["SWITCH_TO_ON_DEMAND", "TERMINATE_CLUSTER"]


class ScalingConfig(Frozen):
    """Managed scaling, in units of fleets or, with groups, in instances. The caps keep HDFS and drivers on demand."""

    minimum_units: Annotated[int, Field(ge=1, le=2000)]
    maximum_units: Annotated[int, Field(ge=1, le=2000)]
    maximum_core_units: Annotated[int, Field(ge=1, le=1000)]
    maximum_on_demand_units: Annotated[int, Field(ge=1, le=2000)]

    @model_validator(mode="after")
    def _caps_are_between_minimum_and_maximum(self) -> Self:
        if self.minimum_units > self.maximum_units:
            raise ValueError(
                f"minimum_units must not pass maximum_units ({self.maximum_units}); got {self.minimum_units}"
            )
        for name in ("maximum_core_units", "maximum_on_demand_units"):
            cap = getattr(self, name)
            if not self.minimum_units <= cap <= self.maximum_units:
                raise ValueError(f"{name} must be {self.minimum_units} to {self.maximum_units}; got {cap}")
        return self


class ClusterConfig(Frozen):
    """The one cluster of the lake: what it is made of, how it protects itself, and when it ends."""

    # A cluster for each run of the pipeline, or one that waits for work.
    life: Literal["transient", "long_running"]
    layout: Literal["fleets", "groups"]
    applications: tuple[Application, ...]
    primary: NodesConfig
    core: CoreConfig
    task: TaskConfig
    scaling: ScalingConfig
    # EMR accepts 1 minute to 7 days.
    idle_minutes: Annotated[int, Field(ge=1, le=10080)]
    step_concurrency: Annotated[int, Field(ge=1, le=256)]
    # Encryption between nodes takes certificates, which `make certificates` makes and stores.
    encryption_in_transit: bool
    authentication: Literal["none", "kerberos"]
    # Steps act as the instances' role, or each as a role of its own that Lake Formation knows.
    authorization: Literal["instance_profile", "lake_formation"]

    @model_validator(mode="after")
    def _groups_know_one_instance_type(self) -> Self:
        for name in ("primary", "core", "task"):
            nodes: NodesConfig = getattr(self, name)
            if self.layout == "groups" and len(nodes.instance_types) > 1:
                raise ValueError(
                    f'{name}.instance_types must be one where layout = "groups"; got {nodes.instance_types}'
                )
        return self

    @model_validator(mode="after")
    def _spot_can_choose(self) -> Self:
        """Require several pools for spot: with one type, one shortage takes all task nodes."""
        types = self.task.instance_types
        if self.layout == "fleets" and self.task.spot_units and len(types) < 3:
            raise ValueError(f"task.instance_types must be at least 3 where spot_units > 0; got {types}")
        return self

    @model_validator(mode="after")
    def _nodes_share_an_architecture(self) -> Self:
        """Require it: the packages of a wheelhouse are built for one architecture."""
        types = [*self.primary.instance_types, *self.core.instance_types, *self.task.instance_types]
        kinds = {architecture(name) for name in types}
        if len(kinds) > 1:
            raise ValueError(f"instance types must be of one architecture; got {sorted(types)}")
        return self

    @model_validator(mode="after")
    def _scaling_contains_the_start(self) -> Self:
        """https://docs.aws.amazon.com/emr/latest/ManagementGuide/managed-scaling-allocation-strategy.html."""
        scaling, task = self.scaling, self.task
        start = self.core.units + task.spot_units + task.on_demand_units
        if not scaling.minimum_units <= start <= scaling.maximum_units:
            raise ValueError(
                f"core and task units together must be {scaling.minimum_units} to {scaling.maximum_units} "
                f"(scaling); got {start}"
            )
        if self.core.units > scaling.maximum_core_units:
            raise ValueError(
                f"core.units must not pass scaling.maximum_core_units ({scaling.maximum_core_units}); "
                f"got {self.core.units}"
            )
        on_demand = self.core.units + task.on_demand_units
        if on_demand > scaling.maximum_on_demand_units:
            raise ValueError(
                f"core and task on-demand units must not pass scaling.maximum_on_demand_units "
                f"({scaling.maximum_on_demand_units}); got {on_demand}"
            )
        return self

    @property
    def architecture(self) -> Literal["ARM64", "X86_64"]:
        """The architecture of all nodes."""
        return architecture(self.primary.instance_types[0])

    @model_validator(mode="after")
    def _applications_differ(self) -> Self:
        if len(set(self.applications)) < len(self.applications):
            raise ValueError(f"applications must differ; got {self.applications}")
        return self

    @model_validator(mode="after")
    def _lake_formation_encrypts_between_nodes(self) -> Self:
        """https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-lf-enable.html."""
        if self.authorization == "lake_formation" and not self.encryption_in_transit:
            raise ValueError('encryption_in_transit must be true where authorization = "lake_formation"; got false')
        return self

    @model_validator(mode="after")
    def _one_identity_at_a_time(self) -> Self:
        """Runtime roles and Kerberos both say who a step is, and this lake tests each alone."""
        if self.authorization == "lake_formation" and self.authentication == "kerberos":
            raise ValueError('authentication must be "none" where authorization = "lake_formation"; got "kerberos"')
        return self

    @model_validator(mode="after")
    def _steps_of_a_run_share_a_cluster(self) -> Self:
        if self.life == "transient" and self.step_concurrency > 1:
            raise ValueError(
                f"step_concurrency must be 1 where life = 'transient': its steps need each other; "
                f"got {self.step_concurrency}"
            )
        return self


class ServerlessConfig(Frozen):
    """EMR Serverless for the same steps, on the architecture of the cluster: they share their Python packages."""

    enabled: bool
    maximum_vcpu: Annotated[int, Field(ge=4, le=4000)]
    maximum_memory_gib: Annotated[int, Field(ge=16, le=30000)]
    maximum_disk_gib: Annotated[int, Field(ge=20, le=200000)]
    # EMR accepts 1 minute to 7 days.
    idle_minutes: Annotated[int, Field(ge=1, le=10080)]


class StudioConfig(Frozen):
    """EMR Studio: notebooks for people, on the clusters of the lake."""

    enabled: bool


class TextConfig(Frozen):
    """The pipeline that indexes collections of documents."""

    # Steps read the corpus from S3, or from HDFS after S3DistCp has copied it there in few large files.
    corpus: Literal["s3", "hdfs"]


class EmrAlarmsConfig(Frozen):
    """Limits beyond which an alarm of the clusters rings."""

    hdfs_utilization_percent: Annotated[int, Field(ge=10, le=95)]
    yarn_memory_available_percent: Annotated[int, Field(ge=1, le=50)]
    # CloudWatch looks three hours back in the query that watches all clusters.
    idle_minutes: Annotated[int, Field(ge=5, le=180)]
    spot_interruptions_per_hour: Annotated[int, Field(ge=1, le=1000)]


class EmrConfig(Frozen):
    """EMR on EC2, EMR Serverless and EMR Studio."""

    enabled: bool
    release: Release
    log_retention_days: LogRetentionDays
    cluster: ClusterConfig
    serverless: ServerlessConfig
    studio: StudioConfig
    text: TextConfig
    alarms: EmrAlarmsConfig

    @property
    def endpoints(self) -> frozenset[str]:
        """The services that nodes call from a network without a way out; S3 has a gateway of its own."""
        # Glue for the catalog, KMS for the disks, and SSM for people.
        always = {"glue", "kms", "ssm", "ssmmessages"}
        # A runtime role is taken by STS.
        return frozenset(always | ({"sts"} if self.cluster.authorization == "lake_formation" else set()))

    @model_validator(mode="after")
    def _copied_corpus_stays_with_its_cluster(self) -> Self:
        """Runtime roles cover Spark and Hive, not S3DistCp, and Serverless has no HDFS."""
        if self.text.corpus == "hdfs" and self.cluster.authorization == "lake_formation":
            raise ValueError('text.corpus must be "s3" where cluster.authorization = "lake_formation"; got "hdfs"')
        return self

    @model_validator(mode="after")
    def _studio_has_its_gateway(self) -> Self:
        applications = self.cluster.applications
        if self.studio.enabled and "JupyterEnterpriseGateway" not in applications:
            raise ValueError(
                "cluster.applications must have JupyterEnterpriseGateway where studio.enabled = true; "
                f"got {applications}"
            )
        return self


def architecture(instance_type: str) -> Literal["ARM64", "X86_64"]:
    """Tell the architecture of an instance type: the letters after the generation of Graviton begin with a g."""
    family = instance_type.partition(".")[0]
    after_generation = family.lstrip("abcdefghijklmnopqrstuvwxyz").lstrip("0123456789")
    return "ARM64" if after_generation.startswith("g") or family == "a1" else "X86_64"


def units(instance_type: str) -> int:
    """Tell how many units of a fleet's capacity an instance is worth: one for four vCPUs of most families."""
    return int(instance_type.partition(".")[2].removesuffix("xlarge") or 1)
