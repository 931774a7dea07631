"""Runs one step of a cluster on local Spark."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from laptop.emulator import spark
from laptop.emulator.clients import cache_dir, client
from laptop.emulator.emr import commands, hdfs, logs
from laptop.emulator.glue_run import split_uri
from laptop.emulator.registry import Json


@dataclass
class StepLog:
    """The files of a step while they grow."""

    controller: list[str] = field(default_factory=list)
    stdout: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)


def execute(cluster: Json, step: Json, stop: spark.Stop) -> tuple[str, Json | None]:
    """Run a step to its end; return its state and, of a failed one, the FailureDetails."""
    log = StepLog([f"command-runner.jar {' '.join(step['Config']['Args'])}"])
    folder = logs.step_folder(cluster, step["Id"])
    problem = ""
    try:
        problem = _run(cluster, step, stop, log)
    except Exception as error:
        # Of the step, not of the laptop: a script that is not there, a bucket that does not exist.
        problem = f"{type(error).__name__}: {error}"
        log.stderr.append(problem)
    state = "CANCELLED" if stop.reason else "FAILED" if problem else "COMPLETED"
    log.controller.append(f"step {state}{': ' + problem if problem else ''}")
    logs.push(cluster, folder, vars(log))
    if state != "FAILED":
        return state, None
    details = {"Reason": "Unknown Error.", "Message": problem, "LogFile": f"{folder}/stderr.gz" if folder else ""}
    return state, {name: value for name, value in details.items() if value}


def _run(cluster: Json, step: Json, stop: spark.Stop, log: StepLog) -> str:
    command = commands.parse(step["Config"])
    if isinstance(command, commands.DistCp):
        log.stdout.append(f"copied {hdfs.copy(cluster['Id'], command.source, command.target)} files")
        return ""
    defaults = commands.spark_defaults(cluster["Request"].get("Configurations") or [])
    more = [cluster["Request"]["JobFlowRole"], *defaults.values()]
    return submit(command, defaults | hdfs.configuration(cluster["Id"]), more, stop, log)


def submit(command: commands.SparkSubmit, defaults: dict[str, str], naming: list[str], stop: Any, log: StepLog) -> str:
    """Run a program; return why it failed, or an empty text.

    Parameters
    ----------
    command
        The program; its own settings win over the defaults.
    naming
        Texts besides the program and its arguments whose buckets the program may use.
    """
    work = Path(tempfile.mkdtemp(prefix="step-", dir=cache_dir()))
    try:
        script = _download(command.script, work)
        py_files = [_download(uri, work) for uri in command.py_files]
        existing = [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]]
        texts = [*command.arguments, *command.conf.values(), *naming, script.read_text()]
        job = spark.Job(
            script=script,
            arguments=command.arguments,
            py_files=py_files,
            conf=defaults | dict(command.conf),
            buckets=spark.buckets_named(texts, existing),
        )
        outcome = spark.run(job, stop, spark.Log(log.stdout.append, log.stderr.append, log.stderr.append))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return outcome.error


def _download(uri: str, work: Path) -> Path:
    bucket, key = split_uri(uri)
    # A folder of its own: two archives may have the same name.
    target = Path(tempfile.mkdtemp(dir=work)) / Path(key).name
    client("s3").download_file(bucket, key, str(target))
    return target
