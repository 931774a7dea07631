"""Labeling: who labels, by what rules, and what it may cost."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from config.base import Frozen, FunctionConfig, LifecycleConfig, RuntimeConfig

TaskName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
# What the lake may declare objects to be free of.
Content = Literal["FreeOfPersonallyIdentifiableInformation", "FreeOfAdultContent"]


class PrivateWorkforceConfig(Frozen):
    """The people of one's own: an account has one private workforce in a region, so one environment makes it.

    `create = false` joins the workforce that is there, whose pool and client are then named.
    """

    create: bool
    name: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9]([a-zA-Z0-9-]){0,62}$")]
    user_pool_id: Annotated[str, StringConstraints(pattern=r"^([a-z]{2}(-[a-z]+)+-\d_[0-9A-Za-z]+)?$")]
    client_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{0,128}$")]
    multi_factor: Literal["OFF", "OPTIONAL", "ON"]
    temporary_password_days: Annotated[int, Field(ge=1, le=90)]

    @model_validator(mode="after")
    def _a_workforce_is_created_or_named(self) -> Self:
        named = bool(self.user_pool_id), bool(self.client_id)
        if set(named) != {not self.create}:
            raise ValueError(
                "user_pool_id and client_id must be given where create = false, and be empty where create = true; "
                f"got create = {self.create}, {self.user_pool_id!r} and {self.client_id!r}"
            )
        return self


class PublicWorkforceConfig(Frozen):
    """Amazon Mechanical Turk: what a task pays, and that nothing private is shown."""

    # https://aws.amazon.com/sagemaker/groundtruth/pricing/ lists what AWS proposes: from 0.012 USD.
    price_tenth_cents: Annotated[int, Field(ge=12, le=2999)]
    content: tuple[Content, ...]


class PrelabelConfig(Frozen):
    """Services that may answer in place of people, for tasks that name them, if they are sure enough."""

    rekognition: bool
    # A custom classifier whose classes are the task's categories; empty if there is none.
    comprehend_endpoint_arn: Annotated[str, StringConstraints(pattern=r"^(arn:aws[a-z-]*:comprehend:.+)?$")]
    confidence: Annotated[float, Field(ge=0.5, le=1)]


class LabelingPricesConfig(Frozen):
    """What the cost report reckons with; AWS bills by its own list."""

    object_usd: Annotated[float, Field(ge=0, le=100)]
    # What an answer of a worker costs: the public price, a vendor's, or what one's own people earn in the time.
    answer_usd: Annotated[float, Field(ge=0, le=1000)]


class LabelingAlarmsConfig(Frozen):
    """Limits beyond which an alarm of labeling rings."""

    unlabeled_objects_per_day: Annotated[int, Field(ge=1, le=1_000_000)]


class LabelingConfig(Frozen):
    """Labeling jobs of SageMaker Ground Truth."""

    enabled: bool
    workers: Literal["private", "vendor", "public"]
    vendor_workteam_arn: Annotated[str, StringConstraints(pattern=r"^(arn:aws[a-z-]*:sagemaker:.+:workteam/.+)?$")]
    # Whether tasks that allow it are labeled by machine in part.
    automated: bool
    # Tasks whose objects may come one by one, through a topic.
    streaming_tasks: tuple[TaskName, ...]
    objects_per_job: Annotated[int, Field(ge=1, le=100_000)]
    private: PrivateWorkforceConfig
    public: PublicWorkforceConfig
    prelabel: PrelabelConfig
    prices: LabelingPricesConfig
    objects: LifecycleConfig
    unfinished_upload_days: Annotated[int, Field(ge=1, le=30)]
    runtime: RuntimeConfig
    pre_annotation: FunctionConfig
    post_annotation: FunctionConfig
    manifest: FunctionConfig
    results: FunctionConfig
    alarms: LabelingAlarmsConfig

    @model_validator(mode="after")
    def _a_vendor_is_named(self) -> Self:
        if (self.workers == "vendor") != bool(self.vendor_workteam_arn):
            raise ValueError(
                'vendor_workteam_arn must be given where workers = "vendor", and only there; '
                f"got {self.workers} and {self.vendor_workteam_arn!r}"
            )
        return self

    @model_validator(mode="after")
    def _strangers_see_nothing_private(self) -> Self:
        """https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-management-public.html."""
        if self.workers == "public" and len(set(self.public.content)) < 2:
            raise ValueError(
                'public.content must declare objects free of private and of adult content where workers = "public"; '
                f"got {self.public.content}"
            )
        return self

    @model_validator(mode="after")
    def _functions_end_before_ground_truth_gives_up(self) -> Self:
        """https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html."""
        if self.pre_annotation.timeout_seconds > 60:
            raise ValueError(
                f"pre_annotation.timeout_seconds must be at most 60: an object must not keep a job waiting; "
                f"got {self.pre_annotation.timeout_seconds}"
            )
        return self
