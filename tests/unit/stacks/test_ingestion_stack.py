"""The stream and what reads it: every setting that decides whether a record can be lost, and exact permissions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.products import products
from config.loader import load
from config.model import LakeConfig
from contracts.loader import load_contracts
from tests.policy.rules import listed
from tests.synthesis import Assembly
from tests.unit.stacks.templates import allowed, short

LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
TRACES = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
KEY = {"kms:Decrypt", "kms:GenerateDataKey"}
POLL = {
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
}


def only(assembly: Assembly, kind: str, prefix: str = "") -> dict[str, Any]:
    return dict(assembly.only("Ingestion", kind, prefix).properties)


def function(assembly: Assembly, prefix: str) -> dict[str, Any]:
    return only(assembly, "AWS::Lambda::Function", prefix)


def mapping(assembly: Assembly, prefix: str) -> dict[str, Any]:
    return only(assembly, "AWS::Lambda::EventSourceMapping", prefix)


@pytest.fixture(scope="module")
def config() -> LakeConfig:
    return load("laptop")


def test_stream_is_encrypted_retained_and_observed_as_configured(
    laptop_assembly: Assembly, prod_assembly: Assembly, config: LakeConfig
) -> None:
    stream = only(laptop_assembly, "AWS::Kinesis::Stream")
    assert stream["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
    assert stream["ShardCount"] == config.ingestion.stream.shards
    assert stream["RetentionPeriodHours"] == config.ingestion.stream.retention_hours
    assert stream["DesiredShardLevelMetrics"] == list(config.ingestion.stream.shard_metrics)
    assert stream["StreamEncryption"]["EncryptionType"] == "KMS"
    assert "DataKey" in str(stream["StreamEncryption"]["KeyId"])

    on_demand = only(prod_assembly, "AWS::Kinesis::Stream")
    assert (on_demand["StreamModeDetails"], "ShardCount" in on_demand) == ({"StreamMode": "ON_DEMAND"}, False)
    assert on_demand["RetentionPeriodHours"] == 168


@pytest.mark.parametrize("name", ["ToLake", "Counting"])
def test_mapping_states_every_setting_that_could_lose_or_block_records(
    laptop_assembly: Assembly, config: LakeConfig, name: str
) -> None:
    consumer = config.ingestion.to_lake if name == "ToLake" else config.ingestion.counters
    found = mapping(laptop_assembly, f"{name}Mapping")
    destination = found.pop("DestinationConfig")
    target, source = found.pop("FunctionName"), found.pop("EventSourceArn")
    found.pop("Tags")

    assert "Failures" in str(destination["OnFailure"]["Destination"])
    assert target["Ref"].startswith(name)
    assert source == {"Fn::GetAtt": ["Stream", "Arn"]}
    window = found.pop("TumblingWindowInSeconds", 0)
    assert window == (0 if name == "ToLake" else config.ingestion.counters.window_seconds)
    assert found == {
        "Enabled": True,
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": consumer.batch_size,
        "MaximumBatchingWindowInSeconds": consumer.batching_window_seconds,
        "ParallelizationFactor": consumer.parallelization,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BisectBatchOnFunctionError": True,
        "MaximumRetryAttempts": consumer.maximum_retries,
        "MaximumRecordAgeInSeconds": consumer.maximum_record_age_seconds,
        "MetricsConfig": {"Metrics": ["EventCount"]},
    }


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("ToLake", "clickstream_to_lake"),
        ("Counting", "clickstream_counters"),
        ("FileArrivalFunction", "file_arrival"),
    ],
)
def test_function_states_its_runtime_and_has_the_shared_layer(
    laptop_assembly: Assembly, name: str, package: str
) -> None:
    found = function(laptop_assembly, name)

    assert (found["Runtime"], found["Architectures"]) == ("python3.12", ["arm64"])
    assert found["Handler"] == f"{package}.handler.handle"
    assert found["TracingConfig"] == {"Mode": "Active"}
    assert [each["Ref"] for each in found["Layers"]] == [
        laptop_assembly.only("Ingestion", "AWS::Lambda::LayerVersion").logical_id
    ]
    logging = found["LoggingConfig"]
    assert (logging["LogFormat"], logging["ApplicationLogLevel"]) == ("JSON", "INFO")
    assert logging["LogGroup"]["Ref"].startswith(name)
    variables = found["Environment"]["Variables"]
    assert variables["POWERTOOLS_SERVICE_NAME"] == package
    assert variables.get("POWERTOOLS_METRICS_NAMESPACE") == ("Lake/Stream" if name == "ToLake" else None)


def test_functions_have_the_size_of_the_configuration(laptop_assembly: Assembly, config: LakeConfig) -> None:
    ingestion = config.ingestion
    for name, expected in (
        ("ToLake", ingestion.to_lake),
        ("Counting", ingestion.counters),
        ("FileArrivalFunction", ingestion.file_arrival),
    ):
        found = function(laptop_assembly, name)
        assert (found["MemorySize"], found["Timeout"]) == (expected.memory_mib, expected.timeout_seconds)
        assert "ReservedConcurrentExecutions" not in found


def test_environment_has_what_the_functions_read(laptop_assembly: Assembly) -> None:
    shared = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL"}
    own = {
        "ToLake": {"POWERTOOLS_METRICS_NAMESPACE", "RAW_BUCKET", "FAILURES_BUCKET", "CONTRACT", "PARALLEL_WRITES"},
        "Counting": {"COUNTERS_TABLE", "CONTRACT", "RETENTION_HOURS"},
        "FileArrivalFunction": {"FILES_TABLE", "PIPELINES"},
    }
    for name, expected in own.items():
        assert set(function(laptop_assembly, name)["Environment"]["Variables"]) == shared | expected


def test_writer_may_do_exactly_what_it_does(laptop_assembly: Assembly) -> None:
    found = allowed(laptop_assembly, "Ingestion", "ToLake")

    assert set(found) == POLL | LOGS | TRACES | KEY | {"s3:GetObject", "s3:PutObject", "s3:ListBucket"}
    assert found["s3:GetObject"] == {"Raw/clicks/*", "Failures/rejected/clicks/*"}
    assert found["s3:PutObject"] == {"Raw/clicks/*", "Failures/rejected/clicks/*", "Failures/aws/lambda/*"}
    assert found["s3:ListBucket"] == {"Raw", "Failures"}
    assert {resource for action in POLL for resource in found[action]} == {"Stream"}
    assert {resource for action in KEY for resource in found[action]} == {"DataKey"}
    assert found["logs:PutLogEvents"] == {"ToLakeLogs"}


def test_writer_lists_only_the_folder_of_its_table_in_raw(laptop_assembly: Assembly) -> None:
    (policy,) = only(laptop_assembly, "AWS::IAM::Role", "ToLake")["Policies"]
    conditions = [
        statement.get("Condition")
        for statement in policy["PolicyDocument"]["Statement"]
        if listed(statement["Action"]) == ["s3:ListBucket"] and "Raw" in str(statement["Resource"])
    ]
    assert conditions == [{"StringLike": {"s3:prefix": "clicks/*"}}]


def test_counters_may_do_exactly_what_they_do(laptop_assembly: Assembly) -> None:
    found = allowed(laptop_assembly, "Ingestion", "Counting")

    written = {"dynamodb:BatchWriteItem", "s3:PutObject", "s3:ListBucket"}
    assert set(found) == POLL | LOGS | TRACES | KEY | written
    assert found["dynamodb:BatchWriteItem"] == {"Counters"}
    assert found["s3:PutObject"] == {"Failures/aws/lambda/*"}
    assert found["s3:ListBucket"] == {"Failures"}


def test_file_arrival_may_do_exactly_what_it_does(laptop_assembly: Assembly) -> None:
    found = allowed(laptop_assembly, "Ingestion", "FileArrival")
    table = {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}

    assert set(found) == LOGS | TRACES | KEY | table | {"states:StartExecution", "sqs:SendMessage"}
    assert {resource for action in table for resource in found[action]} == {"FileArrivalFiles"}
    started = {each for each in found["states:StartExecution"] if "Clickstream" not in each}
    assert len(started) == len(found["states:StartExecution"]) == len(products(load_contracts())) - 1
    assert found["kms:GenerateDataKey"] == {"DataKey", "TopicKey"}


def test_firehose_may_do_exactly_what_it_does(laptop_assembly: Assembly) -> None:
    found = allowed(laptop_assembly, "Ingestion", "Archive")

    assert found["s3:PutObject"] == {"Curated/click_archive/*", "Curated/_errors/click_archive/*"}
    assert found["kinesis:GetRecords"] == {"Stream"}
    assert {each.rpartition(":")[2] for each in found["glue:GetTableVersions"]} >= {"catalog"}
    assert any(each.endswith("/click_archive") for each in found["glue:GetTableVersions"])
    assert not {action for action in found if "*" in action or action.startswith(("iam:", "sts:"))}


def test_firehose_converts_and_partitions_by_the_day_of_the_event(laptop_assembly: Assembly) -> None:
    delivery = only(laptop_assembly, "AWS::KinesisFirehose::DeliveryStream")
    found = delivery["ExtendedS3DestinationConfiguration"]

    assert delivery["DeliveryStreamType"] == "KinesisStreamAsSource"
    assert delivery["KinesisStreamSourceConfiguration"]["KinesisStreamARN"] == {"Fn::GetAtt": ["Stream", "Arn"]}
    assert found["Prefix"] == "click_archive/event_date=!{partitionKeyFromQuery:event_date}/"
    assert found["ErrorOutputPrefix"].startswith("_errors/click_archive/!{firehose:error-output-type}/")
    assert found["BufferingHints"] == {"IntervalInSeconds": 60, "SizeInMBs": 64}
    assert found["DynamicPartitioningConfiguration"]["Enabled"] is True
    (processor,) = found["ProcessingConfiguration"]["Processors"]
    parameters = {each["ParameterName"]: each["ParameterValue"] for each in processor["Parameters"]}
    assert (processor["Type"], parameters["JsonParsingEngine"]) == ("MetadataExtraction", "JQ-1.6")
    conversion = found["DataFormatConversionConfiguration"]
    assert conversion["SchemaConfiguration"]["TableName"] == "click_archive"
    assert "ParquetSerDe" in conversion["OutputFormatConfiguration"]["Serializer"]
    # Parquet is compressed within; Firehose refuses to compress it again.
    assert found["CompressionFormat"] == "UNCOMPRESSED"
    assert "DataKey" in str(found["EncryptionConfiguration"]["KMSEncryptionConfig"])
    assert found["CloudWatchLoggingOptions"]["Enabled"] is True


def test_counters_expire_and_both_tables_can_be_restored(laptop_assembly: Assembly) -> None:
    counters = only(laptop_assembly, "AWS::DynamoDB::Table", "Counters")
    files = only(laptop_assembly, "AWS::DynamoDB::Table", "FileArrivalFiles")

    keys = [(each["AttributeName"], each["KeyType"]) for each in counters["KeySchema"]]
    assert keys == [("minute", "HASH"), ("counter", "RANGE")]
    assert counters["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert [each["AttributeName"] for each in files["KeySchema"]] == ["file"]
    assert "TimeToLiveSpecification" not in files
    for table in (counters, files):
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert "DataKey" in str(table["SSESpecification"]["KMSMasterKeyId"])


def test_new_files_reach_the_function_and_those_of_the_stream_do_not(laptop_assembly: Assembly) -> None:
    rule = only(laptop_assembly, "AWS::Events::Rule")
    prefixes = {each["prefix"] for each in rule["EventPattern"]["detail"]["object"]["key"]}
    curated = {
        f"{table.name}/"
        for product in products(load_contracts())
        for table in product.curated
        if table.name != "clicks"
    }
    (target,) = rule["Targets"]

    assert prefixes == curated
    assert target["Arn"]["Fn::GetAtt"][0].startswith("FileArrivalFunction")
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 7200, "MaximumRetryAttempts": 10}
    assert "Undelivered" in str(target["DeadLetterConfig"]["Arn"])


def test_function_starts_the_pipeline_of_each_table(laptop_assembly: Assembly) -> None:
    pipelines = function(laptop_assembly, "FileArrivalFunction")["Environment"]["Variables"]["PIPELINES"]
    text = (
        pipelines
        if isinstance(pipelines, str)
        else "".join(part if isinstance(part, str) else short(part) for part in pipelines["Fn::Join"][1])
    )
    found = json.loads(text)

    assert found["weather"] == found["flights"]
    assert set(found) == {
        table.name for product in products(load_contracts()) for table in product.curated if table.name != "clicks"
    }


def test_only_the_rule_may_call_the_function_and_what_fails_is_kept(laptop_assembly: Assembly) -> None:
    permission = only(laptop_assembly, "AWS::Lambda::Permission")
    failures = only(laptop_assembly, "AWS::Lambda::EventInvokeConfig")

    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"]["Fn::GetAtt"][0].startswith("FileArrivalNewObject")
    assert (failures["MaximumRetryAttempts"], failures["MaximumEventAgeInSeconds"]) == (2, 7200)
    assert "Undelivered" in str(failures["DestinationConfig"]["OnFailure"]["Destination"])


def test_names_that_people_and_scripts_need_are_outputs(laptop_assembly: Assembly, prod_assembly: Assembly) -> None:
    expected = {
        "StreamName",
        "StreamArn",
        "ClicksFunctionName",
        "CountersFunctionName",
        "ArrivalFunctionName",
        "CountersTableName",
        "FilesTableName",
        "DeliveryStreamName",
        "FailureDestination",
    }
    assert set(laptop_assembly.outputs("Ingestion")) == set(prod_assembly.outputs("Ingestion")) == expected


def test_stack_is_not_there_where_it_is_switched_off(dev_assembly: Assembly) -> None:
    assert "Ingestion" not in dev_assembly.templates
