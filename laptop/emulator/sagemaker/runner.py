"""The thread of a labeling job.

Every step leaves its result on disk before the next begins, so a job goes on after a restart of the emulator where it
was: answers are kept, and no object is consolidated twice once its label is kept.
"""

from __future__ import annotations

import logging
import threading
import time
from enum import Enum

from botocore.exceptions import ClientError, HTTPClientError

from laptop.emulator import clients
from laptop.emulator.glue_run import split_uri
from laptop.emulator.registry import Json
from laptop.emulator.sagemaker import (
    batches,
    crowd,
    job_rules,
    manifest,
    objects,
    planning,
    records,
    signals,
    streaming,
    task_rules,
    teams,
)
from laptop.emulator.sagemaker.manifest import DataError
from laptop.emulator.sagemaker.output import Output

logger = logging.getLogger("laptop.sagemaker")

_POLL_SECONDS = 0.05
_RETRY_SECONDS = 2.0
_DEFAULT_BATCH = 1000
_running: set[tuple[str, str, str]] = set()
_guard = threading.Lock()


def start(name: str) -> None:
    """Run a job, or go on with it, on a thread of its own; one thread a job."""
    key = (*clients.scope(), name)
    with _guard:
        if key in _running:
            return
        _running.add(key)
    clients.background(_run, name, key)


def _run(name: str, key: tuple[str, str, str]) -> None:
    try:
        while not _attempt(name):
            time.sleep(_RETRY_SECONDS)
    finally:
        with _guard:
            _running.discard(key)


def _attempt(name: str) -> bool:
    """Run a job to its end; false if the endpoint does not answer, as when the emulator is being stopped."""
    try:
        _end(name, *_work(name))
    except HTTPClientError:
        logger.exception("labeling job %s waits for the endpoint", name)
        return False
    except (DataError, ClientError) as error:
        _end(name, "Failed", f"ClientError: {error}")
    except Exception as error:
        logger.exception("labeling job %s", name)
        _end(name, "Failed", f"InternalServerError: {type(error).__name__}: {error}")
    return True


def _work(name: str) -> tuple[str, str]:
    """Run a job to its end; return its final status, and the reason if it failed."""
    _initialize(name)
    if records.begin(name):
        job = records.find(name)
        signals.work_available(job, teams.by_arn(job["request"]["HumanTaskConfig"]["WorkteamArn"]))
        crowd.attend(name)
    enough = _iterate(name)
    job = records.find(name)
    if job["status"] == "Stopping":
        _stop(job)
    known = objects.of(name).values()
    Output(job).manifest("manifests/output/output.manifest", known)
    if job["status"] == "Stopping":
        return "Stopped", ""
    if known and all(found["state"] == task_rules.FAILED for found in known):
        return "Failed", f"ClientError: all {len(known)} data objects failed; the first: {next(iter(known))['reason']}"
    return ("Stopped" if enough else "Completed"), ""


def _initialize(name: str) -> None:
    """Read what the request points to."""
    job = records.find(name)
    if job["ready"]:
        return
    request = job["request"]
    categories = request.get("LabelCategoryConfigS3Uri")
    labels = manifest.categories_of(_read(categories)) if categories else []
    template = _read(request["HumanTaskConfig"]["UiConfig"]["UiTemplateS3Uri"])
    if not template.strip():
        raise DataError("the worker task template must not be empty")
    objects.forget(name)
    source = request["InputConfig"]["DataSource"].get("S3DataSource", {}).get("ManifestS3Uri")
    if source:
        objects.add(name, manifest.lines_of(_read(source)))
    if streaming.is_streaming(request):
        streaming.subscribe(job)
    records.change(name, ready=True, categories=labels, speed=crowd.speed(name))


def _read(uri: str) -> bytes:
    bucket, key = split_uri(uri)
    try:
        content: bytes = clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        raise DataError(f"{uri} must be readable; got {error.response['Error']['Code']}") from error
    return content


def _iterate(name: str) -> bool:
    """Label objects until there are no more; tell whether a stopping condition, or idleness, ended it before."""
    while (job := records.find(name))["status"] == "InProgress":
        endless = streaming.is_streaming(job["request"])
        if endless:
            streaming.receive(job)
        if endless or not batches.still_open(name):
            what = _begin_iteration(job)
            over = what is not _Next.BEGUN and not batches.still_open(name)
            if over and (not endless or streaming.is_idle(job)):
                return endless or what is _Next.ENOUGH
        _consolidate_answered(name)
    return False


class _Next(Enum):
    BEGUN = "objects are with workers, or have been labeled"
    DONE = "there are no more objects"
    ENOUGH = "a stopping condition is met"


def _begin_iteration(job: Json) -> _Next:
    """Send the next objects to workers, and keep what a model labels."""
    name, request = job["name"], job["request"]
    known = list(objects.of(name).values())
    waiting = [found for found in known if found["state"] == task_rules.WAITING]
    if not waiting:
        return _Next.DONE
    counted = batches.counters(known)
    allowed = len(waiting)
    if not streaming.is_streaming(request):
        allowed = job_rules.people_left(request, len(known), counted["HumanLabeled"], counted["TotalLabeled"])
    planner = planning.automated() if "LabelingJobAlgorithmsConfig" in request else None
    if not allowed and not planner:
        return _Next.ENOUGH
    room = request["HumanTaskConfig"].get("MaxConcurrentTaskCount", _DEFAULT_BATCH) - len(batches.still_open(name))
    plan = (planner or planning.in_order)(request, known, min(allowed, room), Output(job).write)
    if not allowed and not plan.machine:
        return _Next.ENOUGH
    if not plan.people and not plan.machine and not batches.still_open(name):
        raise DataError(f"automated labeling must go on with {len(waiting)} objects; it chose none of them")
    iteration = 1 if streaming.is_streaming(request) else job["iteration"] + 1
    job = records.change(name, iteration=iteration)
    batches.keep_machine_labels(job, plan.machine)
    batches.offer(job, plan.people)
    return _Next.BEGUN


def _consolidate_answered(name: str) -> None:
    """Wait a little for answers; label the batch once it is over, or each object at once if the job is streaming."""
    job = records.find(name)
    endless = streaming.is_streaming(job["request"])
    with objects.lock:
        now = time.time()
        for found in batches.still_open(name):
            _advance(name, found, now)
        opened = batches.still_open(name)
        done = [found for found in opened if found["state"] == task_rules.ANSWERED]
    if done and (endless or len(done) == len(opened)):
        batches.consolidate(job, done)
    elif opened or endless:
        time.sleep(_POLL_SECONDS)


def _advance(name: str, found: Json, now: float) -> None:
    for claim in task_rules.lapse(found, now):
        signals.worker_event(name, claim, "TasksReturned")
    if found["state"] == task_rules.OPEN and task_rules.is_over(found, now):
        found |= {"state": task_rules.ANSWERED, "claims": {}}
        objects.keep(name, found)


def _stop(job: Json) -> None:
    """Take the tasks from the workers; what they have answered is labeled, as when its time is up."""
    with objects.lock:
        for found in batches.still_open(job["name"]):
            found |= {"state": task_rules.ANSWERED if found["answers"] else task_rules.WAITING, "claims": {}}
            objects.keep(job["name"], found)
        done = batches.still_open(job["name"])
    if done:
        batches.consolidate(job, done)


def _end(name: str, status: str, reason: str) -> None:
    job = records.find(name)
    if streaming.is_streaming(job["request"]):
        streaming.unsubscribe(job)
    # First what whoever sees the end may look for.
    signals.log(name, f"{status}: {reason}" if reason else status)
    signals.progress(job, batches.counters(objects.of(name).values()))
    signals.ended(records.change(name, status=status, **({"reason": reason[: batches.MAX_REASON]} if reason else {})))
