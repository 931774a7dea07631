"""Takes the records of a delivery stream to S3."""

from __future__ import annotations

import gzip
import json
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from laptop.emulator.clients import account, client, region
from laptop.emulator.firehose import conversion, prefixes
from laptop.emulator.firehose.buffers import Buffer, Buffers
from laptop.emulator.firehose.destination import Destination
from laptop.emulator.firehose.failures import DeliveryError, Incoming, conversion_failed, line, processing_failed

logger = logging.getLogger("laptop.firehose")

Json = dict[str, Any]

# The key under which buffers of failed records have their error type.
_ERROR = ""


class Delivery:
    """Buffers records and writes objects.

    Parameters
    ----------
    name, version
        Of the delivery stream, for the names of objects.
    speed
        How much faster than set the buffers get old.
    metric
        Takes a metric's name, value and unit.
    """

    def __init__(
        self,
        name: str,
        version: str,
        destination: Destination,
        speed: float,
        metric: Callable[[str, float, str], object],
    ) -> None:
        self._name = f"{name}-{version}"
        self._destination = destination
        self._metric = metric
        self.buffers = Buffers(destination.buffer_bytes, destination.buffer_seconds / speed)
        self._schema: conversion.Schema | None = None

    def accept(self, record: Incoming) -> None:
        """Put a record into the buffer of its partition, or into that of its error."""
        now = time.time()
        try:
            values = self._partition(record)
            content: object = self._content(record)
        except DeliveryError as error:
            failure = line(record, error, now, self._table())
            self.buffers.add(((_ERROR, error.output_type),), record, failure, now)
            return
        self.buffers.add(values, record, content, now)

    def write_due(self) -> Iterator[list[Incoming]]:
        """Write the buffers that are due; yield the records of each object when it is written."""
        for buffer in self.buffers.due(time.time()):
            yield self._write(buffer)
            # The next objects are converted by the table as it is then.
            self._schema = None

    def _write(self, buffer: Buffer) -> list[Incoming]:
        values = dict(buffer.prefix_values)
        error_type = values.get(_ERROR)
        prefix = self._error_prefix() if error_type else self._destination.prefix
        where = prefixes.evaluate(prefix, buffer.oldest(), values, error_type)
        stamp = datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%d-%H-%M-%S")
        extension = "" if error_type else self._destination.extension
        key = f"{where}{self._name}-{stamp}-{uuid.uuid4()}{extension}"
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._destination.key_arn}
        client("s3").put_object(
            Bucket=self._destination.bucket,
            Key=key,
            Body=self._body(buffer, error_type),
            **(encryption if self._destination.key_arn else {}),
        )
        self.buffers.delivered(buffer)
        self._metric("DeliveryToS3.DataFreshness", time.time() - buffer.oldest(), "Seconds")
        self._metric("DeliveryToS3.Records", len(buffer.items), "Count")
        logger.info("%s: %d records to %s", self._name, len(buffer.items), key)
        return [record for record, _ in buffer.items]

    def _body(self, buffer: Buffer, error_type: str | None) -> bytes:
        contents = [content for _, content in buffer.items]
        if error_type:
            return b"".join(content for content in contents if isinstance(content, bytes))
        if self._destination.conversion:
            found = [row for content in contents if isinstance(content, list) for row in content]
            serializer = self._destination.conversion["OutputFormatConfiguration"]["Serializer"]["ParquetSerDe"]
            return conversion.parquet(self._schema_of_table(), found, serializer.get("Compression", "SNAPPY"))
        whole = b"".join(content for content in contents if isinstance(content, bytes))
        return gzip.compress(whole) if self._destination.compression == "GZIP" else whole

    def _error_prefix(self) -> str:
        return self._destination.error_prefix or "!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH/}"

    def _partition(self, record: Incoming) -> tuple[tuple[str, str], ...]:
        if self._destination.query is None:
            return ()
        try:
            document = json.loads(record.data)
            found = {name: extract(document) for name, extract in self._destination.query.items()}
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise processing_failed(f"Metadata extraction failed: {error}") from error
        for name, value in found.items():
            if value is None or value == "" or isinstance(value, dict | list):
                raise processing_failed(f"Partition key {name} must have a value; got {json.dumps(value)[:80]}")
        return tuple((name, value if isinstance(value, str) else json.dumps(value)) for name, value in found.items())

    def _content(self, record: Incoming) -> object:
        if self._destination.conversion:
            return conversion.rows(self._schema_of_table(), record.data)
        return record.data + self._destination.delimiter

    def _schema_of_table(self) -> conversion.Schema:
        if self._schema is None:
            self._schema = self._read_schema()
        return self._schema

    def _read_schema(self) -> conversion.Schema:
        chosen = (self._destination.conversion or {})["SchemaConfiguration"]
        try:
            table = client("glue").get_table(DatabaseName=chosen["DatabaseName"], Name=chosen["TableName"])["Table"]
        except ClientError as error:
            raise conversion_failed("EntityNotFound", "The specified table/database could not be found.") from error
        columns = [(column["Name"], column["Type"]) for column in table["StorageDescriptor"]["Columns"]]
        openx = (self._destination.conversion or {})["InputFormatConfiguration"]["Deserializer"]["OpenXJsonSerDe"] or {}
        return conversion.Schema(
            columns,
            case_insensitive=str(openx.get("CaseInsensitive", True)).lower() == "true",
            dots_to_underscores=str(openx.get("ConvertDotsInJsonKeysToUnderscores", False)).lower() == "true",
            key_of=openx.get("ColumnToJsonKeyMappings") or {},
        )

    def _table(self) -> Json | None:
        if not self._destination.conversion:
            return None
        chosen = self._destination.conversion["SchemaConfiguration"]
        return {
            "catalogId": chosen.get("CatalogId", account()),
            "databaseName": chosen["DatabaseName"],
            "tableName": chosen["TableName"],
            "region": chosen.get("Region", region()),
            "versionId": chosen.get("VersionId", "LATEST"),
        }


def at_place(data: bytes, record: Json, shard: str, sub_number: int) -> Incoming:
    """Return a payload of a record of the source stream."""
    base = Incoming(data, record["ApproximateArrivalTimestamp"], shard, record["SequenceNumber"])
    return replace(base, sub_number=sub_number)
