"""What an environment must not lose, as it is written into the repository."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from delivery.assembly import Resource
from delivery.guard.grants import Grant, grants
from delivery.guard.text import text

FOLDER = Path(__file__).parent / "inventories"
# The laptop's lake is thrown away: nobody guards it.
ENVIRONMENTS = ("dev", "staging", "prod")

# What holds data, or what data or people depend on.
STATEFUL = frozenset(
    {
        "AWS::Cognito::UserPool",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::KMS::Key",
        "AWS::Kinesis::Stream",
        "AWS::S3::Bucket",
    }
)
_PROTECTIONS = ("DeletionProtection", "DeletionProtectionEnabled")
_SCHEMA_REGION = "us-east-1"
_AND = ", "


@dataclass(frozen=True)
class Stateful:
    """A resource with data: its type, what a change of which replaces it, and what protects it."""

    type: str
    fixed: dict[str, str]
    kept: bool
    protected: bool


@dataclass(frozen=True)
class Inventory:
    """One environment."""

    stateful: dict[str, Stateful]
    grants: frozenset[Grant]

    def write(self, file: Path) -> None:
        """Write it so that a review shows one line for each scope that changes."""
        listed: dict[str, dict[str, dict[str, str]]] = {}
        for holder, effect, scope, action in sorted(self.grants):
            scopes = listed.setdefault(holder, {}).setdefault(effect, {})
            scopes[scope] = f"{scopes[scope]}{_AND}{action}" if scope in scopes else action
        content = {"stateful": {name: vars(item) for name, item in sorted(self.stateful.items())}, "grants": listed}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content, indent=0) + "\n", encoding="utf-8")


def read(file: Path) -> Inventory:
    """Read what is committed.

    Raises
    ------
    FileNotFoundError
        There is no inventory of the environment.
    """
    if not file.is_file():
        raise FileNotFoundError(
            f"{file.name} must be committed; write it with `make guard ENV={file.stem} ARGS=--accept`"
        )
    content = json.loads(file.read_text(encoding="utf-8"))
    stateful = {name: Stateful(**item) for name, item in content["stateful"].items()}
    listed = (
        Grant(holder, effect, scope, action)
        for holder, effects in content["grants"].items()
        for effect, scopes in effects.items()
        for scope, actions in scopes.items()
        for action in actions.split(_AND)
    )
    return Inventory(stateful, frozenset(listed))


def take(resources: Iterable[Resource]) -> Inventory:
    """Make the inventory of an assembly."""
    found = list(resources)
    stateful = {f"{item.stack}/{item.logical_id}": _stateful(item) for item in found if item.type in STATEFUL}
    return Inventory(stateful, grants(found))


def _stateful(resource: Resource) -> Stateful:
    fixed = {}
    for path in create_only(resource.type):
        value = _at(resource.properties, path)
        if value is not None:
            fixed[path] = text(value)
    policies = (resource.body.get("DeletionPolicy"), resource.body.get("UpdateReplacePolicy"))
    protected = any(resource.properties.get(name) in (True, "ACTIVE") for name in _PROTECTIONS)
    return Stateful(resource.type, fixed, policies == ("Retain", "Retain"), protected)


@cache
def create_only(resource_type: str) -> tuple[str, ...]:
    """Name the properties whose change makes CloudFormation replace a resource, from its published schema."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(_SCHEMA_REGION, resource_type).schema
    paths = [*schema.get("createOnlyProperties", []), *schema.get("conditionalCreateOnlyProperties", [])]
    return tuple(sorted(path.removeprefix("/properties/") for path in paths))


def _at(properties: Any, path: str) -> Any:
    value = properties
    for part in path.split("/"):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value
