"""One run of a Glue Spark job: fetch the script, name its buckets, run it, keep its logs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from laptop.emulator import glue_arguments, spark
from laptop.emulator.clients import cache_dir, client
from laptop.emulator.job_logs import LogStream
from laptop.emulator.registry import Json


def execute(job: Json, run: Json, arguments: Mapping[str, str], stop: spark.Stop) -> tuple[str, str]:
    """Run the job to its end; return the final state and, unless it succeeded, a message."""
    output_group, error_group = glue_arguments.log_groups(arguments, run["SecurityConfiguration"], job.get("Role", ""))
    stream = f"{arguments.get('--custom-logStream-prefix') or run['Id']}-driver"
    work = Path(tempfile.mkdtemp(prefix="job-", dir=cache_dir()))
    try:
        with LogStream(output_group, stream) as output, LogStream(error_group, stream) as error:
            prepared = _prepare(job, run, arguments, work)
            outcome = spark.run(prepared, stop, spark.Log(output.write, error.write))
        _keep_event_logs(prepared, arguments)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if outcome.stopped == "TIMEOUT":
        return "TIMEOUT", f"Job run exceeded its timeout of {run['Timeout']} minutes"
    if outcome.stopped:
        return "STOPPED", ""
    return ("FAILED", outcome.error) if outcome.error else ("SUCCEEDED", "")


def _prepare(job: Json, run: Json, arguments: Mapping[str, str], work: Path) -> spark.Job:
    script = _download(job["Command"]["ScriptLocation"], work)
    py_files = [_download(uri.strip(), work) for uri in arguments.get("--extra-py-files", "").split(",") if uri.strip()]
    events = None
    if glue_arguments.is_on(arguments, "--enable-spark-ui"):
        events = work / "event-logs"
        events.mkdir()
    return spark.Job(
        script=script,
        arguments=glue_arguments.for_script(arguments, job["Name"], run["Id"]),
        py_files=py_files,
        conf=glue_arguments.spark_conf(arguments.get("--conf", "")),
        buckets=_buckets(job, arguments, script.read_text()),
        event_log_folder=events,
    )


def _buckets(job: Json, arguments: Mapping[str, str], script: str) -> set[str]:
    existing = [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]]
    values = [value for name, value in arguments.items() if name not in glue_arguments.SPECIAL or name == "--conf"]
    return spark.buckets_named([*map(str, values), job.get("Role", ""), script], existing)


def split_uri(uri: str) -> tuple[str, str]:
    """Return the bucket and the key of an `s3://` address.

    Raises
    ------
    ValueError
        It is not one.
    """
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme not in {"s3", "s3a"} or not bucket:
        raise ValueError(f"an address must be s3://<bucket>/<key>; got {uri!r}")
    return bucket, key


def _download(uri: str, work: Path) -> Path:
    bucket, key = split_uri(uri)
    # A folder of its own: two archives may have the same name.
    target = Path(tempfile.mkdtemp(dir=work)) / Path(key).name
    client("s3").download_file(bucket, key, str(target))
    return target


def _keep_event_logs(job: spark.Job, arguments: Mapping[str, str]) -> None:
    path = arguments.get("--spark-event-logs-path")
    if not job.event_log_folder or not path:
        return
    bucket, prefix = split_uri(path)
    for file in sorted(job.event_log_folder.iterdir()):
        client("s3").upload_file(str(file), bucket, f"{prefix.rstrip('/')}/{file.name}".lstrip("/"))
