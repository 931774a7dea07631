"""The stream and what reads it: every setting that decides whether a record can be lost, and exact permissions."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from pydantic import ValidationError

from components.products import products
from config.loader import load
from config.model import IngestionConfig, LakeConfig
from contracts.loader import load_contracts
from stacks.platform_stage import PlatformStage
from tests.policy.rules import listed
from tests.synthesis import ROOT, Assembly, Resource

RUNBOOK = ROOT / "docs" / "runbook.md"
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


def allowed(assembly: Assembly, prefix: str) -> dict[str, set[str]]:
    """Give the resources that a role may use each action on, as short texts."""
    found: dict[str, set[str]] = {}
    for policy in only(assembly, "AWS::IAM::Role", prefix)["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            for action in listed(statement["Action"]):
                found.setdefault(action, set()).update(short(each) for each in listed(statement["Resource"]))
    return found


def short(value: Any) -> str:
    """Write an ARN without the tokens of account and region, and references by the logical id that they begin with."""
    if isinstance(value, dict):
        (kind, content), *_ = value.items()
        if kind == "Fn::Join":
            return "".join(short(part) for part in content[1])
        text = content if isinstance(content, str) else content[0]
        exported = re.search(r"ExportsOutput(?:FnGetAtt|Ref)([A-Za-z]+?)[0-9A-F]{6,8}", text)
        return exported[1] if exported else re.sub(r"[0-9A-F]{8}$", "", text)
    return str(value)


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
    found = allowed(laptop_assembly, "ToLake")

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
    found = allowed(laptop_assembly, "Counting")

    written = {"dynamodb:BatchWriteItem", "s3:PutObject", "s3:ListBucket"}
    assert set(found) == POLL | LOGS | TRACES | KEY | written
    assert found["dynamodb:BatchWriteItem"] == {"Counters"}
    assert found["s3:PutObject"] == {"Failures/aws/lambda/*"}
    assert found["s3:ListBucket"] == {"Failures"}


def test_file_arrival_may_do_exactly_what_it_does(laptop_assembly: Assembly) -> None:
    found = allowed(laptop_assembly, "FileArrival")
    table = {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}

    assert set(found) == LOGS | TRACES | KEY | table | {"states:StartExecution", "sqs:SendMessage"}
    assert {resource for action in table for resource in found[action]} == {"FileArrivalFiles"}
    started = {each for each in found["states:StartExecution"] if "Clickstream" not in each}
    assert len(started) == len(found["states:StartExecution"]) == len(products(load_contracts())) - 1
    assert found["kms:GenerateDataKey"] == {"DataKey", "TopicKey"}


def test_firehose_may_do_exactly_what_it_does(laptop_assembly: Assembly) -> None:
    found = allowed(laptop_assembly, "Archive")

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


def test_alarms_ring_at_the_topic_and_name_their_runbook_section(laptop_assembly: Assembly) -> None:
    headings = re.findall(r"^## (.*)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    sections = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for name, alarm in alarms(laptop_assembly).items():
        assert "Alerts" in str(alarm.properties["AlarmActions"])
        section = alarm.properties["AlarmDescription"].rpartition("docs/runbook.md#")[2]
        assert section in sections, f"{name} names a section that the runbook does not have: {section}"


def test_alarm_of_failed_batches_watches_the_mapping_and_the_others_their_function(laptop_assembly: Assembly) -> None:
    def dimension(name: str) -> tuple[str, str]:
        (found,) = alarms(laptop_assembly)[name].properties["Metrics"][0]["MetricStat"]["Metric"]["Dimensions"]
        return found["Name"], short(found["Value"])

    assert dimension("FailedToLake") == ("EventSourceMappingUUID", "ToLakeMapping")
    assert dimension("LagCounting") == ("FunctionName", "Counting")
    assert dimension("Rejected") == ("service", "clickstream_to_lake")


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


def changed(config: LakeConfig, **changes: Any) -> IngestionConfig:
    """Replace settings by their path, written with two underscores: `stream__shards`."""
    values = config.ingestion.model_dump()
    for path, value in changes.items():
        *folders, name = path.split("__")
        target = values
        for folder in folders:
            target = target[folder]
        target[name] = value
    return IngestionConfig.model_validate(values)


def template(config: LakeConfig, folder: Path, ingestion: IngestionConfig, **processing: Any) -> dict[str, Any]:
    lake = config.model_copy(
        update={"ingestion": ingestion, "processing": config.processing.model_copy(update=processing)}
    )
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = cdk.App(context=flags, outdir=str(folder))
    stage = PlatformStage(app, "lake-laptop", config=lake, contracts=load_contracts())
    resources: dict[str, Any] = stage.synth().get_stack_by_name("lake-laptop-Ingestion").template["Resources"]
    return resources


def test_switches_away_from_the_defaults_change_the_template(config: LakeConfig, tmp_path: Path) -> None:
    ingestion = changed(
        config,
        runtime__tracing=False,
        runtime__architecture="x86_64",
        to_lake__reserved_concurrency=6,
        to_lake__parallelization=3,
        counters__enhanced_fan_out=True,
    )
    resources = template(config, tmp_path, ingestion, new_objects_start="rule")
    by_type = {(each["Type"], name): each["Properties"] for name, each in resources.items()}

    def found(kind: str, prefix: str) -> dict[str, Any]:
        (match,) = [value for (type_, name), value in by_type.items() if type_ == kind and name.startswith(prefix)]
        return dict(match)

    writer = found("AWS::Lambda::Function", "ToLake")
    assert writer["ReservedConcurrentExecutions"] == 6
    assert (writer["TracingConfig"], writer["Architectures"]) == ({"Mode": "PassThrough"}, ["x86_64"])
    assert "xray" not in json.dumps(found("AWS::IAM::Role", "ToLake"))
    assert found("AWS::Lambda::EventSourceMapping", "ToLakeMapping")["ParallelizationFactor"] == 3
    source = found("AWS::Lambda::EventSourceMapping", "CountingMapping")["EventSourceArn"]
    assert source == {"Fn::GetAtt": ["CountingFanOut", "ConsumerARN"]}
    assert "kinesis:SubscribeToShard" in json.dumps(found("AWS::IAM::Role", "Counting"))
    assert not [name for _, name in by_type if name.startswith("FileArrival")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"to_lake__maximum_record_age_seconds": 86400},
            r"to_lake.maximum_record_age_seconds must be less than retent",
        ),
        ({"counters__maximum_record_age_seconds": 86400}, r"counters.maximum_record_age_seconds must be less than"),
        ({"to_lake__reserved_concurrency": 1}, r"must be 0 or at least shards \* parallelization \(2\); got 1"),
        ({"alarms__iterator_age_seconds": 43200}, r"alarms.iterator_age_seconds must be less than each maximum"),
        ({"counters__parallelization": 2}, r"counters.parallelization"),
        ({"to_lake__maximum_retries": 0}, r"to_lake.maximum_retries"),
        ({"stream__retention_hours": 12}, r"stream.retention_hours"),
        ({"archive__buffer_mib": 5}, r"archive.buffer_mib"),
    ],
)
def test_fails_on_settings_that_would_lose_records_or_that_aws_refuses(
    config: LakeConfig, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        changed(config, **changes)


def test_fails_if_a_function_should_start_pipelines_that_is_not_deployed(config: LakeConfig) -> None:
    values = config.model_dump()
    values["ingestion"]["enabled"] = False

    with pytest.raises(ValidationError, match=r"needs ingestion\.enabled = true"):
        LakeConfig.model_validate(values)
