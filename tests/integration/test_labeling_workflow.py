"""The labeling workflow of the lake, deployed: mails and pictures get labels, whatever dies meanwhile.

The story is played once on an emulator of its own, which is killed in it; then each test looks at one side of it.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import struct
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from laptop import crowds, deploy, launcher
from tests.integration.conftest import Laptop, running_laptop
from tests.integration.pipeline_support import Execution, PipelineLake, wait_for
from tests.synthesis import Assembly

WORKERS = [{"name": name, "accuracy": 1} for name in ("ann", "ben", "cleo")]
MAILS = {f"objects/mails/{n}.txt": ("spam" if n % 2 else "ham") for n in range(6)}
SPORTS = ("soccer", "swimming", "baseball", "cricket")
PICTURES = {f"objects/pictures/{n}.png": SPORTS[n % 4] for n in range(8)}
# What the others need; the rest of the lake would double the time of the test.
STACKS = ("Network", "Storage", "Alerts", "Catalog", "Query", "Labeling")
# Longer than the emulator keeps to itself what it has not written to disk.
_WRITTEN_SECONDS = 6


@dataclass
class Story:
    """What happened, by its part in the story."""

    lake: PipelineLake
    killed: str
    after: Execution | None = None
    again: Execution | None = None
    stopped: Execution | None = None
    rest: Execution | None = None
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)


def png(shade: int) -> bytes:
    """Make a small picture of one colour."""
    rows = b"".join(b"\0" + bytes([shade, 255 - shade, 128]) * 8 for _ in range(8))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def keep_stacks(assembly: Path) -> None:
    """Leave only the stacks of the test in a cloud assembly."""
    for file in assembly.glob("assembly-*/manifest.json"):
        manifest = json.loads(file.read_text())
        manifest["artifacts"] = {
            name: artifact
            for name, artifact in manifest["artifacts"].items()
            if name.startswith(tuple(f"lakelaptop{stack}" for stack in STACKS))
        }
        file.write_text(json.dumps(manifest))


class Labels:
    """Objects and crowds of the deployed lake."""

    def __init__(self, lake: PipelineLake) -> None:
        self.lake = lake
        self.bucket = lake.outputs["LabelingBucketName"]

    def put(self, key: str, body: bytes) -> None:
        self.lake.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)

    def crowd(self, name: str, jobs: str, truths: dict[str, str]) -> None:
        lines = [
            json.dumps({"source-ref": f"s3://{self.bucket}/{key}", "truth": truth}) for key, truth in truths.items()
        ]
        self.put(f"truths/{name}.jsonl", "\n".join(lines).encode())
        truth = f"s3://{self.bucket}/truths/{name}.jsonl"
        crowds.put(self.lake.laptop.home, name, {"jobs": jobs, "truth": truth, "workers": WORKERS})

    def start(self, task: str, folder: str, request: str) -> str:
        return self.lake.start("Labeling", {"task": task, "source": {"prefix": folder}, "request": request})

    def wait_for_answers(self, task: str, count: int) -> str:
        """Wait until a job of a task has so many answers; return its name."""
        logs = self.lake.client("logs")

        def answered() -> str | None:
            found = self.lake.client("sagemaker").list_labeling_jobs(NameContains=task, StatusEquals="InProgress")
            for job in found["LabelingJobSummaryList"]:
                name = str(job["LabelingJobName"])
                try:
                    events = logs.get_log_events(
                        logGroupName="/aws/sagemaker/groundtruth/WorkerActivity", logStreamName=name, startFromHead=True
                    )["events"]
                except logs.exceptions.ResourceNotFoundException:
                    continue
                if sum("TasksSubmitted" in event["message"] for event in events) >= count:
                    return name
            return None

        return wait_for(answered, f"{count} answers for {task}")

    def wait_until_stopped(self, job: str) -> None:
        """Wait until nobody can answer tasks of a job any more; an execution that is stopped does not wait for it."""

        def stopped() -> bool | None:
            described = self.lake.client("sagemaker").describe_labeling_job(LabelingJobName=job)
            return described["LabelingJobStatus"] == "Stopped" or None

        wait_for(stopped, f"the end of {job}")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.lake.rows(sql)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, laptop_assembly: Assembly) -> Iterator[Story]:
    with contextmanager(running_laptop)(tmp_path_factory.mktemp("labels")) as laptop:
        shutil.copytree(laptop_assembly.folder, laptop.home.assembly)
        keep_stacks(laptop.home.assembly)
        deploy.deploy_assembly(laptop.home, Console(file=io.StringIO()))
        yield _play(laptop)


def _play(laptop: Laptop) -> Story:
    labels = Labels(PipelineLake(laptop))
    for key in MAILS:
        labels.put(key, f"Dear reader, this is {key}".encode())
    labels.crowd("early", "mail-*", dict(list(MAILS.items())[:3]))
    labels.start("mail", "objects/mails/", "mails")
    killed = labels.wait_for_answers("mail", 9)
    time.sleep(_WRITTEN_SECONDS)
    os.killpg(os.getpgid(laptop.run.pid), signal.SIGKILL)
    wait_for(lambda: True if laptop.home.running() is None else None, "the end of the emulator")
    labels = Labels(PipelineLake(Laptop(laptop.home, launcher.up(laptop.home))))
    story = Story(labels.lake, killed)

    labels.crowd("late", "mail-*", dict(list(MAILS.items())[3:]))
    story.after = labels.lake.end(labels.start("mail", "objects/mails/", "mails"))
    story.again = labels.lake.end(labels.start("mail", "objects/mails/", "mails"))

    for number, key in enumerate(PICTURES):
        labels.put(key, png(number * 30))
    labels.crowd("half", "sports-*", dict(list(PICTURES.items())[:4]))
    stopped = labels.start("sports", "objects/pictures/", "pictures")
    job = labels.wait_for_answers("sports", 12)
    labels.lake.client("stepfunctions").stop_execution(executionArn=stopped)
    story.stopped = labels.lake.end(stopped)
    labels.wait_until_stopped(job)
    labels.crowd("all", "sports-*", PICTURES)
    story.rest = labels.lake.end(labels.start("sports", "objects/pictures/", "pictures"))
    story.rows["by_object"] = labels.rows("SELECT task, object, label, labeled_by, workers, job FROM labels")
    story.rows["answers"] = labels.rows("SELECT task, object, worker, answer, job FROM label_answers")
    return story


def by_task(story: Story, rows: str, task: str) -> list[tuple[Any, ...]]:
    return [row for row in story.rows[rows] if row[0] == task]


def test_a_run_after_a_kill_brings_in_the_job_that_went_on(story: Story) -> None:
    assert story.after is not None
    assert story.after.status == "SUCCEEDED", story.after.cause
    assert story.after.output["job"] == story.killed
    found = {row[1].partition("/objects/")[2]: row[2:5] for row in by_task(story, "by_object", "mail")}
    assert found == {key.removeprefix("objects/"): (truth, "human", 3) for key, truth in MAILS.items()}


def test_no_object_was_paid_for_twice_though_the_emulator_was_killed(story: Story) -> None:
    answers = by_task(story, "answers", "mail")
    assert set(Counter(row[1] for row in answers).values()) == {3}
    assert len({(row[1], row[2]) for row in answers}) == len(answers) == 3 * len(MAILS)
    jobs = story.lake.client("sagemaker").list_labeling_jobs(NameContains="mail")["LabelingJobSummaryList"]
    assert [job["LabelingJobName"] for job in jobs] == [story.killed]


def test_asking_again_orders_nothing(story: Story) -> None:
    assert story.again is not None
    assert story.again.output["outcome"] == "DUPLICATE"


def test_what_was_answered_before_a_stop_is_kept_and_the_rest_is_labeled_by_the_next_job(story: Story) -> None:
    assert story.stopped is not None
    assert story.rest is not None
    assert story.stopped.status == "ABORTED"
    assert story.rest.status == "SUCCEEDED", story.rest.cause
    rows = by_task(story, "by_object", "sports")
    found = {row[1].partition("/objects/")[2]: row[2] for row in rows}
    assert found == {key.removeprefix("objects/"): truth for key, truth in PICTURES.items()}
    assert len(rows) == len(PICTURES)
    assert Counter(row[5] for row in rows).most_common() == [(rows[0][5], 4), (rows[-1][5], 4)]
    assert set(Counter(row[1] for row in by_task(story, "answers", "sports")).values()) == {3}
