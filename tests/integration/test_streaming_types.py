"""CloudFormation of the streaming services: deployed, read back, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.test_cloudformation import Stack, resources, template


@pytest.fixture
def stack(laptop: Any, request: pytest.FixtureRequest) -> Iterator[Stack]:
    made = Stack(laptop, request.node.name.replace("_", "-")[:100])
    yield made
    try:
        made.delete()
    except ClientError as error:
        if "does not exist" not in str(error):
            raise


def test_streams_mappings_and_functions_are_what_their_template_says(stack: Stack) -> None:
    streaming = template("streaming_types.yaml")
    assert stack.deploy(streaming) == "CREATE_COMPLETE", stack.failures()
    outputs = stack.outputs()
    changed = stack.deploy(streaming, Retention="24", Shards="3", BatchSize="200", BufferSeconds="120")
    assert changed == "UPDATE_COMPLETE", stack.failures()
    assert stack.outputs() == outputs
    kinesis, functions = stack.laptop.client("kinesis"), stack.laptop.client("lambda")
    summary = kinesis.describe_stream_summary(StreamName=outputs["Stream"])["StreamDescriptionSummary"]
    assert (summary["OpenShardCount"], summary["RetentionPeriodHours"]) == (3, 24)
    assert functions.get_event_source_mapping(UUID=outputs["Mapping"])["BatchSize"] == 200
    tags = kinesis.list_tags_for_resource(ResourceARN=outputs["Consumer"])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"batch": "200"}
    firehose = stack.laptop.client("firehose")
    delivery = firehose.describe_delivery_stream(DeliveryStreamName=outputs["Delivery"])["DeliveryStreamDescription"]
    hints = delivery["Destinations"][0]["ExtendedS3DestinationDescription"]["BufferingHints"]
    assert (hints["IntervalInSeconds"], delivery["VersionId"]) == (120, "2")
    assert stack.delete() == "DELETE_COMPLETE", stack.failures()
    assert outputs["Delivery"] not in firehose.list_delivery_streams()["DeliveryStreamNames"]
    assert outputs["Stream"] not in kinesis.list_streams()["StreamNames"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        functions.get_event_source_mapping(UUID=outputs["Mapping"])


def test_a_property_that_a_mapping_loses_has_its_default_again(stack: Stack) -> None:
    streaming = template("streaming_types.yaml")
    assert stack.deploy(streaming) == "CREATE_COMPLETE", stack.failures()
    for name in ("MaximumRetryAttempts", "BisectBatchOnFunctionError", "DestinationConfig"):
        del streaming["Resources"]["Mapping"]["Properties"][name]
    assert stack.deploy(streaming) == "UPDATE_COMPLETE", stack.failures()
    found = stack.laptop.client("lambda").get_event_source_mapping(UUID=stack.outputs()["Mapping"])
    assert (found["MaximumRetryAttempts"], found["BisectBatchOnFunctionError"]) == (-1, False)
    assert "Destination" not in found["DestinationConfig"].get("OnFailure", {})


def test_fails_for_a_stream_property_that_the_laptop_does_not_implement(stack: Stack) -> None:
    stream = {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1, "MaxRecordSizeInKiB": 10240}}
    assert stack.deploy(resources(Stream=stream)) == "ROLLBACK_COMPLETE"
    assert "got MaxRecordSizeInKiB" in stack.failures()


def test_fails_for_an_option_of_a_delivery_stream_that_the_laptop_would_ignore(stack: Stack) -> None:
    streaming = template("streaming_types.yaml")
    delivery = streaming["Resources"]["Delivery"]["Properties"]["ExtendedS3DestinationConfiguration"]
    delivery["CustomTimeZone"] = "Asia/Tokyo"
    assert stack.deploy(streaming) == "ROLLBACK_COMPLETE"
    assert "implements no CustomTimeZone" in stack.failures()


def test_fails_for_a_mapping_that_lambda_would_refuse(stack: Stack) -> None:
    streaming = template("streaming_types.yaml")
    streaming["Resources"]["Mapping"]["Properties"]["ParallelizationFactor"] = 11
    assert stack.deploy(streaming) == "ROLLBACK_COMPLETE"
    assert "ParallelizationFactor must be from 1 to 10" in stack.failures()
