"""Whatever can fall behind or be lost on its way in rings."""

from __future__ import annotations

from tests.synthesis import Assembly, Resource
from tests.unit.stacks.templates import short


def alarms(assembly: Assembly) -> dict[str, Resource]:
    return {
        each.logical_id[len("Alarms") : -8]: each for each in assembly.resources("Ingestion", "AWS::CloudWatch::Alarm")
    }


# Metric and threshold of each alarm; the laptop's configuration.
WATCHED = {
    "LagToLake": ("AWS/Lambda", "IteratorAge", 900_000),
    "LagCounting": ("AWS/Lambda", "IteratorAge", 900_000),
    "StreamLag": ("AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", 900_000),
    "FailedToLake": ("AWS/Lambda", "OnFailureDestinationDeliveredEventCount", 1),
    "FailedCounting": ("AWS/Lambda", "OnFailureDestinationDeliveredEventCount", 1),
    "LostToLake": ("AWS/Lambda", "DestinationDeliveryFailures", 1),
    "LostCounting": ("AWS/Lambda", "DestinationDeliveryFailures", 1),
    "ThrottledToLake": ("AWS/Lambda", "Throttles", 1),
    "ThrottledCounting": ("AWS/Lambda", "Throttles", 1),
    "ThrottledFileArrival": ("AWS/Lambda", "Throttles", 1),
    "ErrorsToLake": ("AWS/Lambda", "Errors", 3),
    "ErrorsCounting": ("AWS/Lambda", "Errors", 3),
    "ErrorsFileArrival": ("AWS/Lambda", "Errors", 3),
    "Rejected": ("Lake/Stream", "EventsRejected", 1000),
    "WriteExceeded": ("AWS/Kinesis", "WriteProvisionedThroughputExceeded", 1),
    "ReadExceeded": ("AWS/Kinesis", "ReadProvisionedThroughputExceeded", 1),
    "ArchiveLate": ("AWS/Firehose", "DeliveryToS3.DataFreshness", 960),
    "ArchiveRefuses": ("AWS/Firehose", "FailedConversion.Records", 1),
    "TableCounters": ("AWS/DynamoDB", "WriteThrottleEvents", 1),
    "TableFiles": ("AWS/DynamoDB", "WriteThrottleEvents", 1),
}


def test_each_way_to_fall_behind_or_to_lose_has_an_alarm(laptop_assembly: Assembly) -> None:
    found = {}
    for name, alarm in alarms(laptop_assembly).items():
        (query,) = alarm.properties["Metrics"]
        metric = query["MetricStat"]["Metric"]
        found[name] = (metric["Namespace"], metric["MetricName"], alarm.properties["Threshold"])
    assert found == WATCHED


def test_alarm_of_failed_batches_watches_the_mapping_and_the_others_their_function(laptop_assembly: Assembly) -> None:
    def dimension(name: str) -> tuple[str, str]:
        (found,) = alarms(laptop_assembly)[name].properties["Metrics"][0]["MetricStat"]["Metric"]["Dimensions"]
        return found["Name"], short(found["Value"])

    assert dimension("FailedToLake") == ("EventSourceMappingUUID", "ToLakeMapping")
    assert dimension("LagCounting") == ("FunctionName", "Counting")
    assert dimension("Rejected") == ("service", "clickstream_to_lake")
