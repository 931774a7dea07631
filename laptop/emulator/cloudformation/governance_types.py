"""Budgets, audit trails and alarms that the emulator's CloudFormation lacks.

| type | created by | update |
|---|---|---|
| AWS::Budgets::Budget | CreateBudget | in place; other notifications or tags replace it |
| AWS::CloudTrail::Trail | CreateTrail, PutEventSelectors, StartLogging | in place |
| AWS::CloudWatch::CompositeAlarm | PutCompositeAlarm | in place |

The emulator records API calls for LookupEvents; it delivers no log files to the trail's bucket, sends no budget
notification, and evaluates alarms only on metrics that something puts.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
"""

from __future__ import annotations

from typing import Any

from laptop.emulator.clients import account, client, region
from laptop.emulator.cloudformation.shape import changed, is_true, pick, tag_map
from laptop.emulator.registry import Context, Created, Json, Resource, resource_type


@resource_type("AWS::Budgets::Budget")
class Budget(Resource):
    properties = frozenset({"Budget", "NotificationsWithSubscribers", "ResourceTags"})
    replaced_by = frozenset({"NotificationsWithSubscribers", "ResourceTags"})

    def create(self, properties: Json, context: Context) -> Created:
        budget = _budget(properties["Budget"], context.name)
        client("budgets").create_budget(
            AccountId=account(),
            Budget=budget,
            **pick(properties, "NotificationsWithSubscribers", "ResourceTags"),
        )
        return Created(budget["BudgetName"], {})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        client("budgets").update_budget(AccountId=account(), NewBudget=_budget(new["Budget"], physical_id))
        return Created(physical_id, {})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("budgets").delete_budget(AccountId=account(), BudgetName=physical_id)


def _budget(definition: Json, name: str) -> Json:
    budget = {"BudgetName": name, **definition}
    if "BudgetLimit" in budget:
        budget["BudgetLimit"] = {"Amount": str(budget["BudgetLimit"]["Amount"]), "Unit": budget["BudgetLimit"]["Unit"]}
    return budget


_TRAIL_FLAGS = {
    "EnableLogFileValidation": "EnableLogFileValidation",
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail": "IsMultiRegionTrail",
    "IsOrganizationTrail": "IsOrganizationTrail",
}


@resource_type("AWS::CloudTrail::Trail")
class Trail(Resource):
    properties = frozenset(
        {
            *_TRAIL_FLAGS,
            "AdvancedEventSelectors",
            "EventSelectors",
            "IsLogging",
            "KMSKeyId",
            "S3BucketName",
            "S3KeyPrefix",
            "SnsTopicName",
            "Tags",
            "TrailName",
        }
    )
    replaced_by = frozenset({"TrailName"})

    def create(self, properties: Json, context: Context) -> Created:
        name = properties.get("TrailName", context.name)
        arn = client("cloudtrail").create_trail(Name=name, **self._definition(properties))["TrailARN"]
        self._configure(arn, {}, properties)
        return Created(name, {"Arn": arn})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        arn = client("cloudtrail").update_trail(Name=physical_id, **self._definition(new))["TrailARN"]
        self._configure(arn, old, new)
        return Created(physical_id, {"Arn": arn})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("cloudtrail").delete_trail(Name=physical_id)

    @staticmethod
    def _definition(properties: Json) -> Json:
        texts = pick(properties, "S3BucketName", "S3KeyPrefix", "SnsTopicName", KmsKeyId="KMSKeyId")
        return texts | {name: is_true(properties[name]) for name in _TRAIL_FLAGS if name in properties}

    @staticmethod
    def _configure(arn: str, old: Json, new: Json) -> None:
        trails = client("cloudtrail")
        selectors = pick(new, "EventSelectors", "AdvancedEventSelectors")
        if selectors and changed(old, new, "EventSelectors", "AdvancedEventSelectors"):
            trails.put_event_selectors(TrailName=arn, **selectors)
        if is_true(new["IsLogging"]):
            trails.start_logging(Name=arn)
        else:
            trails.stop_logging(Name=arn)
        gone = sorted(tag_map(old.get("Tags")).keys() - tag_map(new.get("Tags")).keys())
        if gone:
            trails.remove_tags(ResourceId=arn, TagsList=[{"Key": key} for key in gone])
        if new.get("Tags"):
            trails.add_tags(ResourceId=arn, TagsList=new["Tags"])


@resource_type("AWS::CloudWatch::CompositeAlarm")
class CompositeAlarm(Resource):
    properties = frozenset(
        {
            "ActionsEnabled",
            "AlarmActions",
            "AlarmDescription",
            "AlarmName",
            "AlarmRule",
            "InsufficientDataActions",
            "OKActions",
            "Tags",
        }
    )
    replaced_by = frozenset({"AlarmName"})

    def create(self, properties: Json, context: Context) -> Created:
        name = properties.get("AlarmName", context.name)
        self._put(name, properties, **pick(properties, "Tags"))
        return Created(name, {"Arn": _alarm_arn(name)})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        self._put(physical_id, new)
        alarms = client("cloudwatch")
        gone = sorted(tag_map(old.get("Tags")).keys() - tag_map(new.get("Tags")).keys())
        if gone:
            alarms.untag_resource(ResourceARN=_alarm_arn(physical_id), TagKeys=gone)
        if new.get("Tags"):
            alarms.tag_resource(ResourceARN=_alarm_arn(physical_id), Tags=new["Tags"])
        return Created(physical_id, {"Arn": _alarm_arn(physical_id)})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("cloudwatch").delete_alarms(AlarmNames=[physical_id])

    @staticmethod
    def _put(name: str, properties: Json, **extra: Any) -> None:
        definition = pick(properties, "AlarmActions", "AlarmDescription", "InsufficientDataActions", "OKActions")
        client("cloudwatch").put_composite_alarm(
            AlarmName=name,
            AlarmRule=properties["AlarmRule"],
            ActionsEnabled=is_true(properties.get("ActionsEnabled", True)),
            **definition,
            **extra,
        )


def _alarm_arn(name: str) -> str:
    return f"arn:aws:cloudwatch:{region()}:{account()}:alarm:{name}"
