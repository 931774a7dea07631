"""What Ground Truth expects back, and writes into the output manifest.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

# As the built-in task types call themselves.
TYPES = {
    "image_classification": "image-classification",
    "text_classification": "text-classification",
    "named_entities": "text-span",
    "bounding_boxes": "object-detection",
}


def entry(object_id: str, attribute: str, value: Any, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the consolidated annotation of one object."""
    content = {attribute: value, f"{attribute}-metadata": dict(metadata)}
    return {"datasetObjectId": object_id, "consolidatedAnnotation": {"content": content}}


def metadata(kind: str, *, job: str, created: datetime) -> dict[str, Any]:
    """Return what the metadata of each kind has."""
    return {
        "type": f"groundtruth/{TYPES[kind]}",
        "job-name": job,
        "human-annotated": "yes",
        "creation-date": created.isoformat(timespec="microseconds"),
    }
