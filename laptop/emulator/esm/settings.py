"""What an event source mapping is set to, and its limits. Pure.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]

FOREVER: Final = -1

# "up to 6 MB": the limit of a synchronous invocation, which the whole event must fit.
PAYLOAD_LIMIT_BYTES: Final = 6 * 1024 * 1024

_DEFAULTS: Final[Json] = {
    "BatchSize": 100,
    "MaximumBatchingWindowInSeconds": 0,
    "ParallelizationFactor": 1,
    "BisectBatchOnFunctionError": False,
    "MaximumRetryAttempts": FOREVER,
    "MaximumRecordAgeInSeconds": FOREVER,
    "TumblingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
    "DestinationConfig": {"OnFailure": {}},
}
# What CreateEventSourceMapping and UpdateEventSourceMapping take besides what is the same for queues.
MEMBERS: Final = tuple(_DEFAULTS)
_RANGES: Final = {
    "BatchSize": (1, 10_000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "ParallelizationFactor": (1, 10),
    "MaximumRetryAttempts": (-1, 10_000),
    "MaximumRecordAgeInSeconds": (-1, 604_800),
    "TumblingWindowInSeconds": (0, 900),
}
_POSITIONS: Final = ("TRIM_HORIZON", "LATEST", "AT_TIMESTAMP")
_SHORTEST_AGE_SECONDS: Final = 60


@dataclass(frozen=True)
class Settings:
    """How the records of a stream reach a function.

    Attributes
    ----------
    window_seconds
        How long Lambda gathers records before it invokes with fewer than `batch_size`.
    report_failures
        Whether the function's `batchItemFailures` are read; without it the answer means nothing.
    max_retries, max_age_seconds
        -1 is no bound.
    tumbling_window_seconds
        0 is none.
    backoff_seconds, longest_backoff_seconds
        The wait before the first retry, which doubles, and its bound. Lambda does not document its own.
    """

    batch_size: int = 100
    window_seconds: float = 0
    parallelization: int = 1
    report_failures: bool = False
    bisect: bool = False
    max_retries: int = FOREVER
    max_age_seconds: float = FOREVER
    tumbling_window_seconds: int = 0
    backoff_seconds: float = 1.0
    longest_backoff_seconds: float = 60.0

    def backoff(self, failures: int) -> float:
        """Return the seconds to wait after so many failures in a row."""
        return min(self.longest_backoff_seconds, self.backoff_seconds * 2.0 ** min(max(failures - 1, 0), 30))


def with_defaults(request: Json) -> Json:
    """Return the members of a mapping on a stream as GetEventSourceMapping shows them."""
    return {**_DEFAULTS, **{name: value for name, value in request.items() if value is not None}}


def from_mapping(mapping: Json, backoff_seconds: float = 1.0) -> Settings:
    """Return the settings of a mapping as the API shows it."""
    full = with_defaults(mapping)
    return Settings(
        batch_size=int(full["BatchSize"]),
        window_seconds=float(full["MaximumBatchingWindowInSeconds"]),
        parallelization=int(full["ParallelizationFactor"]),
        report_failures="ReportBatchItemFailures" in full["FunctionResponseTypes"],
        bisect=bool(full["BisectBatchOnFunctionError"]),
        max_retries=int(full["MaximumRetryAttempts"]),
        max_age_seconds=float(full["MaximumRecordAgeInSeconds"]),
        tumbling_window_seconds=int(full["TumblingWindowInSeconds"]),
        backoff_seconds=backoff_seconds,
        longest_backoff_seconds=60.0 * backoff_seconds,
    )


def problem(mapping: Json) -> str | None:
    """Return why Lambda would refuse a mapping on a stream, or None."""
    full = with_defaults(mapping)
    for name, (low, high) in _RANGES.items():
        if not low <= int(full[name]) <= high:
            return f"{name} must be from {low} to {high}; got {full[name]}"
    return _inconsistency(full)


def _inconsistency(full: Json) -> str | None:
    age, position = int(full["MaximumRecordAgeInSeconds"]), full.get("StartingPosition")
    if age != FOREVER and age < _SHORTEST_AGE_SECONDS:
        return f"MaximumRecordAgeInSeconds must be -1 or at least {_SHORTEST_AGE_SECONDS}; got {age}"
    if position not in _POSITIONS:
        return f"StartingPosition must be one of {', '.join(_POSITIONS)}; got {position}"
    if position == "AT_TIMESTAMP" and "StartingPositionTimestamp" not in full:
        return "StartingPosition AT_TIMESTAMP must have a StartingPositionTimestamp"
    unknown = set(full["FunctionResponseTypes"]) - {"ReportBatchItemFailures"}
    if unknown:
        return f"FunctionResponseTypes must be ReportBatchItemFailures; got {', '.join(sorted(unknown))}"
    if int(full["TumblingWindowInSeconds"]) and int(full["ParallelizationFactor"]) > 1:
        return "TumblingWindowInSeconds with a ParallelizationFactor above 1 is not implemented on the laptop"
    return None
