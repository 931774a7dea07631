"""The account that a lake goes to, as the checks see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from config.model import LakeConfig

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Account:
    """Credentials, region and configuration of one environment."""

    config: LakeConfig
    session: boto3.Session = field(repr=False)

    @property
    def name(self) -> str:
        """Name of the environment."""
        return self.config.environment.name

    @property
    def region(self) -> str:
        return self.config.environment.region

    @property
    def file(self) -> str:
        """Where the environment is configured."""
        return f"config/environments/{self.name}.toml"

    @property
    def aws(self) -> str:
        """Start of an AWS CLI command that a person can paste."""
        return f"aws --region {self.region}"

    @property
    def bootstrap(self) -> str:
        """The command that bootstraps the account."""
        if self.name == "laptop":
            return "make deploy ENV=laptop   (it bootstraps first)"
        return f"node_modules/.bin/cdk bootstrap aws://{self.config.environment.account}/{self.region}"

    def client(self, service: str, region: str | None = None) -> Any:
        """Make a client that gives up soon: a doctor who waits for minutes is not called again."""
        make: Any = self.session.client
        settings = Config(retries={"total_max_attempts": 3}, connect_timeout=5, read_timeout=15)
        return make(service, region_name=region or self.region, config=settings)

    @cached_property
    def deployed(self) -> frozenset[str]:
        """Physical ids of everything that the lake's own stacks have made here."""
        cloudformation = self.client("cloudformation")
        found = set()
        for page in cloudformation.get_paginator("describe_stacks").paginate():
            for stack in page["Stacks"]:
                if stack["StackName"].startswith(f"lake-{self.name}-"):
                    found |= set(_resources(cloudformation, stack["StackName"]))
        return frozenset(found)


def _resources(cloudformation: Any, stack: str) -> list[str]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return [item.get("PhysicalResourceId", "") for page in pages for item in page["StackResourceSummaries"]]


def error_code(error: ClientError) -> str:
    """Give the code of an error of AWS."""
    return str(error.response["Error"]["Code"])
