"""What the settings of ingestion change, and which are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from pydantic import ValidationError

from config.loader import load
from config.model import IngestionConfig, LakeConfig
from contracts.loader import load_contracts
from stacks.platform_stage import PlatformStage
from tests.synthesis import ROOT
from tests.unit.stacks.settings import changed


@pytest.fixture(scope="module")
def config() -> LakeConfig:
    return load("laptop")


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
        config.ingestion,
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
        changed(config.ingestion, **changes)


def test_fails_if_a_function_should_start_pipelines_that_is_not_deployed(config: LakeConfig) -> None:
    values = config.model_dump()
    values["ingestion"]["enabled"] = False

    with pytest.raises(ValidationError, match=r"needs ingestion\.enabled = true"):
        LakeConfig.model_validate(values)
