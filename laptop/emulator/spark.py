"""Runs a PySpark script on local Spark with `s3://` paths, for Glue jobs, EMR steps and EMR Serverless job runs.

| on AWS | here |
|---|---|
| `s3://` and `s3a://` paths | folders with copies of the buckets that the run names (`spark_files`) |
| a bucket that the role may not use | one that neither arguments, settings nor role name mention: it cannot be opened |
| an object appears whole, when its task commits | objects appear when the script has ended, also when it failed |
| a driver and executors | one JVM (`spark_jvm`) and one Python beside it (`spark_boot`), two cores |

`s3://` needs no extra jar: Hadoop's ViewFileSystemOverloadScheme maps each bucket to a folder.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from laptop.emulator import clients, spark_boot, spark_jvm
from laptop.emulator.spark_files import Mirror

_SCHEMES = ("s3", "s3a", "s3n")
_VIEW_FS = "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme"
_COMMITTER = "org.apache.hadoop.mapreduce.lib.output.FileOutputCommitterFactory"
_CHECKPOINTS = "org.apache.spark.sql.execution.streaming.FileSystemBasedCheckpointFileManager"
_POLL_SECONDS = 0.05

Line = Callable[[str], None]


@dataclass(frozen=True)
class Log:
    """Where the lines of a run go: those of the script, and those of Spark.

    Without `errors`, the script's error stream goes where its output goes.
    """

    script: Line
    spark: Line
    errors: Line | None = None


@dataclass(frozen=True)
class Job:
    """What to run. `conf` wins over our settings; `buckets` are those that the script may use."""

    script: Path
    arguments: Sequence[str] = ()
    py_files: Sequence[Path] = ()
    conf: Mapping[str, str] = field(default_factory=dict)
    buckets: Iterable[str] = ()
    event_log_folder: Path | None = None


class Stop:
    """A request to end a run, with the reason. The first reason stays."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.reason = ""

    def set(self, reason: str) -> None:
        if not self._event.is_set():
            self.reason = reason
            self._event.set()

    def is_set(self) -> bool:
        return self._event.is_set()


@dataclass(frozen=True)
class Outcome:
    """How a run ended. `stopped` is the reason of a stop, or empty; `error` the last line of the traceback."""

    exit_code: int
    stopped: str
    error: str


def run(job: Job, stop: Stop, log: Log) -> Outcome:
    """Run a job and publish what it wrote.

    Parameters
    ----------
    job
        The script and its surroundings.
    stop
        Ends the run when it is set; the whole process tree is killed.
    log
        Called with every line, from more than one thread.
    """
    work = Path(tempfile.mkdtemp(prefix="run-", dir=_runs_folder()))
    try:
        mirror = Mirror(work / "s3", job.buckets)
        mirror.stage()
        outcome = _execute(job, mirror, work, stop, log)
        # What a failed or stopped job wrote stays written, as on S3.
        changes = mirror.publish()
        log.spark(f"published {changes.uploaded} objects, deleted {changes.deleted}")
        return outcome
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _runs_folder() -> Path:
    folder = clients.cache_dir() / "spark"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def buckets_named(texts: Iterable[str], existing: Iterable[str]) -> set[str]:
    """Return those of the existing buckets that a text names, alone or in an `s3://` path."""
    known = set(existing)
    words = (word.strip(".") for text in texts for word in re.findall(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", text))
    return known & set(words)


def configuration(job: Job, mirror: Mirror, work: Path) -> dict[str, str]:
    """Return the Spark settings of a run; the job's own win."""
    conf = {f"spark.hadoop.fs.{scheme}.impl": _VIEW_FS for scheme in _SCHEMES}
    for bucket in mirror.buckets:
        conf[f"spark.hadoop.fs.viewfs.mounttable.{bucket}.linkFallback"] = f"rawlocal://{mirror.folder(bucket)}"
    conf |= {
        # A private scheme: the usual local file system leaves a checksum file beside each file.
        "spark.hadoop.fs.rawlocal.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
        "spark.hadoop.mapreduce.outputcommitter.factory.scheme.s3a": _COMMITTER,
        "spark.sql.streaming.checkpointFileManagerClass": _CHECKPOINTS,
        # Without it, listing the root of a bucket fails.
        "spark.sql.sources.ignoreDataLocality": "true",
        "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
        "spark.master": "local[2]",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.warehouse.dir": str(work / "warehouse"),
        "spark.local.dir": str(work / "local"),
        "spark.sql.session.timeZone": "UTC",
    }
    if job.event_log_folder:
        conf |= {"spark.eventLog.enabled": "true", "spark.eventLog.dir": job.event_log_folder.as_uri()}
    return conf | dict(job.conf)


def _execute(job: Job, mirror: Mirror, work: Path, stop: Stop, log: Log) -> Outcome:
    _write_conf(work / "conf", configuration(job, mirror, work))
    env = _environment(job, work)
    jvm = _start(_java_command(work), env, work, group=0, stdin=subprocess.PIPE)
    try:
        pumps = [_pump(jvm.stderr, log.spark), _pump(jvm.stdout, log.spark)]
        command = [clients.spark_python(), "-u", spark_boot.__file__, str(work / "gateway"), str(job.script)]
        python = _start([*command, *job.arguments], env, work, group=jvm.pid)
        tail: list[str] = []
        pumps += [_pump(python.stdout, log.script), _pump(python.stderr, _both(tail, log.errors or log.script))]
        crashed = _wait(python, jvm, stop)
        _join(pumps[2:])
        message = crashed or last_error(tail, python.returncode)
        return Outcome(python.returncode, stop.reason, message)
    finally:
        _finish(jvm)


def _java_command(work: Path) -> list[str]:
    options = os.environ.get("LAKE_SPARK_JAVA_OPTIONS", "-Xmx1g").split()
    return [
        str(spark_jvm.java()),
        "-cp",
        spark_jvm.class_path(),
        *spark_jvm.MODULE_OPTIONS,
        *spark_jvm.SPEED_OPTIONS,
        *options,
        *spark_jvm.archive_options(),
        f"-Dlog4j2.configurationFile={(work / 'conf' / 'log4j2.properties').as_uri()}",
        "org.apache.spark.deploy.SparkSubmit",
        "pyspark-shell",
    ]


def _write_conf(folder: Path, conf: Mapping[str, str]) -> None:
    folder.mkdir(parents=True)
    lines = [f"{key} {value}\n" for key, value in conf.items()]
    (folder / "spark-defaults.conf").write_text("".join(lines))
    (folder / "log4j2.properties").write_text(
        "rootLogger.level = warn\n"
        "rootLogger.appenderRef.stderr.ref = stderr\n"
        "appender.stderr.type = Console\n"
        "appender.stderr.name = stderr\n"
        "appender.stderr.target = SYSTEM_ERR\n"
        "appender.stderr.layout.type = PatternLayout\n"
        "appender.stderr.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex\n"
        # Hadoop's native library is for Linux clusters; its absence on a laptop says nothing.
        "logger.native.name = org.apache.hadoop.util.NativeCodeLoader\n"
        "logger.native.level = error\n"
    )


def _environment(job: Job, work: Path) -> dict[str, str]:
    # Nothing of the emulator's own process but what a program needs to start: its settings are not the job's.
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER")
    account, region = clients.scope()
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "SPARK_HOME": str(spark_jvm.spark_home()),
        "SPARK_CONF_DIR": str(work / "conf"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "JAVA_HOME": str(spark_jvm.java().resolve().parent.parent),
        "PYSPARK_PYTHON": clients.spark_python(),
        "PYTHONPATH": os.pathsep.join(str(file) for file in job.py_files),
        "PYTHONUNBUFFERED": "1",
        "_PYSPARK_DRIVER_CONN_INFO_PATH": str(work / "gateway"),
        "AWS_ENDPOINT_URL": clients.endpoint(),
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "laptop",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "TZ": "UTC",
    }


def _start(
    command: list[str], env: dict[str, str], work: Path, *, group: int, stdin: int = subprocess.DEVNULL
) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603
        command,
        env=env,
        cwd=work,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        process_group=group,
    )


def _pump(stream: IO[str] | None, line: Line) -> threading.Thread:
    def read() -> None:
        for text in stream or ():
            line(text.rstrip("\n"))

    return clients.background(read)


def _join(pumps: Iterable[threading.Thread]) -> None:
    for pump in pumps:
        pump.join(timeout=5)


def _both(tail: list[str], output: Line) -> Line:
    def line(text: str) -> None:
        tail.append(text)
        del tail[:-500]
        output(text)

    return line


def _wait(python: subprocess.Popen[str], jvm: subprocess.Popen[str], stop: Stop) -> str:
    """Wait for the script; kill everything when asked to. Return why the JVM ended before the script, if it did."""
    while python.poll() is None:
        if stop.is_set() or jvm.poll() is not None:
            crashed = "" if stop.is_set() else f"Spark's Java process ended with status {jvm.returncode}"
            # The script may be about to report the same; a moment lets its traceback through.
            with contextlib.suppress(subprocess.TimeoutExpired):
                python.wait(timeout=0 if stop.is_set() else 5)
            _kill(jvm)
            python.wait()
            return crashed
        time.sleep(_POLL_SECONDS)
    return ""


def _kill(jvm: subprocess.Popen[str]) -> None:
    # Java leads the group of the run; Python's workers end when their connection to it does.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(jvm.pid, signal.SIGKILL)


def _finish(jvm: subprocess.Popen[str]) -> None:
    """End Java, which has nothing left to do when the script has ended."""
    _kill(jvm)
    jvm.wait()
    if jvm.stdin:
        jvm.stdin.close()


def last_error(lines: Sequence[str], exit_code: int) -> str:
    """Return the line of a traceback that names the exception, as Glue shows it; empty for a script that succeeded."""
    if exit_code == 0:
        return ""
    if exit_code < 0:
        return f"killed by signal {-exit_code}"
    for number in range(len(lines) - 1, -1, -1):
        if lines[number].startswith("Traceback (most recent call last)"):
            # Frames are indented; the first line that is not is the exception.
            message = next((line for line in lines[number + 1 :] if line and not line.startswith(" ")), "")
            if message:
                return message
    written = [line for line in lines if line.strip()]
    return f"SystemExit: {written[-1]}" if written else f"SystemExit: {exit_code}"
