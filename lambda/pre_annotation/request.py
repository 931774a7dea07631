"""What Ground Truth passes for each object, and what it expects back.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lake_common.labeling.manifest import name_of
from lake_common.labeling.tasks import Task, task_of

# The guide writes the first one; jobs have been seen to send the second to post-annotation functions.
VERSIONS = ("2018-10-16", "2018-10-06")


@dataclass(frozen=True, kw_only=True)
class Request:
    """One object of a labeling job: `line` is its line of the manifest."""

    job: str
    task: str
    line: Mapping[str, Any]

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Request:
        """Read the event.

        Raises
        ------
        ValueError
            If it has another version, or lacks the job or the object.
        """
        if event.get("version") not in VERSIONS:
            raise ValueError(f"version of the event must be {' or '.join(VERSIONS)}; got {event.get('version')!r}")
        line = event.get("dataObject")
        if not isinstance(line, dict) or ("source" in line) == ("source-ref" in line):
            raise ValueError(f"dataObject must have either source or source-ref; got {line!r}")
        job = str(event.get("labelingJobArn", "")).rpartition("/")[2]
        return cls(job=job, task=task_of(job), line=line)

    @property
    def object(self) -> str:
        """Name of the object."""
        return name_of(self.line)


def response(task: Task, request: Request, text: str | None, *, required: bool) -> dict[str, Any]:
    """Give the worker's page its input: the same names as AWS' own functions, so that a page works with either.

    Parameters
    ----------
    text
        The text to label; None for images, whose page reads them itself.
    """
    shown = request.line["source-ref"] if text is None else text
    audited = {"auditedLabel": _label(task.audits, request.line)} if task.audits else {}
    return {
        "taskInput": {"taskObject": shown, "labels": list(task.categories), **audited},
        "isHumanAnnotationRequired": required,
    }


def _label(attribute: str, line: Mapping[str, Any]) -> str:
    """Return the label that an earlier job gave, as people read it."""
    metadata = line.get(f"{attribute}-metadata") or {}
    return str(metadata.get("class-name", line.get(attribute)))
