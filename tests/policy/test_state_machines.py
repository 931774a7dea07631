"""State machines are valid, and retry and catch errors that their services really raise.

CloudFormation accepts an error name that nobody raises; the retry is then missing on the night when it is needed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.policy.runbooks import names_a_section
from tests.synthesis import ROOT

DEFINITIONS = sorted((ROOT / "pipelines").glob("*.asl.json"))
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
BUILT_IN = {
    "States.ALL",
    "States.DataLimitExceeded",
    "States.HeartbeatTimeout",
    "States.QueryEvaluationError",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
}
# How errors of a service begin, and what the SDK calls it: as the service integrations write them.
# https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
SERVICES = {
    "athena": "Athena",
    "dynamodb": "DynamoDB",
    "elasticmapreduce": "ElasticMapReduce",
    "emr": "Emr",
    "glue": "Glue",
    "lambda": "Lambda",
    "quicksight": "QuickSight",
    "s3": "S3",
    "sagemaker": "SageMaker",
    "secretsmanager": "SecretsManager",
    "sfn": "Sfn",
    "sns": "SNS",
}
# Errors that Step Functions raises itself about a service.
# https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
OWN_ERRORS = {"lambda": {"Lambda.AWSLambdaException", "Lambda.SdkClientException"}}
SDK_NAMES = {"elasticmapreduce": "emr", "sfn": "stepfunctions"}


def findings(definition: str) -> list[str]:
    """Return what statelint finds. The expressions are run by tests/unit/pipelines."""
    command = [str(Path(sys.executable).with_name("statelint")), definition]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode else []


def states(machine: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all states of a machine, those of its maps too."""
    for state in machine["States"].values():
        yield state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])


def unknown_errors(machine: dict[str, Any]) -> list[str]:
    """Return the error names of a machine that neither its services, nor itself, nor Step Functions raises."""
    raised = {state["Error"] for state in states(machine) if state["Type"] == "Fail"}
    return sorted(
        error
        for state in states(machine)
        for rule in (*state.get("Retry", []), *state.get("Catch", []))
        for error in rule["ErrorEquals"]
        if error not in BUILT_IN | raised | errors_at(state)
    )


def errors_at(state: dict[str, Any]) -> frozenset[str]:
    """Return the errors of the task of a state, or of all tasks inside it: a map fails with the error of an item."""
    inner = states(state["ItemProcessor"]) if "ItemProcessor" in state else ()
    return errors_of(state.get("Resource", "")).union(*map(errors_at, inner))


@cache
def errors_of(resource: str) -> frozenset[str]:
    """Return the errors of the service that a task calls, as Step Functions names them."""
    found = re.fullmatch(r"arn:aws:states:::(?:aws-sdk:)?(\w+):\w+(?:\.\w+)?", resource)
    if not found:
        return frozenset()
    service = found[1]
    make: Any = boto3.Session(region_name="us-east-1").client
    model = make(SDK_NAMES.get(service, service)).meta.service_model
    names = {shape.name.removesuffix("Exception") for shape in model.error_shapes}
    return frozenset(f"{SERVICES[service]}.{name}Exception" for name in names) | OWN_ERRORS.get(service, set())


@pytest.fixture
def batch() -> dict[str, Any]:
    machine: dict[str, Any] = json.loads((ROOT / "pipelines" / "batch.asl.json").read_text())
    return deepcopy(machine)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda file: file.name)
def test_definition_is_valid(definition: Path) -> None:
    assert findings(str(definition)) == []


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda file: file.name)
def test_failures_are_told_with_a_section_of_a_runbook(definition: Path) -> None:
    told = [
        message.get("runbook", "")
        for state in states(json.loads(definition.read_text()))
        if state.get("Resource", "").endswith(":sns:publish")
        and "FAILED" in (message := state["Arguments"]["Message"])["outcome"]
    ]

    assert told
    assert [each for each in told if not names_a_section(each)] == []


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda file: file.name)
def test_every_error_that_is_retried_or_caught_exists(definition: Path) -> None:
    assert unknown_errors(json.loads(definition.read_text())) == []


def test_a_state_that_leads_nowhere_is_found(batch: dict[str, Any], tmp_path: Path) -> None:
    batch["States"]["Claim"]["Next"] = "Nowhere"
    broken = tmp_path / "broken.asl.json"
    broken.write_text(json.dumps(batch))
    assert any('"Nowhere"' in line for line in findings(str(broken)))


@pytest.mark.parametrize("error", ["DynamoDb.ConditionalCheckFailedException", "Glue.ConditionalCheckFailedException"])
def test_an_error_that_the_service_does_not_raise_is_found(batch: dict[str, Any], error: str) -> None:
    batch["States"]["Claim"]["Retry"][0]["ErrorEquals"] = [error]
    assert unknown_errors(batch) == [error]
