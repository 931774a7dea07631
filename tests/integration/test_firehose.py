"""Firehose on the laptop: buffers, partitions, converts, and keeps what it cannot deliver."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from tests.integration.streaming_support import wait_until

ROLE = "arn:aws:iam::000000000000:role/delivery"
COLUMNS = [("event_id", "string"), ("event_time", "timestamp"), ("value", "double"), ("schema_version", "int")]


class Archive:
    """A stream, a table, a bucket, and delivery streams between them."""

    def __init__(self, laptop: Any) -> None:
        self.laptop = laptop
        self.name = f"archive-{uuid.uuid4().hex[:8]}"
        self.database = self.name.replace("-", "_")
        self.s3, self.kinesis = laptop.client("s3"), laptop.client("kinesis")
        self.firehose, self.glue = laptop.client("firehose"), laptop.client("glue")
        self.s3.create_bucket(Bucket=self.name)
        self.kinesis.create_stream(StreamName=self.name, ShardCount=2)
        self.glue.create_database(DatabaseInput={"Name": self.database})
        self.glue.create_table(DatabaseName=self.database, TableInput=self._table())

    def _table(self) -> dict[str, Any]:
        return {
            "Name": "events",
            "TableType": "EXTERNAL_TABLE",
            "PartitionKeys": [{"Name": "event_date", "Type": "string"}],
            "Parameters": {
                "classification": "parquet",
                "projection.enabled": "true",
                "projection.event_date.type": "date",
                "projection.event_date.format": "yyyy-MM-dd",
                "projection.event_date.range": "2024-03-01,2024-03-31",
            },
            "StorageDescriptor": {
                "Columns": [{"Name": name, "Type": kind} for name, kind in COLUMNS],
                "Location": f"s3://{self.name}/events/",
                "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
            },
        }

    def partitioned(self, **changes: Any) -> dict[str, Any]:
        """Return the destination that the lake uses."""
        query = {"ParameterName": "MetadataExtractionQuery", "ParameterValue": "{event_date: .event_time[0:10]}"}
        engine = {"ParameterName": "JsonParsingEngine", "ParameterValue": "JQ-1.6"}
        return {
            "BucketARN": f"arn:aws:s3:::{self.name}",
            "RoleARN": ROLE,
            "Prefix": "events/event_date=!{partitionKeyFromQuery:event_date}/",
            "ErrorOutputPrefix": "_errors/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/",
            "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
            "DynamicPartitioningConfiguration": {"Enabled": True, "RetryOptions": {"DurationInSeconds": 300}},
            "ProcessingConfiguration": {
                "Enabled": True,
                "Processors": [{"Type": "MetadataExtraction", "Parameters": [query, engine]}],
            },
            "DataFormatConversionConfiguration": {
                "Enabled": True,
                "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {"CaseInsensitive": False}}},
                "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {"Compression": "SNAPPY"}}},
                "SchemaConfiguration": {"DatabaseName": self.database, "TableName": "events", "RoleARN": ROLE},
            },
            **changes,
        }

    def plain(self, **changes: Any) -> dict[str, Any]:
        hints = {"SizeInMBs": 1, "IntervalInSeconds": 60}
        bucket = f"arn:aws:s3:::{self.name}"
        return {"BucketARN": bucket, "RoleARN": ROLE, "BufferingHints": hints, "Prefix": "plain/", **changes}

    def deliver(self, destination: dict[str, Any], *, from_stream: bool) -> None:
        kind = "KinesisStreamAsSource" if from_stream else "DirectPut"
        arn = f"arn:aws:kinesis:us-east-1:000000000000:stream/{self.name}"
        source = {"KinesisStreamSourceConfiguration": {"KinesisStreamARN": arn, "RoleARN": ROLE}}
        self.firehose.create_delivery_stream(
            DeliveryStreamName=self.name,
            DeliveryStreamType=kind,
            ExtendedS3DestinationConfiguration=destination,
            **(source if from_stream else {}),
        )

    def put(self, *payloads: bytes) -> None:
        records = [{"Data": data, "PartitionKey": str(index)} for index, data in enumerate(payloads)]
        self.kinesis.put_records(StreamName=self.name, Records=records)

    def put_directly(self, *payloads: bytes) -> None:
        records = [{"Data": data} for data in payloads]
        self.firehose.put_record_batch(DeliveryStreamName=self.name, Records=records)

    def keys(self, prefix: str) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=self.name, Prefix=prefix).get("Contents", [])
        return [item["Key"] for item in found]

    def wait_for(self, prefix: str, count: int = 1) -> list[str]:
        wait_until(lambda: len(self.keys(prefix)) >= count)
        return self.keys(prefix)

    def content(self, key: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket=self.name, Key=key)["Body"].read()
        return body

    def remove(self) -> None:
        if self.name in self.firehose.list_delivery_streams(Limit=1000)["DeliveryStreamNames"]:
            self.firehose.delete_delivery_stream(DeliveryStreamName=self.name)
        self.kinesis.delete_stream(StreamName=self.name)
        self.glue.delete_database(Name=self.database)


@pytest.fixture
def archive(laptop: Any) -> Iterator[Archive]:
    made = Archive(laptop)
    yield made
    made.remove()


def event(number: int, day: int = 13, **changes: Any) -> bytes:
    body = {"event_id": f"e{number}", "event_time": f"2024-03-{day:02d}T10:21:14.000Z", "value": 1, "schema_version": 1}
    return json.dumps({**body, "extra": "left out", **changes}).encode()


def test_records_become_one_parquet_file_per_partition_that_athena_reads(archive: Archive) -> None:
    archive.deliver(archive.partitioned(), from_stream=True)
    archive.put(*(event(number, day=13 + number % 2) for number in range(10)))
    keys = archive.wait_for("events/", 2)
    stamp = f"{datetime.now(UTC):%Y-%m-%d}"
    assert [key.rsplit("/", 1)[0] for key in keys] == ["events/event_date=2024-03-13", "events/event_date=2024-03-14"]
    assert all(key.rsplit("/", 1)[1].startswith(f"{archive.name}-1-{stamp}") for key in keys)
    assert all(key.endswith(".parquet") for key in keys)
    table = pq.read_table(io.BytesIO(archive.content(keys[0])))
    assert (table.num_rows, table.column_names) == (5, [name for name, _ in COLUMNS])
    athena = archive.laptop.client("athena")
    query = athena.start_query_execution(
        QueryString="SELECT event_date, count(DISTINCT event_id), max(event_time)"
        f" FROM {archive.database}.events GROUP BY 1 ORDER BY 1",
        ResultConfiguration={"OutputLocation": f"s3://{archive.name}/results/"},
    )["QueryExecutionId"]
    wait_until(
        lambda: athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"] == "SUCCEEDED"
    )
    rows = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"][1:]
    assert [[cell["VarCharValue"] for cell in row["Data"]] for row in rows] == [
        ["2024-03-13", "5", "2024-03-13 10:21:14.000"],
        ["2024-03-14", "5", "2024-03-14 10:21:14.000"],
    ]


def test_a_record_that_does_not_fit_is_kept_under_the_error_prefix(archive: Archive) -> None:
    archive.deliver(archive.partitioned(), from_stream=True)
    bad = event(2, schema_version="one")
    archive.put(event(1), bad, b"\xff garbage")
    keys = archive.wait_for("_errors/", 2)
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    assert {key.rsplit("/", 1)[0] for key in keys} == {
        f"_errors/format-conversion-failed/{day}",
        f"_errors/processing-failed/{day}",
    }
    documents = [json.loads(archive.content(key)) for key in keys]
    assert [base64.b64decode(document["rawData"]) for document in documents] == [bad, b"\xff garbage"]
    conversion = documents[0]
    assert conversion["ErrorCode"] == "DataFormatConversion.MalformedData"
    assert conversion["dataCatalogTable"]["tableName"] == "events"
    assert conversion["sequenceNumber"]
    assert len(archive.wait_for("events/")) == 1


def test_aggregated_records_are_taken_apart(archive: Archive) -> None:
    archive.deliver(archive.partitioned(), from_stream=True)
    # Protobuf: partition keys ["k"], records [(key 0, data)], and the MD5 of that.
    first, second = b'{"event_time":"2024-03-13"}', b"{}"
    records = [b"\x08\x00\x1a" + bytes([len(data)]) + data for data in (first, second)]
    body = b"\x0a\x01k" + b"".join(b"\x1a" + bytes([len(record)]) + record for record in records)
    archive.put(b"\xf3\x89\x9a\xc2" + body + hashlib.md5(body, usedforsecurity=False).digest())
    assert len(archive.wait_for("events/")) == 1
    (failed,) = archive.wait_for("_errors/processing-failed/")
    document = json.loads(archive.content(failed))
    assert (base64.b64decode(document["rawData"]), document["subSequenceNumber"]) == (second, 1)


def test_a_delivery_stream_begins_with_what_comes_after_its_creation(archive: Archive) -> None:
    archive.put(event(1))
    archive.deliver(archive.partitioned(), from_stream=True)
    archive.put(event(2))
    (key,) = archive.wait_for("events/")
    assert pq.read_table(io.BytesIO(archive.content(key))).column("event_id").to_pylist() == ["e2"]


def test_put_records_are_buffered_delimited_and_compressed(archive: Archive) -> None:
    delimiter = {
        "Type": "AppendDelimiterToRecord",
        "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}],
    }
    processing = {"Enabled": True, "Processors": [delimiter]}
    # Two seconds here: both calls come in time on a busy machine too.
    slow = {"SizeInMBs": 1, "IntervalInSeconds": 120}
    destination = archive.plain(CompressionFormat="GZIP", ProcessingConfiguration=processing, BufferingHints=slow)
    archive.deliver(destination, from_stream=False)
    archive.put_directly(b"one", b"two")
    archive.put_directly(b"three")
    (key,) = archive.wait_for("plain/")
    assert gzip.decompress(archive.content(key)) == b"one\ntwo\nthree\n"
    assert key.startswith(f"plain/{datetime.now(UTC):%Y/%m/%d}/")
    assert key.endswith(".gz")


def test_a_full_buffer_does_not_wait(archive: Archive) -> None:
    archive.deliver(archive.plain(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 900}), from_stream=False)
    archive.put_directly(*[b"x" * 600_000] * 2)
    (key,) = archive.wait_for("plain/")
    assert len(archive.content(key)) == 1_200_000


def test_what_s3_refuses_is_delivered_when_the_bucket_is_there(archive: Archive) -> None:
    later = f"{archive.name}-later"
    archive.deliver(archive.plain(BucketARN=f"arn:aws:s3:::{later}"), from_stream=False)
    archive.put_directly(b"patient")
    log = archive.laptop.home.log
    wait_until(lambda: f"{archive.name} could not deliver" in log.read_text())
    archive.s3.create_bucket(Bucket=later)
    found = wait_until(lambda: archive.s3.list_objects_v2(Bucket=later).get("Contents"))
    assert archive.s3.get_object(Bucket=later, Key=found[0]["Key"])["Body"].read() == b"patient"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 60}}, "SizeInMBs must be at least 64"),
        ({"Prefix": "events/"}, "must come together"),
        ({"ErrorOutputPrefix": ""}, "ErrorOutputPrefix must be set"),
        ({"CompressionFormat": "GZIP"}, "must be UNCOMPRESSED"),
        ({"CompressionFormat": "Snappy"}, "not implemented on the laptop"),
        ({"CustomTimeZone": "Asia/Tokyo"}, "implements no CustomTimeZone"),
        ({"S3BackupMode": "Enabled"}, "must be Disabled"),
    ],
)
def test_fails_for_a_destination_that_would_not_be_served_as_on_aws(
    archive: Archive, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        archive.deliver(archive.partitioned(**changes), from_stream=True)


def test_fails_for_jq_that_the_laptop_does_not_know(archive: Archive) -> None:
    destination = archive.partitioned()
    parameters = destination["ProcessingConfiguration"]["Processors"][0]["Parameters"]
    parameters[0]["ParameterValue"] = "{event_date: (.event_time | ascii_downcase)}"
    with pytest.raises(ClientError, match="not implemented on the laptop"):
        archive.deliver(destination, from_stream=True)


def test_fails_to_put_a_record_to_a_delivery_stream_that_reads_kinesis(archive: Archive) -> None:
    archive.deliver(archive.partitioned(), from_stream=True)
    with pytest.raises(ClientError, match="not permitted on KinesisStreamAsSource"):
        archive.put_directly(b"x")
