"""Notifications of S3 that a killed process may have lost.

Objects are durable at once; the queues, rules and functions that hear of them are some seconds later (`checkpoints`).
An event is noted until a state is written that knows what came of it. The next process tells again what the last one
noted: at least once, as on AWS.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from ministack.services import s3

from laptop.emulator import scopes
from laptop.emulator.registry import on_start
from laptop.emulator.store import Store

Key = tuple[str, str, str]

# What an event sets off begins within: a rule, a queue, a function that starts an execution.
_SETTLED_SECONDS = 30.0
_events = Store("s3-events")
_tell: Callable[..., None] = s3._fire_s3_event_async


def apply() -> None:
    """Note each event before it is told."""
    s3._fire_s3_event_async = _noted


def listed() -> list[Key]:
    """Give the account, region and key of events that are settled in a state that is written from now on."""
    before, found = time.time() - _SETTLED_SECONDS, []
    for account_id, region_name in _events.scopes():
        with scopes.within(account_id, region_name):
            found += [(account_id, region_name, key) for key, event in _events.items() if event["told"] < before]
    return found


def settle(keys: list[Key]) -> None:
    """Forget events of which a state was written since `listed`."""
    for account_id, region_name, key in keys:
        with scopes.within(account_id, region_name):
            _events.delete(key)


@on_start
def tell_again() -> None:
    """Tell what the last process noted and may not have written."""
    for account_id, region_name in _events.scopes():
        with scopes.within(account_id, region_name):
            for key, event in list(_events.items()):
                _put(key, event["arguments"], event["named"])
                _tell(*event["arguments"], **event["named"])


def _noted(bucket: str, *arguments: Any, **named: Any) -> None:
    if bucket in s3._bucket_notifications:
        _put(uuid.uuid4().hex, [bucket, *arguments], named)
    _tell(bucket, *arguments, **named)


def _put(key: str, arguments: list[Any], named: dict[str, Any]) -> None:
    _events.put(key, {"arguments": arguments, "named": named, "told": time.time()})
