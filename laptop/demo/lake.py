"""The deployed lake as the demo sees it: outputs, buckets, queries."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import awswrangler as wr
import boto3
import pandas as pd  # type: ignore[import-untyped]

from laptop import aws
from laptop.launcher import LaptopError
from laptop.state import Home, Run

WORKGROUPS = ("lake-analysts", "lake-engineers", "lake-pipeline")

_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Answer:
    """What a query gave and cost."""

    frame: pd.DataFrame
    scanned_bytes: int
    milliseconds: int


class Lake:
    """The laptop's lake, reached as any client of AWS would."""

    def __init__(self, home: Home, run: Run) -> None:
        # awswrangler opens clients of its own; they must all end at the emulator.
        os.environ |= aws.environment(home, run)
        wr.config.athena_query_wait_polling_delay = 0.05
        self._home, self._run = home, run
        self.session = boto3.Session()

    def client(self, service: str) -> Any:
        return aws.client(self._home, self._run, service)

    @cached_property
    def stacks(self) -> list[dict[str, Any]]:
        """The lake's stacks, in the order of their creation."""
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        found = (stack for page in pages for stack in page["Stacks"])
        mine = [stack for stack in found if stack["StackName"].startswith("lake-laptop-")]
        return sorted(mine, key=lambda stack: stack["CreationTime"])

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Outputs of all stacks by their name."""
        return {item["OutputKey"]: item["OutputValue"] for stack in self.stacks for item in stack.get("Outputs", [])}

    def bucket(self, zone: str) -> str:
        return self.outputs[f"{zone.capitalize()}BucketName"]

    def resources(self, stack: str) -> list[dict[str, Any]]:
        return aws.resources(self.client("cloudformation"), stack)

    def query(self, sql: str, database: str = "lake_curated", workgroup: str = "lake-engineers") -> Answer:
        """Run a query through awswrangler and read its statistics."""
        frame = wr.athena.read_sql_query(
            sql, database=database, workgroup=workgroup, ctas_approach=False, boto3_session=self.session
        )
        statistics = frame.query_metadata["Statistics"]
        return Answer(frame, statistics["DataScannedInBytes"], statistics.get("EngineExecutionTimeInMillis", 0))

    def crawl(self, crawler: str) -> None:
        """Run a crawler and wait until it is done.

        Raises
        ------
        LaptopError
            The crawl failed.
        """
        glue = self.client("glue")
        glue.start_crawler(Name=crawler)
        while (found := glue.get_crawler(Name=crawler)["Crawler"])["State"] != "READY":
            time.sleep(_POLL_SECONDS)
        last = found["LastCrawl"]
        if last["Status"] != "SUCCEEDED":
            raise LaptopError(f"crawler {crawler} must succeed; got {last['Status']}: {last.get('ErrorMessage')}")

    def tables(self, database: str) -> dict[str, dict[str, Any]]:
        """Definitions of the tables of a database, by name."""
        pages = self.client("glue").get_paginator("get_tables").paginate(DatabaseName=database)
        return {table["Name"]: table for page in pages for table in page["TableList"]}

    def objects(self, bucket: str, prefix: str) -> tuple[int, int]:
        """Count the objects below a prefix and their bytes."""
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        sizes = [item["Size"] for page in pages for item in page.get("Contents", [])]
        return len(sizes), sum(sizes)
