"""Replay the failure bucket of the event source mappings, object by object."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from streaming.failure_bucket import FailureBucket
from streaming.failures import FailedBatch, UnreadableError, parse
from streaming.replay import FunctionFailedError, replay


@dataclass
class Summary:
    """What a replay did: objects and records that are done, and problems by object."""

    objects: int = 0
    records: int = 0
    problems: dict[str, str] = field(default_factory=dict)


# Is told the key of the object at hand, and how many of its records were settled just now.
Report = Callable[[str, int], None]


def replay_batches(
    bucket: FailureBucket,
    client: Any,
    *,
    functions: Collection[str],
    size: int,
    windowed: Collection[str] = (),
    dry_run: bool = False,
    report: Report = lambda key, count: None,
) -> Summary:
    """Replay every object, and move those away of which all records are done.

    Objects stay where they are if a record of theirs is stuck, if they cannot be read, or if they name a function that
    is none of the lake's: the bucket's content must not decide which code runs.

    Parameters
    ----------
    client
        A boto3 Lambda client.
    functions
        Names of the functions that may be called.
    size
        How many records a call has at most.
    windowed
        Names of the functions that work in tumbling windows: they get a batch as a window of its own.
    dry_run
        Read and count, but call and change nothing.
    """
    summary = Summary()
    for key in bucket.waiting():
        try:
            batch = parse(key, bucket.read(key))
        except UnreadableError as error:
            summary.problems[key] = str(error)
            continue
        if batch.function in windowed:
            batch = batch.as_window()
        problem = _foreign(batch, functions) or _replay_one(batch, client, size, dry_run, report)
        if problem:
            summary.problems[key] = problem
            continue
        if not dry_run:
            bucket.settle(key)
        summary.objects += 1
        summary.records += len(batch.records)
    return summary


def _foreign(batch: FailedBatch, functions: Collection[str]) -> str:
    if batch.function in functions:
        return ""
    return f"its function must be one of the lake's, {sorted(functions)}; got {batch.function}"


def _replay_one(batch: FailedBatch, client: Any, size: int, dry_run: bool, report: Report) -> str:
    """Return the problem, or an empty string."""
    if dry_run:
        report(batch.key, len(batch.records))
        return ""

    def invoke(event: dict[str, Any]) -> Mapping[str, Any] | None:
        return call(client, batch.function, event)

    replayed = replay(batch, invoke, size=size, report=lambda count: report(batch.key, count))
    if replayed.is_complete:
        return ""
    sequence, reason = next(iter(replayed.stuck.items()))
    return f"{len(replayed.stuck)} of {len(batch.records)} records are stuck, first {sequence}: {reason}"


def call(client: Any, function: str, event: dict[str, Any]) -> Mapping[str, Any] | None:
    """Call a function and wait for its answer.

    Raises
    ------
    FunctionFailedError
        If it raised, crashed or timed out.
    """
    answer = client.invoke(FunctionName=function, InvocationType="RequestResponse", Payload=json.dumps(event).encode())
    payload = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        raise FunctionFailedError(f"{payload.get('errorType', 'error')}: {payload.get('errorMessage', payload)}")
    return payload if isinstance(payload, dict) else None
