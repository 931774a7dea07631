"""Input manifests, label categories and lines of the output manifest. Pure.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-input-data-input-manifest.html and `sms-data-output.html`,
`sms-label-cat-config-attributes.html` beside it.
"""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]

MAX_LINE_BYTES = 100_000


class DataError(Exception):
    """Input data that ends a job: its message is the job's FailureReason, after "ClientError: "."""


def lines_of(content: bytes) -> list[str]:
    """Return the lines of an input manifest.

    Raises
    ------
    DataError
        It is empty, or a line is not what it must be.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"the manifest must be UTF-8; got {error}") from error
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []
    if not lines:
        raise DataError("the manifest must have at least one data object; it is empty")
    for number, line in enumerate(lines, 1):
        try:
            check_line(line)
        except DataError as error:
            raise DataError(f"line {number} of the manifest: {error}") from error
    return lines


def check_line(line: str) -> Json:
    """Return the data object of a line.

    Raises
    ------
    DataError
        It is too long, no JSON object, or does not say where the object is.
    """
    size = len(line.encode())
    if size > MAX_LINE_BYTES:
        raise DataError(f"a data object must have at most {MAX_LINE_BYTES} bytes; got {size}")
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"a data object must be JSON; got {line[:100]!r}: {error}") from error
    if not isinstance(found, dict):
        raise DataError(f"a data object must be a JSON object; got {line[:100]!r}")
    named = [key for key in ("source", "source-ref") if key in found]
    if len(named) != 1:
        raise DataError(f"a data object must have either source or source-ref; got {sorted(found)}")
    if not isinstance(found[named[0]], str) or not found[named[0]]:
        raise DataError(f"{named[0]} of a data object must be a string that is not empty; got {found[named[0]]!r}")
    if named == ["source-ref"] and not found["source-ref"].startswith(("s3://", "https://")):
        raise DataError(f"source-ref of a data object must be an S3 address; got {found['source-ref']!r}")
    return found


def categories_of(content: bytes) -> list[str]:
    """Return the labels of a label category configuration file.

    Raises
    ------
    DataError
        It is not one, or a label is there twice.
    """
    try:
        document = json.loads(content)
    except ValueError as error:
        raise DataError(f"the label category configuration must be JSON; got {error}") from error
    entries = document.get("labels") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries:
        raise DataError("the label category configuration must have a list of labels that is not empty")
    labels = [entry.get("label") if isinstance(entry, dict) else None for entry in entries]
    for label in labels:
        if not isinstance(label, str) or not label.strip():
            raise DataError(f"each entry of labels must have a label that is a string; got {label!r}")
        if labels.count(label) > 1:
            raise DataError(f"labels must be unique; got {label!r} twice")
    return [str(label) for label in labels]


def source_of(line: str) -> Json:
    """Return `dataObject` of a post-annotation request."""
    found = json.loads(line)
    return {"content": found["source"]} if "source" in found else {"s3Uri": found["source-ref"]}


def output_line(found: Json, request: Json, created: str) -> str:
    """Return the line of the output manifest for an object: as it came unless it was labeled or has failed.

    Parameters
    ----------
    found
        A data object of a job, see `task_rules`.
    created
        When the output is written, for objects that failed.
    """
    if found["state"] == "labeled":
        return joined(found["line"], found["label"])
    if found["state"] == "failed":
        metadata = {
            "job-name": request["LabelingJobName"],
            "retry-count": 1,
            "failure-reason": found["reason"],
            "human-annotated": "true",
            "creation-date": created,
        }
        return joined(found["line"], {f"{request['LabelAttributeName']}-metadata": metadata})
    return str(found["line"])


def joined(line: str, members: Json) -> str:
    return json.dumps(json.loads(line) | members, ensure_ascii=False)


def labeled_members(content: Json, request: Json, created: str) -> Json:
    """Return what Ground Truth adds to a line: what the post-annotation function returned, and its own metadata."""
    attribute = request["LabelAttributeName"]
    own = {
        "job_name": request["LabelingJobName"],
        "type": "groundtruth/custom",
        "human-annotated": "yes",
        "creation_date": created,
    }
    given = content.get(f"{attribute}-metadata")
    return content | {f"{attribute}-metadata": own | (given if isinstance(given, dict) else {})}
