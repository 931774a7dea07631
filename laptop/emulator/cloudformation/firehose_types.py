"""Delivery streams, made through Firehose's own API; the emulator's type ignores changed tags and unknown options.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesisfirehose-deliverystream.html
"""

from __future__ import annotations

import re
from typing import Any

from laptop.emulator.clients import client
from laptop.emulator.cloudformation.reads import READS, ReadBack, ask
from laptop.emulator.cloudformation.shape import is_true, pick, tag_map
from laptop.emulator.registry import Context, Created, Json, Resource, resource_type

_FIXED = ("DeliveryStreamName", "DeliveryStreamType", "KinesisStreamSourceConfiguration")
_DESTINATION = "ExtendedS3DestinationConfiguration"


@resource_type("AWS::KinesisFirehose::DeliveryStream")
class DeliveryStream(Resource):
    replaced_by = frozenset(_FIXED)
    properties = frozenset({*_FIXED, _DESTINATION, "Tags"})

    def create(self, properties: Json, context: Context) -> Created:
        name = properties.get("DeliveryStreamName", context.name)[:64]
        arguments = pick(properties, *_FIXED, "Tags") | {"DeliveryStreamName": name}
        if _DESTINATION in properties:
            arguments[_DESTINATION] = _typed(properties[_DESTINATION])
        made = client("firehose").create_delivery_stream(**arguments)
        return Created(name, {"Arn": made["DeliveryStreamARN"]})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        api = client("firehose")
        described = api.describe_delivery_stream(DeliveryStreamName=physical_id)["DeliveryStreamDescription"]
        if old.get(_DESTINATION) != new.get(_DESTINATION):
            if old.get(_DESTINATION, {}).keys() - new.get(_DESTINATION, {}).keys():
                raise ValueError("a delivery stream on the laptop must keep the options that its destination has")
            api.update_destination(
                DeliveryStreamName=physical_id,
                CurrentDeliveryStreamVersionId=described["VersionId"],
                DestinationId=described["Destinations"][0]["DestinationId"],
                ExtendedS3DestinationUpdate=_typed(new[_DESTINATION]),
            )
        gone = sorted(tag_map(old.get("Tags")).keys() - tag_map(new.get("Tags")).keys())
        if gone:
            api.untag_delivery_stream(DeliveryStreamName=physical_id, TagKeys=gone)
        if new.get("Tags"):
            api.tag_delivery_stream(DeliveryStreamName=physical_id, Tags=new["Tags"])
        return Created(physical_id, {"Arn": described["DeliveryStreamARN"]})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("firehose").delete_delivery_stream(DeliveryStreamName=physical_id)


_NUMBERS = re.compile(r"^(SizeInMBs|IntervalInSeconds|DurationInSeconds|BlockSizeBytes|PageSizeBytes)$")
_SWITCHES = re.compile(r"^(Enabled|CaseInsensitive|ConvertDotsInJsonKeysToUnderscores|EnableDictionaryCompression)$")


def _typed(value: Any, name: str = "") -> Any:
    """Return a configuration with the types and names of the API."""
    if isinstance(value, dict):
        # CloudFormation says AWSKMSKeyARN as the API does; only the types differ.
        return {key: _typed(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if _NUMBERS.match(name):
        return int(value)
    return is_true(value) if _SWITCHES.match(name) else value


READS["AWS::KinesisFirehose::DeliveryStream"] = ReadBack(
    (
        ask("firehose", "describe_delivery_stream", DeliveryStreamName="{id}"),
        ask("firehose", "list_tags_for_delivery_stream", DeliveryStreamName="{id}"),
    ),
)
