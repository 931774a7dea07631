"""A deployed lake as its users reach it: stack outputs, awswrangler and boto3."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import awswrangler as wr
import boto3
import pandas as pd  # type: ignore[import-untyped]

from config.loader import load
from config.model import LakeConfig
from smoke.check import NotProvenError
from smoke.place import NotDeployedError, point_at

RAW, CURATED, ANALYTICS = "lake_raw", "lake_curated", "lake_analytics"
ENGINEERS, ANALYSTS, PIPELINE = "lake-engineers", "lake-analysts", "lake-pipeline"


@dataclass(frozen=True)
class Lake:
    """A lake of one environment. Credentials and endpoint come from the process environment, as for every AWS tool."""

    config: LakeConfig
    outputs: dict[str, str]
    session: boto3.Session = field(repr=False)

    @property
    def on_laptop(self) -> bool:
        return self.config.environment.name == "laptop"

    def client(self, service: str) -> Any:
        make: Any = self.session.client
        return make(service)

    def bucket(self, zone: str) -> str:
        """Name of the bucket of a zone, from the outputs of the stacks."""
        return self.outputs[f"{zone.capitalize()}BucketName"]

    def query(self, sql: str, *, database: str = CURATED, workgroup: str = ENGINEERS, **options: Any) -> pd.DataFrame:
        """Run a query through awswrangler, plainly (no CTAS), unless options say otherwise."""
        settings: dict[str, Any] = {
            "ctas_approach": False,
            "workgroup": workgroup,
            "boto3_session": self.session,
        } | options
        return wr.athena.read_sql_query(sql, database=database, **settings)

    def scalar(self, sql: str, **options: Any) -> Any:
        """First value of the first row."""
        return self.query(sql, **options).iloc[0, 0]

    @cached_property
    def raw_tables(self) -> tuple[str, ...]:
        """Tables that the crawler has found in the raw zone."""
        names = (table["Name"] for table in wr.catalog.get_tables(database=RAW, boto3_session=self.session))
        return tuple(sorted(names))

    @cached_property
    def curated_tables(self) -> tuple[str, ...]:
        """Tables of the curated zone that have raw files."""
        names = {table["Name"] for table in wr.catalog.get_tables(database=CURATED, boto3_session=self.session)}
        return tuple(name for name in self.raw_tables if name in names)

    def need(self, *tables: str) -> None:
        """Require raw files of some tables.

        Raises
        ------
        NotProvenError
            If there are none: the lake is deployed but has not been fed.
        """
        missing = sorted(set(tables) - set(self.raw_tables))
        if missing:
            raise NotProvenError(f"no data for {', '.join(missing)} has arrived yet")


def connect(environment: str) -> Lake:
    """Find the deployed lake of an environment.

    Raises
    ------
    NotDeployedError
        If its stacks are not there, or the credentials belong to another account.
    """
    config = load(environment)
    point_at(environment)
    # The default of one second is most of the time of a small query.
    wr.config.athena_query_wait_polling_delay = 0.1
    session = boto3.Session(region_name=config.environment.region)
    account = session.client("sts").get_caller_identity()["Account"]
    if account != config.environment.account:
        raise NotDeployedError(
            f"config/environments/{environment}.toml says account {config.environment.account}; "
            f"the credentials belong to {account}"
        )
    return Lake(config, _outputs(session, environment), session)


def _outputs(session: boto3.Session, environment: str) -> dict[str, str]:
    stacks = re.compile(rf"lake-{environment}-[A-Za-z]+")
    found: dict[str, str] = {}
    for page in session.client("cloudformation").get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            if stacks.fullmatch(stack["StackName"]):
                found |= {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
    if "RawBucketName" not in found:
        raise NotDeployedError(f"no lake is deployed here; run `make deploy ENV={environment}`")
    return found
