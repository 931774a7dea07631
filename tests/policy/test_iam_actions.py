"""Every action that a policy names exists: IAM accepts a misspelt one, and the job fails in the night."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
import pytest

from tests.policy.rules import identity_statements, listed
from tests.synthesis import Assembly

# What a service is called in policies, where the SDK calls it otherwise.
SDK_NAME = {"elasticmapreduce": "emr", "states": "stepfunctions"}
# Permissions that are no operation of an API.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
PERMISSION_ONLY = {
    "elasticmapreduce:AttachEditor",
    "elasticmapreduce:CreateEditor",
    "elasticmapreduce:CreateStudioPresignedUrl",
    "elasticmapreduce:DeleteEditor",
    "elasticmapreduce:DescribeEditor",
    "elasticmapreduce:DetachEditor",
    "elasticmapreduce:ListEditors",
    "elasticmapreduce:OpenEditorInConsole",
    "elasticmapreduce:StartEditor",
    "elasticmapreduce:StopEditor",
    "glue:PublishDataQuality",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "iam:PassRole",
    "lambda:InvokeFunction",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:UpdateLogDelivery",
    "athena:GetQueryResultsStream",
    "s3:ListBucket",
    "s3:ListMultipartUploadParts",
    "s3:ListBucketMultipartUploads",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
    "xray:GetSamplingTargets",
}


@cache
def operations(service: str) -> frozenset[str]:
    make: Any = boto3.Session(region_name="us-east-1").client
    return frozenset(make(SDK_NAME.get(service, service)).meta.service_model.operation_names)


def exists(action: str) -> bool:
    service, _, name = action.partition(":")
    return action in PERMISSION_ONLY or name in operations(service)


@pytest.mark.parametrize("environment", ["laptop", "prod"])
def test_every_action_exists(assembly_of: Callable[[str], Assembly], environment: str) -> None:
    used = {
        action
        for _, statement in identity_statements(assembly_of(environment))
        for action in listed(statement["Action"])
    }
    assert len(used) >= 50
    assert sorted(action for action in used if not exists(action)) == []


def test_a_misspelt_action_is_told_from_a_real_one() -> None:
    assert exists("glue:StartJobRun")
    assert not exists("glue:StartJobRuns")
    assert not exists("athena:StartQuery")
