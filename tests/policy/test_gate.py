"""cdk-nag and CloudFormation's own rules find nothing that nobody has answered for.

All that they look at is in this file: a process that loads them compiles for longer than they then take.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from components import guardrails
from config.loader import load
from delivery.pipeline.app import make_app as make_pipeline
from stacks.network_stack import NetworkStack
from tests.synthesis import ROOT, Assembly, flags, synthesize

ENVIRONMENTS = ("laptop", "prod")
SEVEN = {"Network", "Storage", "Alerts", "Catalog", "Query", "Processing", "Observability"}
# The library answers for a quirk of its own in the schema of flow logs.
BY_THE_LIBRARY = {"CloudFormation-Validate::F3002", "CloudFormation-Validate::F3003"}


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Assembly]:
    """Give an environment that was synthesized with all rules on, with the others; the synthesis fails on a finding."""
    folder = synthesize(",".join(ENVIRONMENTS), tmp_path_factory.mktemp("gate"), guardrails="true").folder
    return {environment: Assembly(environment, folder) for environment in ENVIRONMENTS}.__getitem__


def report(folder: Path) -> dict[str, dict[str, Any]]:
    plugins = json.loads((folder / "validation-report.json").read_text())["pluginReports"]
    return {plugin["pluginName"]: plugin for plugin in plugins}


def acknowledgments(assembly: Assembly) -> Iterator[tuple[str, str, str]]:
    """Yield construct, id and reason of all that is accepted anywhere in the environment."""
    for file in assembly.nested.glob("*.metadata.json"):
        for path, entries in json.loads(file.read_text()).items():
            for entry in entries:
                if entry["type"] == "aws:cdk:acknowledged-rules":
                    for rule in set(entry["data"]) - BY_THE_LIBRARY:
                        yield path.removeprefix("/"), rule, entry["data"][rule]


def findings(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return what each set of rules found, but for the note on a placeholder."""
    return {
        name: [each for each in plugin["violations"] if "placeholder-account" not in each["ruleName"]]
        for name, plugin in report(folder).items()
    }


def test_nothing_is_found_that_is_not_acknowledged(gated: Callable[[str], Assembly]) -> None:
    folder = gated("laptop").folder
    assert {"AwsSolutions", "CloudFormation Validate"} <= set(report(folder))
    assert {plugin["conclusion"] for plugin in report(folder).values()} == {"success"}
    assert [found for found in findings(folder).values() if found] == []


def test_nothing_is_found_in_the_pipeline_inside_of_aws(tmp_path: Path) -> None:
    make_pipeline({**flags(), "guardrails": "true"}, str(tmp_path)).synth()
    assert {"AwsSolutions", "CloudFormation Validate"} <= set(report(tmp_path))
    assert [found for found in findings(tmp_path).values() if found] == []


def test_the_gate_looked_at_the_whole_lake(gated: Callable[[str], Assembly]) -> None:
    assembly = gated("laptop")
    stacks = {file.stem.removesuffix("_stack").capitalize() for file in (ROOT / "stacks").glob("*_stack.py")}
    assert set(assembly.templates) == stacks >= SEVEN
    assert len(list(assembly.resources())) >= 180


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_gate_sees_what_a_plain_synthesis_deploys(
    gated: Callable[[str], Assembly], assembly_of: Callable[[str], Assembly], environment: str
) -> None:
    assert gated(environment).templates == assembly_of(environment).templates


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_acknowledgment_answers_a_finding(gated: Callable[[str], Assembly], environment: str) -> None:
    assembly = gated(environment)
    answered = {
        (each["acknowledgedAt"], each["acknowledgedId"])
        for plugin in report(assembly.folder).values()
        for each in plugin.get("suppressedViolations", [])
    }
    given = {(path, rule) for path, rule, _ in acknowledgments(assembly)}
    assert given - answered == set()


def test_every_acknowledgment_has_a_reason_that_could_be_wrong(gated: Callable[[str], Assembly]) -> None:
    reasons = {reason for _, _, reason in acknowledgments(gated("laptop"))}
    assert reasons
    assert [reason for reason in reasons if not re.fullmatch(r"Because .{20,}; revisit when .{10,}\.", reason)] == []


def test_fails_when_a_finding_is_not_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.acknowledge._recording", True)
    monkeypatch.setattr(NetworkStack, "_record_flows", lambda *_: None)
    app = cdk.App(context=flags(), outdir=str(tmp_path), builtin_cloud_formation_validation=False)
    NetworkStack(cdk.Stage(app, "lake-dev"), "Network", config=load("dev").network, retain_data=False)
    guardrails.enforce(app)
    with pytest.raises(RuntimeError, match="VPC7"):
        app.synth()
