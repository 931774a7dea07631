"""Resource types of EMR Serverless.

| type | made by | update |
|---|---|---|
| AWS::EMRServerless::Application | CreateApplication | in place; type and name replace it |

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EMRServerless.html
"""

from __future__ import annotations

from typing import Any

import botocore.session

from laptop.emulator.clients import client
from laptop.emulator.cloudformation.emr_types import typed_as
from laptop.emulator.cloudformation.reads import READS, ReadBack, ask
from laptop.emulator.cloudformation.shape import tag_map
from laptop.emulator.registry import Context, Created, Json, Resource, resource_type

_APPLICATION = {
    "AutoStartConfiguration",
    "AutoStopConfiguration",
    "Architecture",
    "DiskEncryptionConfiguration",
    "ImageConfiguration",
    "InitialCapacity",
    "InteractiveConfiguration",
    "MaximumCapacity",
    "MonitoringConfiguration",
    "Name",
    "NetworkConfiguration",
    "ReleaseLabel",
    "RuntimeConfiguration",
    "SchedulerConfiguration",
    "Tags",
    "Type",
    "WorkerTypeSpecifications",
}


@resource_type("AWS::EMRServerless::Application")
class Application(Resource):
    replaced_by = frozenset({"Name", "Type"})
    properties = frozenset(_APPLICATION)

    def create(self, properties: Json, context: Context) -> Created:
        request = _serverless("CreateApplication", properties)
        if properties.get("Tags"):
            request["tags"] = tag_map(properties["Tags"])
        made = client("emr-serverless").create_application(**request)
        return Created(made["applicationId"], {"Arn": made["arn"], "ApplicationId": made["applicationId"]})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        api = client("emr-serverless")
        api.stop_application(applicationId=physical_id)
        removed = sorted(old.keys() - new.keys() - {"Tags"})
        if removed:
            raise ValueError(f"an application on the laptop must keep its properties; {', '.join(removed)} went")
        settings = {name: value for name, value in new.items() if name not in {"Name", "Type", "Tags"}}
        request = _serverless("UpdateApplication", settings)
        application = api.update_application(applicationId=physical_id, **request)["application"]
        self._retag(application["arn"], tag_map(old.get("Tags")), tag_map(new.get("Tags")))
        return Created(physical_id, {"Arn": application["arn"], "ApplicationId": physical_id})

    @staticmethod
    def _retag(arn: str, before: dict[str, str], after: dict[str, str]) -> None:
        api = client("emr-serverless")
        gone = sorted(before.keys() - after.keys())
        if gone:
            api.untag_resource(resourceArn=arn, tagKeys=gone)
        if after and before != after:
            api.tag_resource(resourceArn=arn, tags=after)

    def delete(self, physical_id: str, properties: Json) -> None:
        api = client("emr-serverless")
        api.stop_application(applicationId=physical_id)
        api.delete_application(applicationId=physical_id)


def _serverless(operation: str, properties: Json) -> Json:
    """Return properties as the API takes them: in camelCase, and capacities by worker type as a map."""
    model = botocore.session.get_session().get_service_model("emr-serverless")
    shape = model.operation_model(operation).input_shape
    named: Json = _camel(shape, {name: value for name, value in properties.items() if name != "Tags"})
    return dict(typed_as(shape, named))


def _camel(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure" and isinstance(value, dict):
        renamed = {name[0].lower() + name[1:]: item for name, item in value.items()}
        return {
            name: _camel(shape.members[name], item) if name in shape.members else item for name, item in renamed.items()
        }
    if shape.type_name == "list":
        return [_camel(shape.member, item) for item in value]
    if shape.type_name == "map" and isinstance(value, list):
        # CloudFormation writes these maps as lists of keys and values.
        return {item["Key"]: _camel(shape.value, item["Value"]) for item in value}
    return value


READS["AWS::EMRServerless::Application"] = ReadBack((ask("emr-serverless", "get_application", applicationId="{id}"),))
