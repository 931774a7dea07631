"""One batch of the stream: every event into the raw zone or, if it breaks the contract, to the rejected records."""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lake_common.stream_events import BadEventError, EventCheck, partition_of
from lake_common.stream_records import Arrivals, Body, KinesisRecord, bodies, sequence_number, shard_of

from clickstream_to_lake.objects import ObjectStore, Position, Written, position, write_rows

# Rows by folder, and by position: a record that a batch holds twice counts once.
Folders = dict[str, dict[Position, str]]
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
    rows: Mapping[Position, str]
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
    rows, rejects = _sort(records, shard, check, sinks, outcome)
    tasks = [Task(sinks.raw, folder, shard, found, False) for folder, found in rows.items()]
    tasks += [Task(sinks.failures, folder, shard, found, True) for folder, found in rejects.items()]
    for done in run(_write, tasks):
        _count(outcome, done)
    return outcome


def _sort(
    records: Sequence[KinesisRecord], shard: str, check: EventCheck, sinks: Sinks, outcome: Outcome
) -> tuple[Folders, Folders]:
    """Make the rows of all records up to the first that fails unexpectedly."""
    rows: Folders = defaultdict(dict)
    rejects: Folders = defaultdict(dict)
    arrivals = Arrivals()
    version = json.dumps(check.contract.version)
    for record in records:
        sequence = sequence_number(record)
        try:
            arrived = arrivals.text(record)
            for body in bodies(record):
                place = position(sequence, body.sub_sequence)
                try:
                    text, event = _read(check, body)
                    day, hour = partition_of(event["event_time"], arrived)
                except BadEventError as error:
                    reject = _reject(record, body, error, check, arrived)
                    rejects[f"{sinks.rejected}/arrival_date={arrived[:10]}/"][place] = reject
                    continue
                rows[f"{sinks.table}/event_date={day}/event_hour={hour}/"][place] = (
                    f'{text[:-1]},"arrival_time":"{arrived}","shard_id":"{shard}","sequence_number":"{sequence}",'
                    f'"sub_sequence":{body.sub_sequence},"consumer_version":{version}}}'
                )
        except Exception as error:  # whatever it is, this record and those after it must come again
            outcome.failed.append(sequence)
            outcome.errors.append(error)
            break
    return rows, rejects


def _read(check: EventCheck, body: Body) -> tuple[str, dict[str, Any]]:
    if not body.is_base64:
        raise BadEventError("record must be base64")
    return check.read(body.data)


def _reject(record: KinesisRecord, body: Body, error: BadEventError, check: EventCheck, arrived: str) -> str:
    """Keep everything that is needed to correct the event and to send it again."""
    return json.dumps(
        {
            "reason": str(error),
            "contract": check.contract.name,
            "contract_version": check.contract.version,
            "arrival_time": arrived,
            "shard_id": record["eventID"].partition(":")[0],
            "sequence_number": sequence_number(record),
            "sub_sequence": body.sub_sequence,
            "partition_key": record["kinesis"]["partitionKey"],
            "data": base64.b64encode(body.data).decode(),
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
        outcome.failed.append(str(int(min(done.task.rows).sequence)))
        return
    outcome.held += done.result.held
    if done.task.rejected:
        outcome.rejected += done.result.written
    else:
        outcome.written += done.result.written
