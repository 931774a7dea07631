"""Assumptions about how an environment is used in a month."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FOLDER = Path(__file__).parent / "workloads"

Amount = Annotated[float, Field(ge=0)]


class WorkloadError(ValueError):
    """A workload that cannot be used; the message names the file and every offending key."""


class Slice(BaseModel):
    """Immutable base. Whole numbers are amounts as well."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Storage(Slice):
    """What lies in the buckets, in GiB, and how many days it took to come together; requests are a month's."""

    gib: dict[str, Amount]
    history_days: Annotated[float, Field(ge=1)]
    puts: Amount
    gets: Amount
    kms_requests: Amount


class Pipelines(Slice):
    """Runs of each data product's pipeline in a month, and what one takes."""

    runs: Amount
    compactions: Amount
    curate_minutes: Amount
    aggregate_minutes: Amount
    compact_minutes: Amount
    crawl_minutes: Amount
    quality_minutes: Amount
    transitions: Amount


class Stream(Slice):
    """Events of the stream; function milliseconds are those of one call with a full batch."""

    events_per_second: Amount
    event_kib: Amount
    events_per_call: Annotated[float, Field(ge=1)]
    milliseconds: dict[str, Amount]
    fan_out_readers: Amount


class Queries(Slice):
    """Queries of each team in a month; Athena charges at least 10 MB for one."""

    queries: dict[str, Amount]
    mb_per_query: dict[str, Amount]


class Text(Slice):
    """Runs of the text pipeline, and what a cluster has; spot is paid at a share of the price on demand."""

    runs: Amount
    cluster_hours: Amount
    on_demand_nodes: Amount
    spot_nodes: Amount
    spot_share: Annotated[float, Field(gt=0, le=1)]
    node_disk_gib: Amount
    serverless_runs: Amount
    serverless_vcpu_hours: Amount
    serverless_gib_hours: Amount


class Labels(Slice):
    """Objects that go to people, and what people cost besides (`answer_usd` for each answer)."""

    objects: Amount
    answers_per_object: Amount
    answer_usd: Amount


class Dashboards(Slice):
    """Who has a user of QuickSight, sessions of visitors who have none, and what SPICE holds."""

    authors: Amount
    readers: Amount
    visitor_sessions: Amount
    spice_gib: Amount


class Operations(Slice):
    """What is written about the lake, and what passes through its network."""

    log_gib: Amount
    job_metric_hours: Amount
    data_events: Amount
    endpoint_gib: Amount
    nat_gib: Amount


class Workload(Slice):
    """A month of one environment."""

    storage: Storage
    pipelines: Pipelines
    stream: Stream
    queries: Queries
    text: Text
    labels: Labels
    dashboards: Dashboards
    operations: Operations


def load(environment: str, measured: Path | None = None, folder: Path = FOLDER) -> Workload:
    """Read the assumptions about an environment.

    Parameters
    ----------
    measured
        A JSON file with values that replace assumptions, in the same sections (the laptop's demo writes one).

    Raises
    ------
    WorkloadError
        A file is missing, or has unknown, missing or negative values.
    """
    file = folder / f"{environment}.toml"
    if not file.is_file():
        raise WorkloadError(f"{file} must hold the assumptions about {environment}; got no such file")
    values = tomllib.loads(file.read_text(encoding="utf-8"))
    if measured:
        values = _merged(values, _json(measured), measured.name)
    try:
        return Workload.model_validate(values)
    except ValidationError as error:
        problems = [f"{file.name}: {'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
        raise WorkloadError("\n".join(problems)) from error


def _json(file: Path) -> dict[str, Any]:

    try:
        values: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise WorkloadError(f"{file} must be JSON that a run wrote: {error}") from error
    return values


def _merged(values: dict[str, Any], over: dict[str, Any], name: str) -> dict[str, Any]:
    strangers = sorted(set(over) - set(values))
    if strangers:
        raise WorkloadError(f"{name}: expected keys among {sorted(values)}; got {strangers}")
    merged = dict(values)
    for key, value in over.items():
        merged[key] = _merged(values[key], value, f"{name}: {key}") if isinstance(value, dict) else value
    return merged
