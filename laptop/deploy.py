"""Deploys the unchanged application to the emulator with the real CDK CLI."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from laptop import aws
from laptop.launcher import LaptopError, require, tail
from laptop.state import PROJECT, Home, Run

_CDK = PROJECT / "node_modules" / ".bin" / "cdk"
_POLL_SECONDS = 1.0
# Stacks that do not need each other.
_AT_ONCE = "4"
_BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")


@dataclass(frozen=True)
class Template:
    """A stack of an assembly."""

    name: str
    resources: int


def synthesize(home: Home) -> None:
    """Synthesize the `laptop` environment into the home's assembly folder.

    Raises
    ------
    LaptopError
        The CDK CLI fails; the message has the end of its output.
    """
    arguments = ["synth", "--quiet", "--output", str(home.assembly), "--context", "environment=laptop"]
    _cdk(home, arguments, None, "synthesis")


def deploy(home: Home, console: Console) -> None:
    """Synthesize, bootstrap (once) and deploy all stacks.

    Raises
    ------
    LaptopError
        The CDK CLI fails; the message has the end of its output.
    """
    started = time.monotonic()
    with console.status("Synthesizing the templates"):
        synthesize(home)
    console.print(f"Synthesized {len(templates(home.assembly))} stacks in {time.monotonic() - started:.1f} s")
    deploy_assembly(home, console)


def deploy_assembly(home: Home, console: Console) -> None:
    """Bootstrap (once) and deploy all stacks of the home's assembly folder.

    Raises
    ------
    LaptopError
        The CDK CLI fails; the message has the end of its output.
    """
    run = require(home)
    if not _is_bootstrapped(home, run):
        started = time.monotonic()
        with console.status("Bootstrapping (cdk bootstrap)"):
            # With the assembly as its app the CLI synthesizes nothing, and other lakes may bootstrap meanwhile.
            arguments = ["bootstrap", f"aws://{aws.ACCOUNT}/{aws.REGION}", "--app", str(home.assembly)]
            _cdk(home, arguments, run, "bootstrap")
        console.print(f"Bootstrapped in {time.monotonic() - started:.1f} s")
    started = time.monotonic()
    _deploy_stacks(home, run, console)
    console.print(f"Deployed all stacks in {time.monotonic() - started:.1f} s")


def destroy(home: Home, console: Console) -> None:
    """Empty the buckets of the stacks, delete the stacks, then the logs that crawlers left.

    CloudFormation deletes no bucket that has objects, and no log group that a service made; an operator on AWS empties
    the ones first and deletes the others afterwards, too.

    Raises
    ------
    LaptopError
        Nothing was deployed from this folder, or the CDK CLI fails.
    """
    run = require(home)
    names = {template.name for template in templates(home.assembly)}
    cloudformation, s3 = aws.client(home, run, "cloudformation"), aws.client(home, run, "s3")
    deployed = [stack.name for stack in aws.stacks(home, run) if stack.name in names]
    with console.status("Emptying the buckets"):
        for stack in deployed:
            for resource in aws.resources(cloudformation, stack):
                if resource["ResourceType"] == "AWS::S3::Bucket":
                    aws.empty_bucket(s3, resource["PhysicalResourceId"])
    with console.status("Deleting the stacks (cdk destroy)"):
        arguments = ["destroy", "**", "--force", "--app", str(home.assembly), "--concurrency", _AT_ONCE]
        _cdk(home, arguments, run, "destroy")
    _delete_logs_of_crawlers(aws.client(home, run, "logs"), deployed)
    console.print(f"Deleted {len(deployed)} stacks")


def _delete_logs_of_crawlers(logs: Any, stacks: Sequence[str]) -> None:
    """Delete the log groups that Glue made and named after the crawlers' roles."""
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/aws-glue/crawlers"):
        for group in page["logGroups"]:
            if any(f"/{stack}-" in group["logGroupName"] for stack in stacks):
                logs.delete_log_group(logGroupName=group["logGroupName"])


def templates(assembly: Path) -> list[Template]:
    """Return the stacks of a cloud assembly and of the stages in it, in the order of the manifest.

    Raises
    ------
    LaptopError
        The folder is no cloud assembly.
    """
    manifest = assembly / "manifest.json"
    if not manifest.exists():
        raise LaptopError(f"{assembly} must be a cloud assembly; got no manifest.json. Run `make deploy ENV=laptop`.")
    found = []
    for identifier, artifact in json.loads(manifest.read_text()).get("artifacts", {}).items():
        properties = artifact.get("properties", {})
        if artifact["type"] == "cdk:cloud-assembly":
            found += templates(assembly / properties["directoryName"])
        elif artifact["type"] == "aws:cloudformation:stack":
            template = json.loads((assembly / properties["templateFile"]).read_text())
            found.append(Template(properties.get("stackName", identifier), len(template.get("Resources", {}))))
    return found


def _deploy_stacks(home: Home, run: Run, console: Console) -> None:
    arguments = ["deploy", "**", "--app", str(home.assembly), "--require-approval", "never", "--concurrency", _AT_ONCE]
    columns = (
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description}"),
        BarColumn(20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress, _log(home, "deploy").open("wb") as log:
        bars = {stack.name: progress.add_task(stack.name, total=stack.resources) for stack in templates(home.assembly)}
        process = subprocess.Popen(  # noqa: S603
            _command(arguments),
            cwd=PROJECT,
            env=_environment(home, run),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        cloudformation = aws.client(home, run, "cloudformation")
        try:
            while process.poll() is None:
                _show(cloudformation, progress, bars)
                time.sleep(_POLL_SECONDS)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        _show(cloudformation, progress, bars)
    _check(home, "deploy", process.returncode)


def _show(cloudformation: Any, progress: Progress, bars: dict[str, TaskID]) -> None:
    for name, bar in bars.items():
        try:
            found = aws.resources(cloudformation, name)
        except ClientError:  # the stack does not exist yet
            continue
        progress.update(bar, completed=sum(resource["ResourceStatus"] in _DONE for resource in found))


def _is_bootstrapped(home: Home, run: Run) -> bool:
    return bool(aws.client(home, run, "ssm").get_parameters(Names=[_BOOTSTRAP_PARAMETER])["Parameters"])


def _cdk(home: Home, arguments: Sequence[str], run: Run | None, step: str) -> None:
    with _log(home, step).open("wb") as log:
        result = subprocess.run(  # noqa: S603
            _command(arguments),
            cwd=PROJECT,
            env=_environment(home, run),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    _check(home, step, result.returncode)


def _check(home: Home, step: str, code: int) -> None:
    if code:
        log = _log(home, step)
        raise LaptopError(f"{step} failed (the CDK CLI ended with code {code}):\n{tail(log, 25)}\nThe whole log: {log}")


def _log(home: Home, step: str) -> Path:
    home.create()
    return home.path / f"cdk-{step}.log"


def _command(arguments: Sequence[str]) -> list[str]:
    if not _CDK.exists():
        raise LaptopError(f"the CDK CLI must be installed ({_CDK}); run `make install`")
    return [str(_CDK), "--no-notices", "--no-color", "--ci", *arguments]


def _environment(home: Home, run: Run | None) -> dict[str, str]:
    # Profiles and keys of real accounts must not reach the CLI.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = str(home.path / "no-aws-configuration")
    return {
        **inherited,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
        "NODE_NO_WARNINGS": "1",
        "AWS_CONFIG_FILE": nowhere,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
        **(aws.environment(home, run) if run else {"AWS_EC2_METADATA_DISABLED": "true"}),
    }
