"""What Ground Truth passes: the event, and the document with the workers' answers.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# The guide writes the first one; jobs have been seen to send the second to post-annotation functions.
VERSIONS = ("2018-10-16", "2018-10-06")


@dataclass(frozen=True, kw_only=True)
class Request:
    """One batch of a labeling job."""

    job: str
    attribute: str
    categories: tuple[str, ...]
    payload: str

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Request:
        """Read the event.

        Raises
        ------
        ValueError
            If it has another version, or names no job, attribute or payload.
        """
        if event.get("version") not in VERSIONS:
            raise ValueError(f"version of the event must be {' or '.join(VERSIONS)}; got {event.get('version')!r}")
        try:
            return cls(
                job=event["labelingJobArn"].rpartition("/")[2],
                attribute=event["labelAttributeName"],
                categories=tuple(event.get("labelCategories") or ()),
                payload=event["payload"]["s3Uri"],
            )
        except KeyError as error:
            raise ValueError(f"the event must have {error}; got {sorted(event)}") from error


@dataclass(frozen=True)
class ObjectAnswers:
    """Answers about one object as they came: worker and what the page sent."""

    id: str
    answers: tuple[tuple[str, Any], ...]


def objects(document: Any, fetch: Callable[[str], str]) -> list[ObjectAnswers]:
    """Read the document of a batch.

    Parameters
    ----------
    document
        The parsed payload.
    fetch
        Reads the text at an S3 URI: a long answer lies in an object of its own.

    Raises
    ------
    ValueError
        If the document is not a list of objects with ids: Ground Truth, not a worker, wrote it.
    """
    if not isinstance(document, list):
        raise ValueError(f"the payload must be a list; got {type(document).__name__}")
    return [_object(entry, fetch) for entry in document]


def _object(entry: Any, fetch: Callable[[str], str]) -> ObjectAnswers:
    if not isinstance(entry, dict) or "datasetObjectId" not in entry:
        raise ValueError("each entry of the payload must have datasetObjectId")
    found = entry.get("annotations") or ()
    return ObjectAnswers(str(entry["datasetObjectId"]), tuple(_answer(annotation, fetch) for annotation in found))


def _answer(annotation: Any, fetch: Callable[[str], str]) -> tuple[str, Any]:
    """Return worker and content; what has neither content nor place is None, which no reader takes for an answer."""
    if not isinstance(annotation, dict):
        return "", None
    data = annotation.get("annotationData") or {}
    content = data.get("content")
    if content is None and data.get("s3Uri"):
        content = fetch(data["s3Uri"])
    return str(annotation.get("workerId", "")), content
