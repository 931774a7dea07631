"""Plugs resource types and property fills into the emulator's CloudFormation, and shuts what nobody vouches for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from ministack.services.cloudformation import provisioners, stacks

from laptop.emulator import registry
from laptop.emulator.cloudformation import change_sets, ec2_views, interrupted, monitoring, readback, unsettled
from laptop.emulator.cloudformation.known_types import KNOWN_TYPES
from laptop.emulator.cloudformation.reads import READS, is_absence
from laptop.emulator.registry import Context, Created, Json, Resource

logger = logging.getLogger("laptop")

Handler = dict[str, Any]
Result = tuple[str, Json]


def apply() -> None:
    """Register our types, wrap the known ones with fills and read-back, and remove the others."""
    ec2_views.apply()
    change_sets.apply()
    interrupted.apply()
    monitoring.apply()
    handlers = provisioners._RESOURCE_HANDLERS
    for name in handlers.keys() - KNOWN_TYPES:
        del handlers[name]
    for name in KNOWN_TYPES & handlers.keys():
        handlers[name] = _checked(name, handlers[name])
    for name, resource in registry.resource_types.items():
        handlers[name] = _checked(name, _own(name, resource))
        provisioners._REPLACING_PROPERTIES[name] = tuple(sorted(resource.replaced_by))
    for name, handler in handlers.items():
        handlers[name] = _settled(handler)
    _run_on_threads(registry.resource_types.keys() | registry.fills.keys() | READS.keys())


def _run_on_threads(names: set[str]) -> None:
    """Keep these types off the event loop: they call the emulator back."""
    original = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda name: name in names or original(name)


def _own(name: str, resource: Resource) -> Handler:
    def context(logical_id: str, stack: str) -> Context:
        return Context(stack, logical_id, provisioners._physical_name(stack, logical_id))

    def create(logical_id: str, properties: Json, stack: str) -> Result:
        _require_implemented(name, resource, properties)
        return _result(resource.create(properties, context(logical_id, stack)))

    def update(physical_id: str, old: Json, new: Json, stack: str, logical_id: str | None = None) -> Result:
        _require_implemented(name, resource, new)
        return _result(resource.update(physical_id, old, new, context(logical_id or physical_id, stack)))

    def delete(physical_id: str, properties: Json) -> None:
        try:
            resource.delete(physical_id, properties)
        except ClientError as error:
            # What is gone already counts as deleted, as in AWS.
            if not is_absence(error):
                raise

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}


def _settled(original: Handler) -> Handler:
    """Wrap a type, so that a killed process leaves none of it behind that no stack knows."""

    def create(logical_id: str, properties: Json, stack: str) -> Result:
        def remove(physical_id: str, old: Json) -> None:
            _delete(original, physical_id, old, logical_id)

        unsettled.remove_left_behind(stack, logical_id, remove)
        result: Result = original["create"](logical_id, properties, stack)
        unsettled.note(stack, logical_id, result[0], properties)
        return result

    def delete(physical_id: str, properties: Json, *extra: str) -> None:
        original["delete"](physical_id, properties, *extra)
        unsettled.forget(physical_id)

    return {**original, "create": create, "delete": delete}


def _require_implemented(name: str, resource: Resource, properties: Json) -> None:
    unknown = sorted(properties.keys() - resource.properties)
    if unknown:
        raise ValueError(
            f"{name} must use properties that the laptop implements ({', '.join(sorted(resource.properties))});"
            f" got {', '.join(unknown)}"
        )


def _result(created: Created) -> Result:
    return created.physical_id, created.attributes


def _checked(name: str, original: Handler) -> Handler:
    """Wrap a type: after it was created or updated, fill what the emulator dropped and compare with the template."""
    if name not in registry.fills and name not in READS:
        return original
    handler = dict(original)

    def create(logical_id: str, properties: Json, stack: str) -> Result:
        result: Result = original["create"](logical_id, properties, stack)
        try:
            return _finish(name, result, {}, properties)
        except Exception:
            # CloudFormation does not know the resource yet, so its rollback would leave it behind.
            _delete(original, result[0], properties, logical_id)
            raise

    def update(physical_id: str, old: Json, new: Json, stack: str, logical_id: str | None = None) -> Result:
        extra = (logical_id,) if original.get("update_with_logical_id") else ()
        result: Result = original["update"](physical_id, old, new, stack, *extra)
        return _finish(name, result, old, new)

    handler["create"] = create
    if "update" in original:
        handler |= {"update": update, "update_with_logical_id": True}
    return handler


def _finish(name: str, result: Result, old: Json, new: Json) -> Result:
    physical_id, attributes = result
    for fill in registry.fills.get(name, ()):
        attributes = {**attributes, **(fill(physical_id, old, new) or {})}
    readback.require_all(name, physical_id, new, attributes)
    return physical_id, attributes


def _delete(handler: Handler, physical_id: str, properties: Json, logical_id: str) -> None:
    remove: Callable[..., None] = handler["delete"]
    extra = (logical_id,) if handler.get("delete_with_logical_id") else ()
    try:
        remove(physical_id, properties, *extra)
    except Exception:
        logger.exception("could not remove %s, which no stack knows", physical_id)
