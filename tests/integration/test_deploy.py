"""The real CDK CLI bootstraps, deploys, does nothing the second time, and destroys."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from rich.console import Console

from config.loader import load
from delivery.doctor import __main__ as doctor
from delivery.doctor.account import Account
from delivery.doctor.finding import State
from laptop import aws, deploy
from laptop.launcher import LaptopError
from laptop.state import Home

ENVIRONMENT = "aws://000000000000/us-east-1"


def write_assembly(home: Home, **bucket: Any) -> None:
    """Write the cloud assembly of one stack with one bucket; a synthesis would take most of the test's time."""
    template = {
        "Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Delete", "Properties": bucket}},
        "Outputs": {"BucketName": {"Value": {"Ref": "Bucket"}}},
    }
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": ENVIRONMENT,
        "properties": {"templateFile": "Only.template.json", "stackName": "cli-test-Only"},
    }
    home.assembly.mkdir(parents=True, exist_ok=True)
    (home.assembly / "Only.template.json").write_text(json.dumps(template))
    (home.assembly / "manifest.json").write_text(json.dumps({"version": "36.0.0", "artifacts": {"Only": stack}}))


def test_a_stack_goes_up_stays_as_it_is_and_comes_down_with_its_objects(laptop: Any) -> None:
    output = io.StringIO()
    console = Console(file=output, width=200)
    write_assembly(laptop.home, VersioningConfiguration={"Status": "Enabled"})
    deploy.deploy_assembly(laptop.home, console)
    (stack,) = [stack for stack in aws.stacks(laptop.home, laptop.run) if stack.name == "cli-test-Only"]
    assert stack.status == "CREATE_COMPLETE"

    deploy.deploy_assembly(laptop.home, console)
    assert "cli-test-Only" in output.getvalue()
    assert [again for again in aws.stacks(laptop.home, laptop.run) if again.name == stack.name] == [stack]

    described = laptop.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"][0]
    bucket = described["Outputs"][0]["OutputValue"]
    for body in (b"1", b"2"):
        laptop.client("s3").put_object(Bucket=bucket, Key="a", Body=body)
    deploy.destroy(laptop.home, console)
    assert stack.name not in [left.name for left in aws.stacks(laptop.home, laptop.run)]
    assert bucket not in [left["Name"] for left in laptop.client("s3").list_buckets()["Buckets"]]


def test_fails_with_the_reason_when_a_resource_fails(laptop: Any) -> None:
    write_assembly(laptop.home, MetricsConfigurations=[{"Id": "EntireBucket"}])
    with pytest.raises(LaptopError, match=r"(?s)deploy failed.*the emulator dropped\s+MetricsConfigurations"):
        deploy.deploy_assembly(laptop.home, Console(file=io.StringIO()))
    deploy.destroy(laptop.home, Console(file=io.StringIO()))


def test_a_bootstrapped_laptop_has_no_problem_and_the_doctor_says_what_it_could_not_ask(
    laptop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_assembly(laptop.home)
    deploy.deploy_assembly(laptop.home, Console(file=io.StringIO()))
    deploy.destroy(laptop.home, Console(file=io.StringIO()))
    monkeypatch.setattr(Account, "client", lambda self, service, region=None: laptop.client(service))
    output = io.StringIO()
    found = doctor.examine(Account(load("laptop"), laptop.session()), Console(file=output, width=200))
    assert [finding for _, finding in found if finding.state is State.PROBLEM] == []
    assert {finding.state for title, finding in found if "Lake Formation" in title} == {State.UNKNOWN}
    assert "not implemented on the laptop" in output.getvalue()
