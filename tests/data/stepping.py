"""Run an EMR step of the project in a session with settings of its own, so that they stay out of other tests."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from pyspark.sql import SparkSession

from tests.data.conftest import ZONES, Lake


def arguments(lake: Lake, collection: str = "test", run_id: str = "run-1", **options: str) -> list[str]:
    given = {f"{zone}_bucket": str(getattr(lake, zone)) for zone in ZONES}
    given |= {"collection": collection, "run_id": run_id} | options
    return [text for key, value in given.items() for text in (f"--{key}", value)]


def run(step: ModuleType, lake: Lake, collection: str = "test", run_id: str = "run-1", **options: str) -> Any:
    """Run a step with the arguments that all of them take, and others."""
    parsed = step.parse(arguments(lake, collection, run_id, **options))
    spark = SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
    session = spark.newSession()
    for key, value in step.SETTINGS.items():
        session.conf.set(key, value)
    return step.run(session, parsed)
