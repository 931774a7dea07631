"""How AWS tools reach the laptop lake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config

from laptop.state import Home, Run

ACCOUNT = "000000000000"
REGION = "us-east-1"


@dataclass(frozen=True)
class Stack:
    """A deployed stack."""

    name: str
    status: str
    resources: int
    changed: datetime


def environment(home: Home, run: Run) -> dict[str, str]:
    """Return the environment variables that make any AWS SDK or tool talk to the emulator."""
    return {
        "AWS_ENDPOINT_URL": run.endpoint,
        "AWS_ENDPOINT_URL_S3": run.endpoint,
        "AWS_ACCESS_KEY_ID": home.access_key,
        "AWS_SECRET_ACCESS_KEY": "laptop",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def client(home: Home, run: Run, service: str) -> Any:
    """Return a boto3 client of the emulator."""
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=run.endpoint,
        region_name=REGION,
        aws_access_key_id=home.access_key,
        aws_secret_access_key="laptop",  # noqa: S106
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, read_timeout=600),
    )


def stacks(home: Home, run: Run) -> list[Stack]:
    """Return the deployed stacks, in the order of their creation."""
    cloudformation = client(home, run, "cloudformation")
    found = cloudformation.describe_stacks()["Stacks"]
    return [
        Stack(
            name=stack["StackName"],
            status=stack["StackStatus"],
            resources=len(resources(cloudformation, stack["StackName"])),
            changed=stack.get("LastUpdatedTime", stack["CreationTime"]),
        )
        for stack in sorted(found, key=lambda stack: stack["CreationTime"])
    ]


def resources(cloudformation: Any, stack: str) -> list[dict[str, Any]]:
    """Return the resources of a stack."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return [resource for page in pages for resource in page["StackResourceSummaries"]]


def empty_bucket(s3: Any, bucket: str) -> int:
    """Delete every version of every object; return how many."""
    deleted = 0
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [
            {"Key": version["Key"], "VersionId": version["VersionId"]}
            for version in page.get("Versions", []) + page.get("DeleteMarkers", [])
        ]
        if versions:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True})
            deleted += len(versions)
    return deleted
