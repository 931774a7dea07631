from __future__ import annotations

from typing import Any

import pytest

from laptop.emulator.firehose.destination import problem

SCHEMA = {
    "RoleARN": "arn:aws:iam::000000000000:role/archive",
    "CatalogId": "000000000000",
    "Region": "us-east-1",
    "DatabaseName": "lake_curated",
    "TableName": "click_archive",
    "VersionId": "LATEST",
}


def converting(parquet: dict[str, Any] | None = None, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "BucketARN": "arn:aws:s3:::lake",
        "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
        "DataFormatConversionConfiguration": {
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
            "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": parquet or {}}},
            "SchemaConfiguration": {**SCHEMA, **(schema or {})},
        },
    }


@pytest.mark.parametrize("compression", ["UNCOMPRESSED", "SNAPPY", "GZIP"])
def test_files_are_compressed_in_every_way_that_firehose_knows(compression: str) -> None:
    assert problem(converting({"Compression": compression, "WriterVersion": "V1"})) is None


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"WriterVersion": "V2"}, "WriterVersion of ParquetSerDe must be V1 on the laptop; got V2"),
        ({"BlockSizeBytes": 67108864}, "BlockSizeBytes of ParquetSerDe must be left out on the laptop; got 67108864"),
        ({"PageSizeBytes": 65536}, "PageSizeBytes"),
        ({"MaxPaddingBytes": 0}, "MaxPaddingBytes"),
        ({"EnableDictionaryCompression": False}, "EnableDictionaryCompression"),
    ],
)
def test_fails_for_an_option_of_parquet_that_would_change_nothing_here(option: dict[str, Any], message: str) -> None:
    assert message in str(problem(converting(option)))


@pytest.mark.parametrize("place", [{"CatalogId": "123456789012"}, {"Region": "eu-west-1"}, {"VersionId": "3"}], ids=min)
def test_fails_for_a_table_of_another_place_or_time(place: dict[str, str]) -> None:
    ((name, value),) = place.items()
    assert f"{name} of SchemaConfiguration must be {SCHEMA[name]} on the laptop; got {value}" == problem(
        converting(schema=place)
    )
