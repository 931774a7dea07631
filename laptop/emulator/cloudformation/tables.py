"""DynamoDB tables: properties that the emulator's CloudFormation drops, applied through the DynamoDB API.

| property of AWS::DynamoDB::Table | operation |
|---|---|
| TimeToLiveSpecification | UpdateTimeToLive |
| PointInTimeRecoverySpecification | UpdateContinuousBackups |
| SSESpecification, TableClass | UpdateTable |

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
"""

from __future__ import annotations

from typing import Any

from laptop.emulator.clients import client
from laptop.emulator.registry import Json, after_resource


@after_resource("AWS::DynamoDB::Table")
def fill_table(table: str, old: Json, new: Json) -> None:
    """Apply what changed."""
    api = client("dynamodb")
    _time_to_live(api, table, old.get("TimeToLiveSpecification", {}), new.get("TimeToLiveSpecification", {}))
    recovery, before = (
        _true(properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled", False))
        for properties in (new, old)
    )
    if recovery != before:
        api.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": recovery}
        )
    _update(api, table, old, new)


def _time_to_live(api: Any, table: str, old: Json, new: Json) -> None:
    on, was_on = _true(new.get("Enabled", False)), _true(old.get("Enabled", False))
    if was_on and (not on or old.get("AttributeName") != new.get("AttributeName")):
        _set_time_to_live(api, table, old["AttributeName"], enabled=False)
        was_on = False
    if on and not was_on:
        _set_time_to_live(api, table, new["AttributeName"], enabled=True)


def _set_time_to_live(api: Any, table: str, attribute: str, *, enabled: bool) -> None:
    specification = {"Enabled": enabled, "AttributeName": attribute}
    api.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)


def _update(api: Any, table: str, old: Json, new: Json) -> None:
    changes: Json = {}
    encryption = new.get("SSESpecification")
    if encryption != old.get("SSESpecification"):
        names = {"SSEEnabled": "Enabled"}
        changes["SSESpecification"] = {names.get(name, name): item for name, item in (encryption or {}).items()} or {
            "Enabled": False
        }
        if "Enabled" in changes["SSESpecification"]:
            changes["SSESpecification"]["Enabled"] = _true(changes["SSESpecification"]["Enabled"])
    if new.get("TableClass") != old.get("TableClass"):
        changes["TableClass"] = new.get("TableClass", "STANDARD")
    if changes:
        api.update_table(TableName=table, **changes)


def _true(value: object) -> bool:
    return str(value).lower() == "true"
