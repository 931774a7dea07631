"""Automated labeling of a job: contents for the model, decisions of the loop, and the folders of the output.

| folder of the output, by iteration | what |
|---|---|
| `training/<n>/input/labeled.manifest`, `training/<n>/output/model.json` | labels by people; the model and what it showed |
| `activelearning/<n>/validation.manifest` | the random sample that judges the model |
| `activelearning/<n>/machine-labeled.manifest` | the lines that the model labeled |
| `inference/<n>/input.manifest`, `inference/<n>/output.jsonl` | objects without a label, and what the model says of them |

| rule | source |
|---|---|
| image and text classification; other algorithms are refused | the laptop |
| at least 1,250 objects | "Automate data labeling" |
| more than 10 % of failures in the first sample fail the job | the same |
| which labels the model may give | `laptop/active_learning` |

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-automated-labeling.html, `sms-data-output.html` beside it.
"""  # noqa: E501

from __future__ import annotations

import json
import subprocess
import time
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

from botocore.exceptions import ClientError

from laptop.emulator import clients
from laptop.emulator.glue_run import split_uri
from laptop.emulator.registry import Json
from laptop.emulator.sagemaker import manifest, planning, task_rules
from laptop.emulator.sagemaker.manifest import DataError
from laptop.emulator.sagemaker.output import isoformat
from laptop.emulator.sagemaker.planning import Plan, Write
from laptop.emulator.store import Store
from laptop.state import PROJECT

_KINDS = {"image-classification": "image", "text-classification": "text"}
_LEAST_OBJECTS = 1250
_MOST_FAILURES = 0.1
_READERS = 8
# Whether the model passed, by job and number of labels: the next look needs to know.
_LOOKS = Store("labeling-looks")


@planning.automate
def plan(request: Json, objects: Sequence[Json], limit: int, write: Write) -> Plan:
    """Return the next iteration of a job.

    Raises
    ------
    DataError
        The job has too few objects, or too many of the first ones failed.
    """
    _check(objects)
    if not limit and any(found.get("by") == "machine" for found in objects):
        return Plan([])
    labels = _labels(request, objects)
    decision = _decide(request, objects, labels, limit)
    if decision["look"]:
        _LOOKS.put(_look_key(request, len(labels)), decision["look"]["passed"])
        _write_output(request, objects, labels, decision, write)
    machine = {str(number): _members(request, *label) for number, *label in decision["machine"]}
    people = [str(number) for number in decision["ask"]]
    if not people and not machine and limit:
        # Nothing that the model could read is left.
        return planning.in_order(request, objects, limit, write)
    return Plan(people, machine)


def _algorithm(request: Json) -> str:
    arn: str = request["LabelingJobAlgorithmsConfig"]["LabelingJobAlgorithmSpecificationArn"]
    return arn.rpartition("/")[2]


def _check(objects: Sequence[Json]) -> None:
    if len(objects) < _LEAST_OBJECTS:
        raise DataError(f"automated labeling needs at least {_LEAST_OBJECTS} data objects; got {len(objects)}")
    first = [found for found in objects if found.get("iteration") == 1]
    failed = sum(found["state"] == task_rules.FAILED for found in first)
    if failed > _MOST_FAILURES * len(first):
        raise DataError(f"at most 10 % of the first {len(first)} data objects may fail; got {failed}")


def _labels(request: Json, objects: Sequence[Json]) -> dict[int, Json]:
    """Return the metadata of the labels that people gave, by the number of the object."""
    member = f"{request['LabelAttributeName']}-metadata"
    by_people = [found for found in objects if found["state"] == task_rules.LABELED and found["by"] == "human"]
    metadata = {int(found["id"]): found["label"].get(member, {}) for found in by_people}
    return {number: found for number, found in metadata.items() if "class-name" in found}


def _decide(request: Json, objects: Sequence[Json], labels: Mapping[int, Json], limit: int) -> Json:
    files = _contents(request["LabelingJobName"], objects)
    classes = _classes(request)
    # One answer says nothing of how often people err.
    confident = request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] > 1
    given = [
        (number, classes.index(found["class-name"]), found.get("confidence") if confident else None)
        for number, found in labels.items()
        if found["class-name"] in classes
    ]
    waiting = [int(found["id"]) for found in objects if found["state"] == task_rules.WAITING]
    question = {
        "kind": _KINDS[_algorithm(request)],
        "files": [str(file) for file in files],
        "usable": sorted([*waiting, *(number for number, *_ in given)]),
        "labels": given,
        "classes": len(classes),
        "limit": limit,
        "seed": zlib.crc32(request["LabelingJobName"].encode()),
        "passed_before": _passed_before(request, len(labels)),
    }
    return _ask(question)


def _ask(question: Json) -> Json:
    """Let the loop decide, in the environment that has scikit-learn."""
    done = subprocess.run(  # noqa: S603
        [clients.spark_python(), "-m", "laptop.active_learning"],
        cwd=PROJECT,
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"automated labeling must decide; it ended with {done.returncode}: {done.stderr[-1000:]}")
    answer: Json = json.loads(done.stdout)
    return answer


def _passed_before(request: Json, labels: int) -> bool:
    looks = {int(key.rpartition("/")[2]): passed for key, passed in _LOOKS.items(_look_key(request, ""))}
    earlier = [count for count in looks if count < labels]
    return bool(earlier and looks[max(earlier)])


def _look_key(request: Json, labels: object) -> str:
    return f"{request['LabelingJobName']}/{labels}"


def _classes(request: Json) -> list[str]:
    bucket, key = split_uri(request["LabelCategoryConfigS3Uri"])
    return manifest.categories_of(clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def _contents(job: str, objects: Sequence[Json]) -> list[Path]:
    """Fetch what objects contain, once; what cannot be fetched has no file."""
    folder = clients.cache_dir() / "active-learning" / clients.account() / job
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / found["id"] for found in objects]
    with ThreadPoolExecutor(_READERS) as readers:
        work = [(copy_context(), found, file) for found, file in zip(objects, files, strict=True) if not file.exists()]
        list(readers.map(lambda item: item[0].run(_fetch, *item[1:]), work))
    return files


def _fetch(found: Json, file: Path) -> None:
    source = manifest.source_of(found["line"])
    if "content" in source:
        content = source["content"].encode()
    else:
        bucket, key = split_uri(source["s3Uri"])
        try:
            content = clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"NoSuchKey", "NoSuchBucket", "AccessDenied"}:
                raise
            return
    # A killed emulator leaves no half of a file.
    part = file.with_suffix(".part")
    part.write_bytes(content)
    part.rename(file)


def _members(request: Json, column: int, confidence: float) -> Json:
    attribute = request["LabelAttributeName"]
    metadata = {
        "class-name": _classes(request)[column],
        "confidence": round(confidence, 4),
        "type": f"groundtruth/{_algorithm(request)}",
        "job-name": request["LabelingJobName"],
        "human-annotated": "no",
        "creation-date": isoformat(time.time()),
    }
    return {attribute: column, f"{attribute}-metadata": metadata}


def _write_output(
    request: Json, objects: Sequence[Json], labels: Mapping[int, Json], decision: Json, write: Write
) -> None:
    iteration = max((found.get("iteration", 0) for found in objects), default=0) + 1

    def labeled(numbers: Sequence[int]) -> list[str]:
        return [manifest.joined(objects[number]["line"], objects[number]["label"]) for number in numbers]

    def put(path: str, lines: Sequence[str]) -> None:
        write(path.format(iteration), "".join(f"{line}\n" for line in lines).encode())

    classes = _classes(request)
    machine = [
        manifest.joined(objects[number]["line"], _members(request, *label)) for number, *label in decision["machine"]
    ]
    predictions = [
        json.dumps({"id": str(number), "class-name": classes[column], "confidence": round(confidence, 4)})
        for number, column, confidence in decision["best"]
    ]
    put("training/{}/input/labeled.manifest", labeled(sorted(labels)))
    put("training/{}/output/model.json", [json.dumps(decision["look"])])
    put("activelearning/{}/validation.manifest", labeled(decision["sampled"]))
    put("activelearning/{}/machine-labeled.manifest", machine)
    put("inference/{}/input.manifest", [objects[number]["line"] for number, *_ in decision["best"]])
    put("inference/{}/output.jsonl", predictions)
