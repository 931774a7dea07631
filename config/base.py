"""What all slices of the configuration are made of, and what several have in common."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Days = Annotated[int, Field(ge=1, le=3650)]
# The retention periods that CloudWatch Logs accepts (PutRetentionPolicy).
LogRetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653]


class Frozen(BaseModel):
    """Immutable, strict base of every configuration slice."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class TransitionConfig(Frozen):
    """Move objects to a colder storage class at an age."""

    storage_class: Literal["STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"]
    after_days: Annotated[int, Field(ge=0, le=3650)]


# Days that S3 bills at least in each class; leaving earlier costs more than staying.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
_MINIMUM_STAY_DAYS = {"STANDARD_IA": 30, "INTELLIGENT_TIERING": 0, "GLACIER_IR": 90, "GLACIER": 90, "DEEP_ARCHIVE": 180}


class LifecycleConfig(Frozen):
    """The life of the objects of one bucket; `expire_days = 0` keeps current versions for ever."""

    transitions: tuple[TransitionConfig, ...]
    expire_days: Annotated[int, Field(ge=0, le=3650)]
    noncurrent_expire_days: Days

    @model_validator(mode="after")
    def _each_step_pays(self) -> Self:
        steps = [(step.storage_class, step.after_days) for step in self.transitions]
        leaving_days = [days for _, days in steps[1:]] + ([self.expire_days] if self.expire_days else [])
        for (storage_class, entered), left in zip(steps, leaving_days, strict=False):
            stay = _MINIMUM_STAY_DAYS[storage_class]
            if left < entered + max(stay, 1):
                raise ValueError(
                    f"objects must stay in {storage_class} for at least {stay} days; "
                    f"got entry at day {entered} and exit at day {left}"
                )
        for storage_class, entered in steps:
            if storage_class == "STANDARD_IA" and entered < 30:
                raise ValueError(f"S3 accepts a transition to STANDARD_IA from day 30 on; got day {entered}")
        return self


class RuntimeConfig(Frozen):
    """What all functions have in common."""

    architecture: Literal["arm64", "x86_64"]
    tracing: bool
    log_level: Literal["DEBUG", "INFO", "WARN", "ERROR"]
    log_retention_days: LogRetentionDays


class FunctionConfig(Frozen):
    """The size of a function; `reserved_concurrency = 0` reserves none."""

    memory_mib: Annotated[int, Field(ge=128, le=10240)]
    timeout_seconds: Annotated[int, Field(ge=3, le=900)]
    reserved_concurrency: Annotated[int, Field(ge=0, le=1000)]
