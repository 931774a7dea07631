"""The steps of a batch of a labeling job: offer objects to workers, make labels of their answers, write the output."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from laptop.emulator.registry import Json
from laptop.emulator.sagemaker import annotation, job_rules, manifest, objects, records, signals, task_rules
from laptop.emulator.sagemaker.output import Output, begin_batch, end_batch

# Concurrent calls of the pre-annotation function, which runs in one process here.
_CALLERS = 4
MAX_REASON = 1024


def still_open(name: str) -> list[Json]:
    """Return the objects of a job that are with workers, or wait to be consolidated."""
    return [found for found in objects.of(name).values() if found["state"] in {task_rules.OPEN, task_rules.ANSWERED}]


def offer(job: Json, identifiers: Sequence[str]) -> None:
    """Prepare objects, and put those that need people before the workers."""
    known = objects.of(job["name"])
    with ThreadPoolExecutor(_CALLERS) as callers:
        list(
            callers.map(
                lambda item: item[0].run(_offer_one, job, known[item[1]]),
                [(copy_context(), identifier) for identifier in identifiers],
            )
        )
    failed = [known[identifier] for identifier in identifiers if known[identifier]["state"] != task_rules.OPEN]
    if failed:
        _write(job, failed)


def _offer_one(job: Json, found: Json) -> None:
    if records.find(job["name"])["status"] != "InProgress":
        return
    task = job["request"]["HumanTaskConfig"]
    found["iteration"] = job["iteration"]
    try:
        task_input, required = annotation.prepare(job, found["line"])
    except annotation.FunctionError as error:
        found |= {"state": task_rules.FAILED, "reason": str(error)[:MAX_REASON]}
    else:
        if required:
            task_rules.offer(
                found,
                task_input,
                workers=task["NumberOfHumanWorkersPerDataObject"],
                limit=task["TaskTimeLimitInSeconds"] / job["speed"],
                expires=time.time() + job_rules.seconds_available(job["request"]) / job["speed"],
            )
        else:
            found["state"] = task_rules.SKIPPED
    objects.keep(job["name"], found)


def keep_machine_labels(job: Json, labels: dict[str, Json]) -> None:
    """Keep what a model labeled: the members to add to the lines, by id."""
    if not labels:
        return
    name, iteration = job["name"], job["iteration"]
    known = objects.of(name)
    with objects.lock:
        for identifier, members in labels.items():
            known[identifier] |= {
                "state": task_rules.LABELED,
                "label": members,
                "by": "machine",
                "iteration": iteration,
            }
            objects.keep(name, known[identifier])
    _write(job, [known[identifier] for identifier in labels])


def consolidate(job: Json, done: Sequence[Json]) -> None:
    """Make labels of the answers about some objects; those without an answer fail."""
    name, iteration = job["name"], job["iteration"]
    stamp = begin_batch(name)
    output = Output(job)
    answered = [found for found in done if found["answers"]]
    output.worker_responses(answered, iteration, stamp)
    try:
        labels = annotation.consolidate(job, answered, iteration, stamp) if answered else {}
        missing = "ClientError: AnnotationConsolidationLambda returned no annotation of the object"
    except annotation.FunctionError as error:
        labels, missing = {}, str(error)
    with objects.lock:
        for found in done:
            if found["id"] in labels:
                found |= {"state": task_rules.LABELED, "label": labels[found["id"]], "by": "human"}
            else:
                reason = missing if found["answers"] else "ClientError: Annotation tasks expired."
                found |= {"state": task_rules.FAILED, "reason": reason[:MAX_REASON]}
            objects.keep(name, found)
    _write(job, done)
    end_batch(name)


def _write(job: Json, batch: Sequence[Json]) -> None:
    """Write the manifests after objects have changed."""
    output, known = Output(job), objects.of(job["name"]).values()
    output.manifest(f"annotations/intermediate/{job['iteration']}/annotations.json", batch)
    output.manifest("manifests/output/output.manifest", known)
    for found in batch:
        if found["state"] == task_rules.LABELED:
            signals.labeled(job, manifest.joined(found["line"], found["label"]))
    counted = counters(known)
    signals.log(job["name"], f"iteration {job['iteration']}: {json.dumps(counted)}")
    signals.progress(job, counted)


def counters(known: Iterable[Json]) -> Json:
    """Return LabelCounters of the objects of a job."""
    found = list(known)
    machine = sum(item["state"] == task_rules.LABELED and item["by"] == "machine" for item in found)
    labeled = sum(item["state"] == task_rules.LABELED for item in found)
    failed = sum(item["state"] == task_rules.FAILED for item in found)
    return {
        "TotalLabeled": labeled,
        "HumanLabeled": labeled - machine,
        "MachineLabeled": machine,
        "FailedNonRetryableError": failed,
        "Unlabeled": len(found) - labeled - failed,
    }
