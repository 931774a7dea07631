"""Give failed records to the function that failed on them, until it has taken them all or some prove stuck.

The records keep their shard and sequence number, and the function leaves out what it has written before. So a replay
can be killed anywhere, repeated, or overlap with what Lambda had done: the lake ends the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from streaming.failures import FailedBatch, Record

# So many records in a row that fail alone mean that the function works for none: what is left is not tried.
HOPELESS = 3


class FunctionFailedError(RuntimeError):
    """The function raised, crashed or timed out; the message is its error."""


# Calls the function with an event and gives its answer.
Invoke = Callable[[dict[str, Any]], Mapping[str, Any] | None]


@dataclass
class Replayed:
    """How a failed batch ended: records that are done, and why the others are not, by sequence number."""

    done: int = 0
    stuck: dict[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        return not self.stuck


def replay(
    batch: FailedBatch, invoke: Invoke, *, size: int, report: Callable[[int], None] = lambda count: None
) -> Replayed:
    """Deliver a failed batch again, in its order.

    A call that fails is halved until the record that fails is alone; the ones around it are delivered nevertheless.

    Parameters
    ----------
    invoke
        Raises `FunctionFailedError` if the function fails as a whole.
    size
        How many records a call has at most.
    report
        Is told how many records are settled, each time some are.

    Raises
    ------
    ValueError
        If the size is not positive.
    """
    if size < 1:
        raise ValueError(f"a call must have at least one record; got {size}")
    if batch.window:
        return _replay_window(batch, invoke, report)
    replayed = Replayed()
    waiting, width, in_a_row = list(batch.records), size, 0
    while waiting:
        chunk = waiting[:width]
        reached, problem = _deliver(chunk, invoke)
        if reached:
            replayed.done += reached
            width, in_a_row = size, 0
        elif len(chunk) > 1:
            width = len(chunk) // 2
            continue
        else:
            replayed.stuck[_sequence(chunk[0])] = problem
            reached, width, in_a_row = 1, size, in_a_row + 1
        waiting = waiting[reached:]
        report(reached)
        if in_a_row == HOPELESS:
            replayed.stuck |= {_sequence(record): f"not tried, after {problem}" for record in waiting}
            report(len(waiting))
            break
    return replayed


def _replay_window(batch: FailedBatch, invoke: Invoke, report: Callable[[int], None]) -> Replayed:
    """Deliver a batch of a tumbling window as a window of its own: all of it, then the call that ends the window."""
    members = {**batch.window, "state": {}, "isFinalInvokeForWindow": False, "isWindowTerminatedEarly": False}
    problem = "the function reported a failure"
    try:
        answer = invoke({"Records": list(batch.records), **members}) or {}
        if not answer.get("batchItemFailures"):
            answer = invoke({"Records": [], **members, "state": answer["state"], "isFinalInvokeForWindow": True}) or {}
            if not answer.get("batchItemFailures"):
                report(len(batch.records))
                return Replayed(done=len(batch.records))
    except FunctionFailedError as error:
        problem = str(error)
    report(len(batch.records))
    return Replayed(stuck={_sequence(record): problem for record in batch.records})


def _deliver(chunk: Sequence[Record], invoke: Invoke) -> tuple[int, str]:
    """Call the function; return how many records from the start are done, and what it said of the next."""
    try:
        answer = invoke({"Records": list(chunk)})
    except FunctionFailedError as error:
        return 0, str(error)
    failures = (answer or {}).get("batchItemFailures") or []
    if not failures:
        return len(chunk), ""
    places = {_sequence(record): place for place, record in enumerate(chunk)}
    # As Lambda reads it: the first of those named; a name that is none of the batch means all of it.
    return min(places.get(item.get("itemIdentifier"), 0) for item in failures), "the function reported it as failed"


def _sequence(record: Record) -> str:
    return str(record["kinesis"]["sequenceNumber"])
