"""The steps of the workflow, run as GitHub runs them, take one assembly through three accounts of the emulator."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from config.loader import load
from delivery.promotion.digest import digest

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENTS = ("dev", "staging", "prod")
JOBS = yaml.safe_load((ROOT / ".github" / "workflows" / "environment.yml").read_text())["jobs"]


@dataclass(frozen=True)
class Place:
    """Three accounts, and a checkout whose `make smoke` succeeds where it is told to."""

    endpoint: str
    folder: Path

    def session(self, environment: str) -> boto3.Session:
        # The emulator takes a key of twelve digits for the account's number.
        account = load(environment).environment.account
        return boto3.Session(aws_access_key_id=account, aws_secret_access_key="x", region_name="us-east-1")

    def client(self, environment: str, service: str) -> Any:
        make: Any = self.session(environment).client
        return make(service, endpoint_url=self.endpoint)

    def stacks(self, environment: str) -> dict[str, str]:
        """Status of each stack of the lake in an account, by its short name."""
        found = self.client(environment, "cloudformation").describe_stacks()["Stacks"]
        prefix = f"lake-{environment}-"
        return {
            stack["StackName"].removeprefix(prefix): stack["StackStatus"]
            for stack in found
            if stack["StackName"].startswith(prefix)
        }

    def parameter(self, environment: str) -> str:
        value: str = self.client(environment, "ssm").get_parameter(Name="/promoted")["Parameter"]["Value"]
        return value

    def run(self, job: str, environment: str, *, smoke: bool = True, previous: Path | None = None) -> list[str]:
        """Run the scripts of a job in their order; return the names of those that failed.

        A step with a condition runs if its condition says so: after a failed smoke test.
        """
        variables = self._variables(environment, smoke, previous)
        failed: list[str] = []
        for step in JOBS[job]["steps"]:
            if "run" not in step or step["run"] == "make install":
                continue
            rollback = step.get("if") == "failure() && steps.smoke.outcome == 'failure'"
            assert rollback or "if" not in step
            if (failed == ["Prove the lake"]) if rollback else not failed:
                failed += self._run_step(environment, step, variables)
        return failed

    def _run_step(self, environment: str, step: dict[str, str], variables: dict[str, str]) -> list[str]:
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        print(f"--- {environment} {step['name']} ({done.returncode})\n{done.stdout}{done.stderr}")
        return [step["name"]] if done.returncode else []

    def _variables(self, environment: str, smoke: bool, previous: Path | None) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return clean | {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "ENVIRONMENT": environment,
            "DIGEST": (self.folder / "digest").read_text(),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": load(environment).environment.account,
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "SMOKE": "0" if smoke else "1",
            "PREVIOUS": str(previous or ""),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        }

    def build(self, value: str) -> None:
        """Put an assembly there, as the build job does."""
        shutil.rmtree(self.folder / "cdk.out", ignore_errors=True)
        write_assembly(self.folder / "cdk.out", value)
        (self.folder / "digest").write_text(digest(self.folder / "cdk.out"))


def write_assembly(folder: Path, value: str) -> None:
    """Write two stacks for each environment; the second imports what the first exports."""
    artifacts = {}
    for environment in ENVIRONMENTS:
        nested = folder / f"assembly-lake-{environment}"
        nested.mkdir(parents=True)
        export = {"Value": {"Ref": "Topic"}, "Export": {"Name": f"lake-{environment}-Topic"}}
        templates = {
            "Alerts": {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"Topic": export}},
            "Query": {
                "Resources": {
                    "Promoted": {
                        "Type": "AWS::SSM::Parameter",
                        "Properties": {"Name": "/promoted", "Type": "String", "Value": value},
                    },
                    "Queue": {
                        "Type": "AWS::SNS::Subscription",
                        "Properties": {
                            "TopicArn": {"Fn::ImportValue": f"lake-{environment}-Topic"},
                            "Protocol": "email",
                            "Endpoint": "a@example.com",
                        },
                    },
                }
            },
        }
        account = load(environment).environment.account
        stacks = {}
        for name, template in templates.items():
            (nested / f"{name}.template.json").write_text(json.dumps(template))
            stacks[name] = {
                "type": "aws:cloudformation:stack",
                "environment": f"aws://{account}/us-east-1",
                "properties": {"templateFile": f"{name}.template.json", "stackName": f"lake-{environment}-{name}"},
                "displayName": f"lake-{environment}/{name}",
                "dependencies": ["Alerts"] if name == "Query" else [],
            }
        (nested / "manifest.json").write_text(json.dumps({"version": "36.0.0", "artifacts": stacks}))
        artifacts[f"assembly-lake-{environment}"] = {
            "type": "cdk:cloud-assembly",
            "properties": {"directoryName": nested.name, "displayName": f"lake-{environment}"},
        }
    (folder / "manifest.json").write_text(json.dumps({"version": "36.0.0", "artifacts": artifacts}))


@pytest.fixture(scope="module")
def place(laptop: Any, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("delivery", "config", "smoke", "laptop", "node_modules", ".venv", ".github", "package.json"):
        (folder / name).symlink_to(ROOT / name)
    tools = folder / "bin"
    tools.mkdir()
    # The smoke tests of a whole lake are not what is tested here, nor is GitHub's own client.
    write_tool(tools / "make", 'exit "$SMOKE"')
    write_tool(
        tools / "gh",
        'case "$2" in list) [ -z "$PREVIOUS" ] || echo 41;; download) cp -r "$PREVIOUS" previous;; esac',
    )
    return Place(laptop.endpoint, folder)


def write_tool(file: Path, script: str) -> None:
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_one_assembly_goes_through_three_accounts(place: Place, tmp_path: Path) -> None:
    place.build("first")
    assert place.run("prepare", "dev") == []
    # Nothing is executed before the approval; the second stack waits for an export of the first.
    assert place.stacks("dev") == {"Alerts": "REVIEW_IN_PROGRESS"}
    for environment in ENVIRONMENTS:
        assert environment == "dev" or place.run("prepare", environment) == []
        assert place.run("execute", environment) == []
        assert place.stacks(environment) == {"Alerts": "CREATE_COMPLETE", "Query": "CREATE_COMPLETE"}
        assert place.parameter(environment) == "first"
    first = tmp_path / "first"
    shutil.copytree(place.folder / "cdk.out", first)

    # Once more, nothing changes.
    assert place.run("prepare", "dev") == []
    assert place.run("execute", "dev") == []
    assert place.stacks("dev") == {"Alerts": "CREATE_COMPLETE", "Query": "CREATE_COMPLETE"}

    # A change waits for its approval, and goes back when the proof fails.
    place.build("second")
    assert place.run("prepare", "dev") == []
    assert place.parameter("dev") == "first"
    assert place.run("execute", "dev") == []
    assert place.parameter("dev") == "second"
    assert place.run("prepare", "staging") == []
    assert place.run("execute", "staging", smoke=False, previous=first) == ["Prove the lake"]
    assert place.parameter("staging") == "first"
    assert place.parameter("prod") == "first"


def test_an_assembly_that_is_not_the_built_one_changes_nothing(place: Place) -> None:
    place.build("third")
    (place.folder / "cdk.out" / "assembly-lake-dev" / "Query.template.json").write_text("{}")
    assert place.run("prepare", "dev") == ["Publish assets and make change sets"]
    assert place.run("execute", "dev") == ["Execute the change sets"]


def test_the_first_promotion_has_nothing_to_go_back_to(place: Place) -> None:
    place.build("fourth")
    failed = place.run("execute", "prod", smoke=False)
    assert failed == ["Prove the lake", "Go back to the last assembly that passed"]
