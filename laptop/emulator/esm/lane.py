"""The records of one shard on their way to a function: batches, retries, splits and discards. Pure.

A lane is what Lambda's poller keeps per shard (and per partition-key group, with a ParallelizationFactor above 1). It
reads no clock and calls nothing: `next_step` says what is to be done, the caller does it and reports.

| rule | source (Lambda developer guide, "Process Amazon Kinesis records with Lambda" and its pages) |
|---|---|
| a batch goes when it is full, its window is over or it has 6 MB | "Batching behavior" |
| in order; a failing batch blocks its lane | "Lambda keeps the shard blocked until the error is resolved" |
| a split does not use up retries | "BisectBatchOnFunctionError" |
| retries count invocations that failed, not throttles | "MaximumRetryAttempts", "Before invocation" |
| the lowest failed sequence number is the checkpoint | "Configuring partial batch response" |
| with bisect, a batch is split at that number and "only the remaining records" are retried | the same page |
| a record that is too old is discarded before an invocation | "MaximumRecordAgeInSeconds" |

Where the guide is silent: without bisect a partial failure uses up a retry; with it, a partial failure at the first
record is halved as an error is; halves share the retries of their batch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from laptop.emulator.esm import responses
from laptop.emulator.esm.settings import FOREVER, PAYLOAD_LIMIT_BYTES, Settings
from laptop.emulator.esm.windows import Window, window_of

Condition = Literal["RetryAttemptsExhausted", "RecordAgeExceeded"]


@dataclass(frozen=True)
class Record:
    """A record of a shard.

    Attributes
    ----------
    data
        The payload, base64.
    arrival
        Seconds since 1970.
    """

    sequence_number: str
    partition_key: str
    data: str
    arrival: float

    @property
    def event_bytes(self) -> int:
        """About what the record takes of the event."""
        return len(self.data) + len(self.partition_key) + 512


@dataclass(frozen=True)
class Batch:
    """Records that go to the function together.

    Attributes
    ----------
    failures
        Failed invocations that count as retries.
    invocations
        How often the function was called with these records.
    """

    records: tuple[Record, ...]
    failures: int = 0
    invocations: int = 0

    @property
    def sequence_numbers(self) -> list[str]:
        return [record.sequence_number for record in self.records]


@dataclass(frozen=True)
class Invoke:
    """Call the function, then `Lane.invoked`. `window` is what a tumbling window adds to the event."""

    batch: Batch
    window: dict[str, Any] | None = None

    @property
    def is_final(self) -> bool:
        """Whether it closes a tumbling window; it has no records."""
        return not self.batch.records


@dataclass(frozen=True)
class Discard:
    """Send the records to the failure destination, if there is one, then `Lane.discarded`."""

    batch: Batch
    condition: Condition


@dataclass(frozen=True)
class Wait:
    """Nothing to do before `until` (seconds since 1970), or before new records; None: only new records matter."""

    until: float | None


@dataclass(frozen=True)
class Succeeded:
    """The function returned; `answer` is its decoded response."""

    answer: Any = None


@dataclass(frozen=True)
class Failed:
    """The function raised, crashed or timed out."""


@dataclass(frozen=True)
class Throttled:
    """The function was not called: no concurrency left, or it does not exist."""


Step = Invoke | Discard | Wait
Outcome = Succeeded | Failed | Throttled


class Lane:
    """The state machine of one lane.

    Attributes
    ----------
    checkpoint
        Sequence number of the last record that is done, or None. A poller that starts again continues after it.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.checkpoint: str | None = None
        self.window: Window | None = None
        self._read: deque[tuple[Record, float]] = deque()
        self._batches: deque[Batch] = deque()
        self._discard: Discard | None = None
        self._not_before = 0.0
        self._errors_in_a_row = 0
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many records were offered and are not in a batch yet."""
        return len(self._read)

    @property
    def is_idle(self) -> bool:
        """Whether every offered record is done and no window is open."""
        return not (self._read or self._batches or self._discard or self.window)

    def offer(self, records: Iterable[Record], now: float) -> None:
        """Take records that were read from the shard, in order."""
        self._read.extend((record, now) for record in records)

    def close(self) -> None:
        """Note that the shard has ended: batches and windows need not wait for more."""
        self._closed = True

    def next_step(self, now: float) -> Step:
        """Return what is to be done. The same step is returned until its end is reported."""
        if self._discard:
            return self._discard
        if not self._batches:
            final = self._final_invocation(now)
            if final:
                return final if now >= self._not_before else Wait(self._not_before)
            gathered = self._gather(now)
            if isinstance(gathered, Wait):
                return gathered
            self._batches.append(gathered)
        old = self._too_old(now)
        if old:
            return old
        if now < self._not_before:
            return Wait(self._not_before)
        members = self.window.members(final=False) if self.window else None
        return Invoke(self._batches[0], members)

    def invoked(self, step: Invoke, outcome: Outcome, now: float) -> None:
        """Report the end of an invocation."""
        if isinstance(outcome, Throttled):
            self._back_off(now)
            return
        if isinstance(outcome, Succeeded) and self._keeps_state(outcome, final=step.is_final):
            self._errors_in_a_row = 0
            self._not_before = 0.0
            if step.is_final:
                self._end_window()
            else:
                self._finish_batch(outcome.answer, now)
            return
        self._back_off(now)
        if not step.is_final:
            self._fail(replace(self._batches.popleft(), invocations=step.batch.invocations + 1))

    def discarded(self) -> None:
        """Report that the records are at the destination, or given up."""
        if self._discard is None:
            raise ValueError("discarded() must follow a Discard step; got no such step")
        self._done(self._discard.batch.records)
        self._discard = None
        self._not_before = 0.0
        self._errors_in_a_row = 0

    def _keeps_state(self, outcome: Succeeded, *, final: bool) -> bool:
        """Tell whether the answer is complete: in a window it must have a state, except at the end."""
        if self.window is None or final:
            return True
        return isinstance(outcome.answer, dict) and isinstance(outcome.answer.get("state"), dict)

    def _finish_batch(self, answer: Any, now: float) -> None:
        batch = self._batches.popleft()
        batch = replace(batch, invocations=batch.invocations + 1)
        failed = responses.first_failed(answer, batch.sequence_numbers) if self.settings.report_failures else None
        if failed == 0:
            self._back_off(now)
            self._fail(batch)
            return
        if self.window:
            self.window.keep(answer)
        if failed is None:
            self._done(batch.records)
            return
        self._back_off(now)
        self._done(batch.records[:failed])
        rest = replace(batch, records=batch.records[failed:])
        if self.settings.bisect:
            self._batches.appendleft(rest)
        else:
            self._retry(rest)

    def _fail(self, batch: Batch) -> None:
        if self.settings.bisect and len(batch.records) > 1:
            middle = len(batch.records) // 2
            self._batches.appendleft(replace(batch, records=batch.records[middle:]))
            self._batches.appendleft(replace(batch, records=batch.records[:middle]))
        else:
            self._retry(batch)

    def _retry(self, batch: Batch) -> None:
        failed = replace(batch, failures=batch.failures + 1)
        if self.settings.max_retries == FOREVER or failed.failures <= self.settings.max_retries:
            self._batches.appendleft(failed)
        else:
            self._discard = Discard(failed, "RetryAttemptsExhausted")

    def _too_old(self, now: float) -> Discard | None:
        if self.settings.max_age_seconds == FOREVER:
            return None
        batch = self._batches[0]
        oldest = now - self.settings.max_age_seconds
        count = next((i for i, record in enumerate(batch.records) if record.arrival >= oldest), len(batch.records))
        if not count:
            return None
        self._batches.popleft()
        if count < len(batch.records):
            self._batches.appendleft(replace(batch, records=batch.records[count:]))
        self._discard = Discard(replace(batch, records=batch.records[:count]), "RecordAgeExceeded")
        return self._discard

    def _gather(self, now: float) -> Batch | Wait:
        if not self._read:
            return Wait(self.window.end if self.window else None)
        if self.settings.tumbling_window_seconds and self.window is None:
            self.window = window_of(self._read[0][0].arrival, self.settings.tumbling_window_seconds)
        count, is_full = self._fitting()
        due = self._read[0][1] + self.settings.window_seconds
        if not (is_full or self._closed or now >= due):
            return Wait(due)
        return Batch(tuple(self._read.popleft()[0] for _ in range(count)))

    def _fitting(self) -> tuple[int, bool]:
        """Return how many records the next batch has, and whether no further one could join."""
        taken = size = 0
        for record, _ in self._read:
            size += record.event_bytes
            over = taken and size > PAYLOAD_LIMIT_BYTES
            if over or taken == self.settings.batch_size or (self.window and record.arrival >= self.window.end):
                return taken, True
            taken += 1
        return taken, taken >= self.settings.batch_size

    def _final_invocation(self, now: float) -> Invoke | None:
        """Return the invocation that closes the window, once no record of it can come any more."""
        if self.window is None:
            return None
        beyond = self._read and self._read[0][0].arrival >= self.window.end
        over = not self._read and (self._closed or now >= self.window.end)
        if self.window.is_overfull or beyond or over:
            return Invoke(Batch(()), self.window.members(final=True))
        return None

    def _end_window(self) -> None:
        self.window = None

    def _back_off(self, now: float) -> None:
        self._errors_in_a_row += 1
        self._not_before = now + self.settings.backoff(self._errors_in_a_row)

    def _done(self, records: tuple[Record, ...]) -> None:
        if records:
            self.checkpoint = records[-1].sequence_number
