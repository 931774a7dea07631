"""Resources that no written stack knows yet.

Buckets, and what our own services keep, are durable at once; stacks are some seconds later (`checkpoints`). A process
that is killed in between leaves resources behind that belong to no stack: AWS has no such gap. Whoever creates such a
resource again removes it first.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from ministack.services import cloudformation

from laptop.emulator import scopes
from laptop.emulator.registry import Json
from laptop.emulator.store import Store

Key = tuple[str, str, str]
_PROCESS = uuid.uuid4().hex
_created = Store("cloudformation-unsettled")


def note(stack: str, logical_id: str, physical_id: str, properties: Json) -> None:
    """Remember a resource until its stack is written."""
    _created.put(f"{stack}/{logical_id}", {"physical_id": physical_id, "properties": properties, "process": _PROCESS})


def forget(physical_id: str) -> None:
    """Forget a resource that is deleted."""
    for key, made in list(_created.items()):
        if made["physical_id"] == physical_id:
            _created.delete(key)


def remove_left_behind(stack: str, logical_id: str, remove: Callable[[str, Json], None]) -> None:
    """Remove what a process that was killed made for this resource of a stack, unless the stack knows it."""
    made = _created.get(f"{stack}/{logical_id}")
    if made and made["process"] != _PROCESS and made["physical_id"] != _known(stack, logical_id):
        remove(made["physical_id"], made["properties"])


def listed() -> list[Key]:
    """Give the account, region and key of resources that their stacks know by now."""
    found = []
    for account_id, region_name in _created.scopes():
        with scopes.within(account_id, region_name):
            for key, made in _created.items():
                if made["physical_id"] == _known(*key.split("/", 1)):
                    found.append((account_id, region_name, key))
    return found


def settle(keys: list[Key]) -> None:
    """Forget resources whose stacks were written since `listed`."""
    for account_id, region_name, key in keys:
        with scopes.within(account_id, region_name):
            _created.delete(key)


def _known(stack: str, logical_id: str) -> str | None:
    resources: dict[str, Any] = (cloudformation._stacks.get(stack) or {}).get("_resources", {})
    return (resources.get(logical_id) or {}).get("PhysicalResourceId")
