"""The consumer under test, and designs that are known to be bad: the simulation must tell them apart."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from clickstream_to_lake.delivery import Sinks, deliver
from clickstream_to_lake.objects import ObjectStore, pack, unpack
from lake_common.stream_events import BadEventError, EventCheck
from lake_common.stream_records import NotBase64Error, sequence_number, user_records

from laptop.emulator.esm.settings import FOREVER, Settings

Handle = Callable[[dict[str, Any], EventCheck, Sinks], Mapping[str, Any]]


def same(settings: Settings) -> Settings:
    return settings


@dataclass(frozen=True)
class Design:
    """A handler with the settings of its mapping; `destination` is whether there is one for failures."""

    handle: Handle
    settings: Callable[[Settings], Settings] = same
    destination: bool = True


def _ours(event: dict[str, Any], check: EventCheck, sinks: Sinks) -> Mapping[str, Any]:
    return deliver(event, check=check, sinks=sinks).response


def _swallowing(event: dict[str, Any], check: EventCheck, sinks: Sinks) -> Mapping[str, Any]:
    with contextlib.suppress(Exception):
        deliver(event, check=check, sinks=sinks)
    return {"batchItemFailures": []}


class _Marking:
    """Notes which records it has seen before it writes them, in a table that survives."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def __call__(self, event: dict[str, Any], check: EventCheck, sinks: Sinks) -> Mapping[str, Any]:
        fresh = [record for record in event["Records"] if sequence_number(record) not in self.seen]
        self.seen.update(sequence_number(record) for record in fresh)
        return deliver({"Records": fresh}, check=check, sinks=sinks).response


def _reporting_the_last(event: dict[str, Any], check: EventCheck, sinks: Sinks) -> Mapping[str, Any]:
    failed = deliver(event, check=check, sinks=sinks).failed
    return {"batchItemFailures": [{"itemIdentifier": max(failed, key=int)}] if failed else []}


class _Unrepeatable:
    """Writes each batch under a name that no retry finds again."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, event: dict[str, Any], check: EventCheck, sinks: Sinks) -> Mapping[str, Any]:
        self.calls += 1
        renamed = Sinks(raw=_Renaming(sinks.raw, self.calls), failures=sinks.failures)
        return deliver(event, check=check, sinks=renamed).response


@dataclass
class _Renaming:
    store: ObjectStore
    call: int

    def names(self, prefix: str, after: str) -> list[str]:
        return []

    def read(self, key: str) -> bytes:
        return self.store.read(key)

    def create(self, key: str, content: bytes) -> bool:
        return self.store.create(f"{key}.{self.call}", content)


def _dropping_bad(event: dict[str, Any], check: EventCheck, sinks: Sinks) -> Mapping[str, Any]:
    good = [record for record in event["Records"] if _is_good(record, check)]
    return deliver({"Records": good}, check=check, sinks=sinks).response


def _is_good(record: Mapping[str, Any], check: EventCheck) -> bool:
    try:
        for data in user_records(record):
            check.read(data)
    except (BadEventError, NotBase64Error):
        return False
    return True


def _blind_to_sub_records(event: dict[str, Any], check: EventCheck, sinks: Sinks) -> Mapping[str, Any]:
    """Identifies rows by their sequence number alone, so that an aggregate leaves one row."""
    last = _Last(sinks.raw)
    return deliver(event, check=check, sinks=Sinks(raw=last, failures=sinks.failures)).response


@dataclass
class _Last:
    store: ObjectStore

    def names(self, prefix: str, after: str) -> Any:
        return self.store.names(prefix, after)

    def read(self, key: str) -> bytes:
        return self.store.read(key)

    def create(self, key: str, content: bytes) -> bool:
        rows = {json.loads(line)["sequence_number"]: line for line in unpack(content)}
        return self.store.create(key, pack(rows.values()))


def ours() -> Design:
    return Design(_ours)


BAD_DESIGNS: dict[str, Callable[[], Design]] = {
    "swallows exceptions": lambda: Design(_swallowing),
    "marks records before it writes them": lambda: Design(_Marking()),
    "has no partial response": lambda: Design(_ours, lambda settings: replace(settings, report_failures=False)),
    "has no failure destination": lambda: Design(_ours, destination=False),
    "retries for ever": lambda: Design(
        _ours, lambda settings: replace(settings, max_retries=FOREVER, max_age_seconds=FOREVER, bisect=False)
    ),
    "reports the last failure": lambda: Design(_reporting_the_last),
    "writes under a new name on each attempt": lambda: Design(_Unrepeatable()),
    "drops what breaks the contract": lambda: Design(_dropping_bad),
    "forgets the parts of an aggregate": lambda: Design(_blind_to_sub_records),
}
