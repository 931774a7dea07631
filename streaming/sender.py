"""Put records into a stream: batches, partial failures, order.

PutRecords accepts some records of a request and refuses others, mostly because a shard is at its limit. What is refused
goes back to the front of the line and is sent again after a pause.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from streaming.batches import REQUEST_RECORDS, Entry, take

BASE_SECONDS = 0.05
LONGEST_SECONDS = 5.0
# Requests in a row that get no record through, before the sender gives up: about a minute.
ATTEMPTS = 20


class SendError(RuntimeError):
    """The stream takes nothing any more. What had been accepted stays accepted."""


class Kinesis(Protocol):
    """What the sender needs of a boto3 Kinesis client."""

    def put_records(self, *, StreamName: str, Records: list[dict[str, Any]]) -> dict[str, Any]: ...  # noqa: N803


@dataclass
class Tally:
    """What has become of the events so far."""

    events: int = 0
    records: int = 0
    requests: int = 0
    refused: int = 0
    bytes: int = 0


@dataclass
class Sender:
    """Send entries in their order.

    With `ordered`, records of one lane (partition key) arrive in order even if some are refused, as long as no request
    fails as a whole: then nobody knows what was accepted, everything is sent again and may arrive twice. Without it,
    records may overtake each other within a request.
    """

    client: Kinesis
    stream: str
    ordered: bool = True
    sleep: Callable[[float], None] = lambda seconds: None
    seed: int = 0
    tally: Tally = field(default_factory=Tally)
    pending: deque[Entry] = field(default_factory=deque)
    _failures: int = 0
    _errors: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)  # noqa: S311 - jitter

    @property
    def waiting_events(self) -> int:
        return sum(entry.events for entry in self.pending)

    def add(self, entry: Entry) -> None:
        """Take an entry in, and send once enough wait to fill a request."""
        self.pending.append(entry)
        # A user's events often follow each other, and an ordered request takes one of each lane: choose among more.
        while len(self.pending) >= REQUEST_RECORDS * (4 if self.ordered else 1):
            self.send()

    def flush(self) -> None:
        """Send everything that waits."""
        while self.pending:
            self.send()

    def send(self) -> None:
        """Send one request, and put back what is refused.

        Raises
        ------
        SendError
            If the stream has accepted nothing for many requests in a row.
        """
        batch = take(self.pending, ordered=self.ordered)
        try:
            answer = self.client.put_records(StreamName=self.stream, Records=[_record(entry) for entry in batch])
        except BaseException:
            # Whether the request came through is not known: keep the records, so that the caller may send them again.
            self.pending.extendleft(reversed(batch))
            raise
        self.tally.requests += 1
        refused = []
        for entry, outcome in zip(batch, answer["Records"], strict=True):
            if outcome.get("ErrorCode"):
                refused.append(entry)
                self._errors[f"{outcome['ErrorCode']}: {outcome.get('ErrorMessage', '')}"] += 1
            else:
                self.tally.events += entry.events
                self.tally.records += 1
                self.tally.bytes += len(entry.data)
        self.tally.refused += len(refused)
        self.pending.extendleft(reversed(refused))
        self._pause(any_accepted=len(refused) < len(batch), any_refused=bool(refused))

    def _pause(self, *, any_accepted: bool, any_refused: bool) -> None:
        if any_accepted:
            self._failures = 0
        if not any_refused:
            return
        self._failures += 1
        if self._failures > ATTEMPTS:
            reason, _ = self._errors.most_common(1)[0]
            raise SendError(
                f"stream {self.stream} accepted nothing in {ATTEMPTS} requests; mostly it said {reason}. "
                f"{self.tally.events} events were sent before, {self.waiting_events} wait"
            )
        # Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        longest = min(LONGEST_SECONDS, BASE_SECONDS * 2 ** (self._failures - 1))
        self.sleep(self._rng.random() * longest)


def _record(entry: Entry) -> dict[str, Any]:
    record: dict[str, Any] = {"PartitionKey": entry.partition_key, "Data": entry.data}
    if entry.explicit_hash_key is not None:
        record["ExplicitHashKey"] = entry.explicit_hash_key
    return record
