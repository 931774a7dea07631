"""One batch of the stream: every event into the raw zone or, if it breaks the contract, to the rejected records."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lake_common.stream_events import BadEventError, EventCheck, partition_of
from lake_common.stream_records import (
    Arrivals,
    KinesisRecord,
    NotBase64Error,
    sequence_number,
    shard_of,
    user_records,
)

from clickstream_to_lake.objects import ObjectStore, Position, Written, padded, write_rows

# By position, so that a record that a batch holds twice counts once.
Rows = dict[Position, str]
Run = Callable[[Callable[["Task"], "Done"], Iterable["Task"]], Iterable["Done"]]


@dataclass(frozen=True)
class Sinks:
    """Buckets, and the folders in them."""

    raw: ObjectStore
    failures: ObjectStore
    table: str = "clicks"
    rejected: str = "rejected/clicks"


@dataclass(frozen=True)
class Task:
    """Rows of one folder, which become at most one object."""

    store: ObjectStore
    folder: str
    shard: str
    rows: Rows
    rejected: bool


@dataclass(frozen=True)
class Done:
    """How a task ended."""

    task: Task
    result: Written | Exception


@dataclass
class Outcome:
    """What became of a batch. `errors` are to be logged: they are never hidden, and the records come again."""

    written: int = 0
    rejected: int = 0
    held: int = 0
    failed: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    @property
    def response(self) -> dict[str, list[dict[str, str]]]:
        """Say to Lambda where to begin again: at the first record that is not done.

        https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
        """
        first = min(self.failed, key=int, default=None)
        return {"batchItemFailures": [] if first is None else [{"itemIdentifier": first}]}


class Sorted:
    """Rows of a batch, by the folder that they belong to."""

    def __init__(self, sinks: Sinks) -> None:
        self._sinks = sinks
        self._rows: dict[str, Rows] = {}
        self._rejects: dict[str, Rows] = {}
        # Folders by hour of the event and day of the arrival: a batch has few of them.
        self._known: dict[tuple[str, str], Rows] = {}

    def rows(self, event_time: str, arrived: str) -> Rows:
        """Find the rows of an event's hour. `BadEventError` if the event comes from the future."""
        day = arrived[:10]
        known = self._known.get((event_time[:13], day))
        if known is not None and event_time[-1] == "Z":
            return known
        event_day, hour = partition_of(event_time, day)
        found = self._rows.setdefault(f"{self._sinks.table}/event_date={event_day}/event_hour={hour}/", {})
        if event_time[-1] == "Z" and event_time[:13] == f"{event_day}T{hour}":
            self._known[event_time[:13], day] = found
        return found

    def rejects(self, arrived: str) -> Rows:
        """Find the rejected records of a day."""
        return self._rejects.setdefault(f"{self._sinks.rejected}/arrival_date={arrived[:10]}/", {})

    def tasks(self, shard: str) -> list[Task]:
        tasks = [Task(self._sinks.raw, folder, shard, rows, False) for folder, rows in self._rows.items()]
        return tasks + [Task(self._sinks.failures, folder, shard, rows, True) for folder, rows in self._rejects.items()]


def deliver(event: Mapping[str, Any], *, check: EventCheck, sinks: Sinks, run: Run = map) -> Outcome:
    """Write a batch, so that to deliver any of its records again changes nothing.

    A record that breaks the contract fails nothing: it is kept with the reason, and the shard moves on. A record that
    could not be written, or stumbled over an error in this code, is reported, and Lambda delivers from there on again.

    Parameters
    ----------
    event
        As Lambda passes it: records of one shard in their order.
    run
        Runs the writes, one for each folder; `ThreadPoolExecutor.map` runs them side by side.
    """
    records: Sequence[KinesisRecord] = event["Records"]
    outcome = Outcome()
    if not records:
        return outcome
    shard = shard_of(records)
    for done in run(_write, _sort(records, shard, check, sinks, outcome).tasks(shard)):
        _count(outcome, done)
    return outcome


def _sort(records: Sequence[KinesisRecord], shard: str, check: EventCheck, sinks: Sinks, outcome: Outcome) -> Sorted:
    """Make the rows of all records up to the first that fails unexpectedly."""
    sorted_rows = Sorted(sinks)
    arrivals = Arrivals()
    origin = f'"shard_id":"{shard}","consumer_version":{json.dumps(check.contract.version)},"sequence_number":"'
    for record in records:
        sequence = sequence_number(record)
        try:
            place, arrived = padded(sequence), arrivals.text(record)
            try:
                bodies = user_records(record)
            except NotBase64Error as error:
                sorted_rows.rejects(arrived)[place, 0] = _reject(
                    record, sub_sequence=0, data=error.data, error=error, check=check, arrived=arrived
                )
                continue
            for sub_sequence, data in enumerate(bodies):
                try:
                    text, event = check.read(data)
                    rows = sorted_rows.rows(event["event_time"], arrived)
                except BadEventError as error:
                    reject = _reject(
                        record, sub_sequence=sub_sequence, data=data, error=error, check=check, arrived=arrived
                    )
                    sorted_rows.rejects(arrived)[place, sub_sequence] = reject
                else:
                    rows[place, sub_sequence] = (
                        f'{text[:-1]},"arrival_time":"{arrived}",{origin}{sequence}","sub_sequence":{sub_sequence}}}'
                    )
        except Exception as error:  # whatever it is, this record and those after it must come again
            outcome.failed.append(sequence)
            outcome.errors.append(error)
            break
    return sorted_rows


def _reject(
    record: KinesisRecord, *, sub_sequence: int, data: bytes, error: Exception, check: EventCheck, arrived: str
) -> str:
    """Keep everything that is needed to correct the event and to send it again."""
    return json.dumps(
        {
            "reason": str(error),
            "contract": check.contract.name,
            "contract_version": check.contract.version,
            "arrival_time": arrived,
            "shard_id": record["eventID"].partition(":")[0],
            "sequence_number": sequence_number(record),
            "sub_sequence": sub_sequence,
            "partition_key": record["kinesis"]["partitionKey"],
            "data": base64.b64encode(data).decode(),
        }
    )


def _write(task: Task) -> Done:
    try:
        return Done(task, write_rows(task.store, task.folder, task.shard, task.rows))
    except Exception as error:  # reported as failed records, and logged by the handler
        return Done(task, error)


def _count(outcome: Outcome, done: Done) -> None:
    if isinstance(done.result, Exception):
        outcome.errors.append(done.result)
        outcome.failed.append(str(int(min(done.task.rows)[0])))
        return
    outcome.held += done.result.held
    if done.task.rejected:
        outcome.rejected += done.result.written
    else:
        outcome.written += done.result.written
