"""Calls the functions of a custom workflow with the payloads that Ground Truth documents.

A function that fails, or returns something else than it must, is called once more; then the objects fail with the
reason. Both functions are optional.
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from laptop.emulator.clients import client
from laptop.emulator.registry import Json
from laptop.emulator.sagemaker import built_in, manifest
from laptop.emulator.sagemaker.output import Output, isoformat

_VERSION = "2018-10-16"
_ATTEMPTS = 2
T = TypeVar("T")


class FunctionError(Exception):
    """A function failed, or did not return what it must."""


def prepare(job: Json, line: str) -> tuple[Any, bool]:
    """Return `task.input` for an object, and whether people are asked about it.

    Raises
    ------
    FunctionError
        The pre-annotation function failed.
    """
    data_object = json.loads(line)
    function = job["request"]["HumanTaskConfig"].get("PreHumanTaskLambdaArn")
    if not function:
        return data_object, True
    if built_in.is_known(function):
        return built_in.task_input(data_object, job["categories"]), True
    event = {"version": _VERSION, "labelingJobArn": job["arn"], "dataObject": data_object}
    return _call("PreHumanTaskLambda", function, event, prepared)


def prepared(answer: Any) -> tuple[Any, bool]:
    """Check what a pre-annotation function returned.

    Raises
    ------
    ValueError
        It is not what it must be.
    """
    if not isinstance(answer, dict) or "taskInput" not in answer:
        raise ValueError(f"it must return an object with taskInput; got {_short(answer)}")
    required = answer.get("isHumanAnnotationRequired", True)
    if not isinstance(required, bool):
        raise ValueError(f"isHumanAnnotationRequired must be a boolean; got {required!r}")
    return answer["taskInput"], required


def consolidate(job: Json, batch: Sequence[Json], iteration: int, stamp: str) -> dict[str, Json]:
    """Return what to add to the line of each object that was answered; an object may be missing.

    Raises
    ------
    FunctionError
        The post-annotation function failed.
    """
    request, output = job["request"], Output(job)
    function = (
        request["HumanTaskConfig"].get("AnnotationConsolidationConfig", {}).get("AnnotationConsolidationLambdaArn")
    )
    created = isoformat(time.time())
    if not function:
        return {
            found["id"]: _unconsolidated(found, request, output, f"{iteration}/{found['id']}/{stamp}", created)
            for found in batch
        }
    folder = "annotations/consolidated-annotation"
    name = f"iteration-{iteration}/{stamp}.json"
    entries = [payload(found) for found in batch]
    uri = output.write_json(f"{folder}/consolidation-request/{name}", entries)
    if built_in.is_known(function):
        answer = built_in.consolidate(function, entries, job["categories"], request, created)
    else:
        answer = _call("AnnotationConsolidationLambda", function, _consolidation_event(job, uri), consolidated)
    output.write_json(f"{folder}/consolidation-response/{name}", answer)
    contents = {entry["datasetObjectId"]: entry["consolidatedAnnotation"]["content"] for entry in answer}
    if built_in.is_known(function):
        return contents
    return {key: manifest.labeled_members(content, request, created) for key, content in contents.items()}


def _consolidation_event(job: Json, uri: str) -> Json:
    return {
        "version": _VERSION,
        "labelingJobArn": job["arn"],
        "labelCategories": job["categories"],
        "labelAttributeName": job["request"]["LabelAttributeName"],
        "roleArn": job["request"]["RoleArn"],
        "payload": {"s3Uri": uri},
    }


def payload(found: Json) -> Json:
    """Return one entry of the file that the post-annotation function reads."""
    return {
        "datasetObjectId": found["id"],
        "dataObject": manifest.source_of(found["line"]),
        "annotations": [
            {"workerId": answer["worker"]["id"], "annotationData": {"content": _text(answer["content"])}}
            for answer in found["answers"]
        ],
    }


def consolidated(answer: Any) -> list[Json]:
    """Check what a post-annotation function returned.

    Raises
    ------
    ValueError
        It is not what it must be.
    """
    if not isinstance(answer, list):
        raise ValueError(f"it must return a list; got {_short(answer)}")
    for entry in answer:
        annotation = entry.get("consolidatedAnnotation") if isinstance(entry, dict) else None
        content = annotation.get("content") if isinstance(annotation, dict) else None
        if not isinstance(content, dict) or not isinstance(entry.get("datasetObjectId"), str):
            raise ValueError(f"each entry must have datasetObjectId and consolidatedAnnotation.content; got {entry!r}")
    return answer


def _unconsolidated(found: Json, request: Json, output: Output, place: str, created: str) -> Json:
    members = manifest.labeled_members({request["LabelAttributeName"]: {}}, request, created)
    reference = output.uri(f"annotations/worker-response/iteration-{place}.json")
    members[f"{request['LabelAttributeName']}-metadata"]["worker-response-ref"] = reference
    return members


def _call(role: str, function: str, event: Json, check: Callable[[Any], T]) -> T:
    problem = ""
    for _ in range(_ATTEMPTS):
        try:
            return check(_invoke(function, event))
        except (ValueError, ClientError) as error:
            problem = str(error)
    raise FunctionError(f"ClientError: {role} {function} failed: {problem}")


def _invoke(function: str, event: Json) -> Any:
    answer = client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    document = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        raise ValueError(_short(document.get("errorMessage", document) if isinstance(document, dict) else document))
    return document


def _text(content: Any) -> str:
    """Return an answer as text; what a page did not send as a document is kept as it came."""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:300]
