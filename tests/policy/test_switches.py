"""Every optional feature on and off, in every environment: each pair of choices is in one synthesis at least."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from allpairspy import AllPairs  # type: ignore[import-untyped]

from config.loader import load
from config.model import LakeConfig
from contracts.loader import load_contracts
from delivery import assembly
from stacks.platform_stage import PlatformStage
from tests.synthesis import ENVIRONMENTS, flags

BOUNDARY = "lake-boundary"
VENDOR = "arn:aws:sagemaker:us-east-1:000000000000:workteam/vendor-crowd/somebody"
CONTENT = ("FreeOfPersonallyIdentifiableInformation", "FreeOfAdultContent")
CHOICES: dict[str, list[Any]] = {
    "environment.name": list(ENVIRONMENTS),
    "environment.retain_data": [True, False],
    "environment.permissions_boundary": ["none", BOUNDARY],
    # A way to AWS for nodes of clusters: none, endpoints, NAT.
    "network.nat_gateways|interface_endpoints": [(0, ()), (0, load("laptop").network.interface_endpoints), (1, ())],
    "storage.access_points": [(), ({"team": "engineers", "zone": "curated", "vpc_only": True},)],
    "storage.cloudtrail_data_events": [True, False],
    "catalog.encrypt_catalog": [True, False],
    "catalog.event_driven_crawler": [True, False],
    "catalog.raw_crawler_schedule": ["none", "cron(0 4 * * ? *)"],
    "processing.flex": [True, False],
    "processing.spark_ui": [True, False],
    "processing.new_objects_start": ["rule", "function", "nothing"],
    "processing.glue_workflow": [True, False],
    "processing.schedules": [
        (),
        ({"product": "orders", "job": "compact", "cron": "cron(0 4 * * ? *)", "timezone": "UTC"},),
    ],
    "ingestion.enabled": [True, False],
    "ingestion.stream.shards": [0, 2],
    "ingestion.runtime.tracing": [True, False],
    "ingestion.counters.enhanced_fan_out": [True, False],
    "observability.dashboard": [True, False],
    "observability.alarm_actions_enabled": [True, False],
    "emr.enabled": [True, False],
    "emr.cluster.life": ["transient", "long_running"],
    "emr.cluster.layout": ["fleets", "groups"],
    "emr.cluster.encryption_in_transit": [True, False],
    "emr.cluster.authentication": ["none", "kerberos"],
    "emr.serverless.enabled": [True, False],
    "emr.studio.enabled": [True, False],
    "emr.text.corpus": ["s3", "hdfs"],
    "labeling.enabled": [True, False],
    "labeling.workers": ["private", "vendor", "public"],
    "labeling.automated": [True, False],
    "bi.enabled": [True, False],
    "bi.create_groups": [True, False],
    # Where the network has a way to Athena.
    "bi.vpc_connection": [True, False],
}
# Those with most values first: then the rows are fewer.
NAMES = sorted(CHOICES, key=lambda name: -len(CHOICES[name]))
REFUSED: list[dict[str, str]] = [
    {"processing.new_objects_start": "'function'", "ingestion.enabled": "False"},
    {"network.nat_gateways|interface_endpoints": "(0, ())", "emr.enabled": "True"},
]


def sensible(row: Sequence[Any]) -> bool:
    """Leave out what the configuration itself refuses."""
    return all(not refused.items() <= dict(zip(NAMES, map(repr, row), strict=False)).items() for refused in REFUSED)


def pairs(row: Sequence[Any]) -> set[tuple[str, str, str, str]]:
    """Name the pairs of choices that a row tries."""
    return {(NAMES[i], repr(row[i]), NAMES[j], repr(row[j])) for i in range(len(row)) for j in range(i + 1, len(row))}


EXPECTED = {
    (first, repr(a), second, repr(b))
    for i, first in enumerate(NAMES)
    for second in NAMES[i + 1 :]
    for a in CHOICES[first]
    for b in CHOICES[second]
    if {first: repr(a), second: repr(b)} not in REFUSED
}


def all_rows() -> list[tuple[Any, ...]]:
    """Make rows that try every pair: the library, where choices exclude each other, leaves some out."""
    rows = [tuple(row) for row in AllPairs([CHOICES[name] for name in NAMES], filter_func=sensible)]
    values = {(name, repr(value)): value for name, choices in CHOICES.items() for value in choices}
    missing = EXPECTED - set().union(*map(pairs, rows))
    while missing:
        pair = min(missing)
        changes = {pair[0]: values[pair[:2]], pair[2]: values[pair[2:]]}
        changed = [tuple(changes.get(name, value) for name, value in zip(NAMES, row, strict=True)) for row in rows]
        best = max((row for row in changed if sensible(row)), key=lambda row: len(missing & pairs(row)))
        rows.append(best)
        missing -= pairs(best)
    return rows


ROWS = all_rows()


def configured(row: Sequence[Any]) -> LakeConfig:
    """Change the file of an environment as a row says, and validate the outcome."""
    chosen = dict(zip(NAMES, row, strict=True))
    values = copy.deepcopy(load(chosen.pop("environment.name")).model_dump())
    for path, value in chosen.items():
        *sections, key = path.split(".")
        slice_ = values
        for section in sections:
            slice_ = slice_[section]
        keys = key.split("|")
        assert slice_.keys() >= set(keys), path
        slice_ |= zip(keys, value if len(keys) > 1 else [value], strict=True)
    if chosen["emr.cluster.layout"] == "groups":
        for nodes in ("primary", "core", "task"):
            values["emr"]["cluster"][nodes]["instance_types"] = ("m7g.xlarge",)
    values["labeling"]["vendor_workteam_arn"] = VENDOR if chosen["labeling.workers"] == "vendor" else ""
    values["labeling"]["public"]["content"] = CONTENT
    values["bi"]["vpc_connection"] &= "athena" in values["network"]["interface_endpoints"]
    return LakeConfig.model_validate(values)


def test_every_pair_of_choices_is_tried() -> None:
    assert EXPECTED - set().union(*map(pairs, ROWS)) == set()


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_the_app_synthesizes_with_these_choices(row: Sequence[Any], tmp_path: Path) -> None:
    config = configured(row)
    app = cdk.App(
        context=flags(),
        outdir=str(tmp_path),
        analytics_reporting=False,
        stack_traces=False,
        builtin_cloud_formation_validation=False,
    )
    name = config.environment.name
    PlatformStage(app, f"lake-{name}", config=config, contracts=load_contracts())
    app.synth()
    resources = list(assembly.resources(tmp_path, name))
    there = {resource.stack for resource in resources}
    assert ("Ingestion" in there, "Emr" in there, "Labeling" in there, "Bi" in there) == (
        config.ingestion.enabled,
        config.emr.enabled,
        config.labeling.enabled,
        config.bi.enabled,
    )
    bounded = {"PermissionsBoundary" in item.properties for item in resources if item.type == "AWS::IAM::Role"}
    assert bounded == {config.environment.permissions_boundary == BOUNDARY}
