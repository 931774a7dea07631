"""The real CDK CLI bootstraps, deploys, does nothing the second time, and destroys."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from laptop import aws, deploy
from laptop.launcher import LaptopError

APP = """
import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

app = cdk.App()
stage = cdk.Stage(app, "cli-test", env=cdk.Environment(account="000000000000", region="us-east-1"))
stack = cdk.Stack(stage, "Only")
bucket = s3.Bucket(stack, "Bucket", versioned=True, removal_policy=cdk.RemovalPolicy.DESTROY, {extra})
cdk.CfnOutput(stack, "BucketName", value=bucket.bucket_name)
app.synth()
"""


def write_app(folder: Path, extra: str) -> str:
    script = folder / "app.py"
    script.write_text(APP.format(extra=extra))
    return f"{sys.executable} {script}"


def test_an_app_goes_up_stays_as_it_is_and_comes_down_with_its_objects(laptop: Any, tmp_path: Path) -> None:
    output = io.StringIO()
    console = Console(file=output, width=200)
    app = write_app(tmp_path, "")
    deploy.deploy(laptop.home, console, app)
    (stack,) = [stack for stack in aws.stacks(laptop.home, laptop.run) if stack.name == "cli-test-Only"]
    assert stack.status == "CREATE_COMPLETE"

    deploy.deploy(laptop.home, console, app)
    assert "cli-test-Only" in output.getvalue()
    assert [again for again in aws.stacks(laptop.home, laptop.run) if again.name == stack.name] == [stack]

    described = laptop.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"][0]
    bucket = described["Outputs"][0]["OutputValue"]
    for body in (b"1", b"2"):
        laptop.client("s3").put_object(Bucket=bucket, Key="a", Body=body)
    deploy.destroy(laptop.home, console)
    assert stack.name not in [left.name for left in aws.stacks(laptop.home, laptop.run)]
    assert bucket not in [left["Name"] for left in laptop.client("s3").list_buckets()["Buckets"]]


def test_fails_with_the_reason_when_a_resource_fails(laptop: Any, tmp_path: Path) -> None:
    app = write_app(tmp_path, "metrics=[s3.BucketMetrics(id='EntireBucket')]")
    with pytest.raises(LaptopError, match=r"(?s)deploy failed.*the emulator dropped\s+MetricsConfigurations"):
        deploy.deploy(laptop.home, Console(file=io.StringIO()), app)
    deploy.destroy(laptop.home, Console(file=io.StringIO()))
