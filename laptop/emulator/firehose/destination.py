"""What an S3 destination is set to, and what of it the laptop does. Pure, but for whose account and region it is.

Source: https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationConfiguration.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from laptop.emulator import clients
from laptop.emulator.firehose import jq

Json = dict[str, Any]

_IMPLEMENTED = frozenset(
    {
        "BucketARN",
        "RoleARN",
        "Prefix",
        "ErrorOutputPrefix",
        "BufferingHints",
        "CompressionFormat",
        "EncryptionConfiguration",
        "CloudWatchLoggingOptions",
        "DynamicPartitioningConfiguration",
        "ProcessingConfiguration",
        "DataFormatConversionConfiguration",
        "S3BackupMode",
        "FileExtension",
    }
)
# Options of the Parquet serializer; the writer's blocks, pages and dictionaries are pyarrow's own.
_PARQUET = {"Compression": {"UNCOMPRESSED", "SNAPPY", "GZIP"}, "WriterVersion": {"V1"}}
_DEFAULT_MIB, _DEFAULT_SECONDS = 5, 300
# "At least 64" with record format conversion or dynamic partitioning.
_LEAST_MIB_OF_PARTITIONS = 64


@dataclass(frozen=True)
class Destination:
    """An S3 destination.

    Attributes
    ----------
    query
        Functions of the partition keys, or None without dynamic partitioning.
    delimiter
        What is appended to each record.
    conversion
        `DataFormatConversionConfiguration`, or None if records are written as they are.
    key_arn
        The KMS key of the objects, or None.
    """

    bucket: str
    prefix: str
    error_prefix: str
    buffer_bytes: int
    buffer_seconds: float
    compression: str
    query: jq.Query | None
    delimiter: bytes
    conversion: Json | None
    key_arn: str | None
    extension: str


def from_config(config: Json) -> Destination:
    """Return the destination of a configuration that `problem` accepts."""
    hints = config.get("BufferingHints", {})
    conversion = config.get("DataFormatConversionConfiguration") or {}
    key = config.get("EncryptionConfiguration", {}).get("KMSEncryptionConfig", {}).get("AWSKMSKeyARN")
    compression = config.get("CompressionFormat", "UNCOMPRESSED")
    is_converted = _is_on(conversion, default=True)
    suffix = ".parquet" if is_converted else ".gz" if compression == "GZIP" else ""
    return Destination(
        bucket=config["BucketARN"].rpartition(":")[2],
        prefix=config.get("Prefix", ""),
        error_prefix=config.get("ErrorOutputPrefix", ""),
        buffer_bytes=int(hints.get("SizeInMBs", _DEFAULT_MIB)) * 1024 * 1024,
        buffer_seconds=float(hints.get("IntervalInSeconds", _DEFAULT_SECONDS)),
        compression=compression,
        query=_query(config),
        delimiter=_delimiter(config),
        conversion=conversion if is_converted else None,
        key_arn=key,
        extension=config.get("FileExtension") or suffix,
    )


def problem(config: Json) -> str | None:
    """Return why Firehose or the laptop refuses a destination, or None."""
    unknown = sorted(config.keys() - _IMPLEMENTED)
    if unknown:
        return f"the laptop implements no {', '.join(unknown)} of a delivery stream"
    try:
        destination = from_config(config)
    except jq.QueryError as error:
        return str(error)
    partitioned = _is_on(config.get("DynamicPartitioningConfiguration") or {})
    return _inconsistency(config, destination, partitioned=partitioned) or _processors_problem(config)


def _inconsistency(config: Json, destination: Destination, *, partitioned: bool) -> str | None:
    has_keys, has_query = "!{partitionKeyFromQuery" in destination.prefix, destination.query is not None
    least = _LEAST_MIB_OF_PARTITIONS * 1024 * 1024
    checks = (
        (
            {partitioned, has_keys, has_query} == {partitioned},
            "dynamic partitioning, a metadata extraction query and partition keys in the Prefix must come together",
        ),
        (
            "!{partitionKeyFromLambda" not in destination.prefix,
            "partition keys from a Lambda function are not implemented on the laptop",
        ),
        (
            not (partitioned or destination.conversion) or destination.buffer_bytes >= least,
            f"BufferingHints.SizeInMBs must be at least {_LEAST_MIB_OF_PARTITIONS}",
        ),
        (
            "!{" not in destination.prefix or bool(destination.error_prefix),
            "ErrorOutputPrefix must be set when Prefix has expressions",
        ),
        (
            destination.compression in ("UNCOMPRESSED", "GZIP"),
            f"CompressionFormat {destination.compression} is not implemented on the laptop",
        ),
        (
            not destination.conversion or destination.compression == "UNCOMPRESSED",
            "CompressionFormat must be UNCOMPRESSED with record format conversion",
        ),
        (config.get("S3BackupMode", "Disabled") == "Disabled", "S3BackupMode must be Disabled on the laptop"),
    )
    problems = [message for is_right, message in checks if not is_right]
    return problems[0] if problems else _conversion_problem(destination.conversion)


def _conversion_problem(conversion: Json | None) -> str | None:
    if conversion is None:
        return None
    deserializer = conversion.get("InputFormatConfiguration", {}).get("Deserializer", {})
    serializer = conversion.get("OutputFormatConfiguration", {}).get("Serializer", {})
    if "OpenXJsonSerDe" not in deserializer or "ParquetSerDe" not in serializer:
        return "the laptop converts with the OpenX JSON deserializer and the Parquet serializer only"
    return _options_problem("ParquetSerDe", serializer["ParquetSerDe"] or {}, _PARQUET) or _options_problem(
        "SchemaConfiguration", conversion.get("SchemaConfiguration") or {}, _schema_options()
    )


def _schema_options() -> dict[str, set[str] | None]:
    """Return what a table may be named by: those of its own account and region, as they are now."""
    account, region = clients.scope()
    names = dict.fromkeys(("DatabaseName", "TableName", "RoleARN"))
    return {**names, "CatalogId": {account}, "Region": {region}, "VersionId": {"LATEST"}}


def _options_problem(part: str, given: Json, done: Mapping[str, set[str] | None]) -> str | None:
    """Return the first option whose value the laptop does not do; None stands for any value."""
    for name, value in given.items():
        allowed = done.get(name, set())
        if allowed is not None and value not in allowed:
            done_here = " or ".join(sorted(allowed)) or "left out"
            return f"{name} of {part} must be {done_here} on the laptop; got {value}"
    return None


def _processors_problem(config: Json) -> str | None:
    for processor in _processors(config):
        if processor["Type"] not in ("MetadataExtraction", "AppendDelimiterToRecord"):
            return f"the processor {processor['Type']} is not implemented on the laptop"
    return None


def _processors(config: Json) -> list[Json]:
    processing = config.get("ProcessingConfiguration") or {}
    return processing.get("Processors", []) if _is_on(processing) else []


def _parameter(config: Json, kind: str, name: str) -> str | None:
    for processor in _processors(config):
        for parameter in processor.get("Parameters", []):
            if processor["Type"] == kind and parameter["ParameterName"] == name:
                return str(parameter["ParameterValue"])
    return None


def _query(config: Json) -> jq.Query | None:
    text = _parameter(config, "MetadataExtraction", "MetadataExtractionQuery")
    return jq.parse(text) if text else None


def _delimiter(config: Json) -> bytes:
    appends = any(processor["Type"] == "AppendDelimiterToRecord" for processor in _processors(config))
    text = _parameter(config, "AppendDelimiterToRecord", "Delimiter") or "\\n"
    return text.replace("\\n", "\n").encode() if appends else b""


def _is_on(part: Json, *, default: bool = False) -> bool:
    """Tell whether a part is enabled; `default` holds for one that is there and does not say."""
    return bool(part) and str(part.get("Enabled", default)).lower() == "true"
