"""Tags of SageMaker's resources."""

from __future__ import annotations

from laptop.emulator.cloudformation.shape import tag_map
from laptop.emulator.registry import Json, ServiceError
from laptop.emulator.store import Store

STORE = Store("sagemaker-tags")
_MAX = 50


def put(arn: str, tags: list[Json]) -> None:
    """Set the tags of a new resource."""
    STORE.put(arn, tag_map(tags))


def of(arn: str) -> list[Json]:
    """Return the tags of a resource.

    Raises
    ------
    ServiceError
        There is no such resource.
    """
    found = STORE.get(arn)
    if found is None:
        raise ServiceError("ValidationException", f"{arn} must be a resource of SageMaker; it is not")
    return [{"Key": key, "Value": value} for key, value in found.items()]


def add(arn: str, tags: list[Json]) -> list[Json]:
    """Add or change tags; return those that were given."""
    merged = tag_map(of(arn)) | tag_map(tags)
    if len(merged) > _MAX:
        raise ServiceError("ResourceLimitExceeded", f"a resource may have {_MAX} tags; got {len(merged)}")
    STORE.put(arn, merged)
    return tags


def remove(arn: str, keys: list[str]) -> None:
    STORE.put(arn, {key: value for key, value in tag_map(of(arn)).items() if key not in keys})
