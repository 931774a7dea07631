"""What Rekognition and Comprehend think of an object. Their clients have no types here: too little is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lake_common.labeling.tasks import Task

from pre_annotation.decide import Guess

# The services take no more in a request.
# https://docs.aws.amazon.com/rekognition/latest/dg/limits.html
# https://docs.aws.amazon.com/comprehend/latest/APIReference/API_ClassifyDocument.html
_IMAGE_BYTES = 5 * 1024 * 1024
_TEXT_BYTES = 10_000


@dataclass(frozen=True, kw_only=True)
class Services:
    """Asks the service that a task names, if it is switched on.

    Parameters
    ----------
    rekognition, comprehend
        Makers of the clients, called when they are needed first; None where the service is off.
    confidence
        How sure an answer must be, from 0 to 1.
    """

    rekognition: Callable[[], Any] | None
    comprehend: Callable[[], Any] | None
    comprehend_endpoint: str
    confidence: float

    def guess(self, task: Task, content: bytes) -> Guess | None:
        """Return the only category that a service is sure of, if there is one."""
        scores: dict[str, float] = {}
        if task.prelabel == "rekognition" and self.rekognition and len(content) <= _IMAGE_BYTES:
            found = self.rekognition().detect_labels(
                Image={"Bytes": content}, MaxLabels=100, MinConfidence=100 * self.confidence
            )
            scores = rekognized(found["Labels"], task)
        elif task.prelabel == "comprehend" and self.comprehend and len(content) <= _TEXT_BYTES:
            found = self.comprehend().classify_document(
                Text=content.decode("utf-8"), EndpointArn=self.comprehend_endpoint
            )
            scores = {entry["Name"]: entry["Score"] for entry in found.get("Classes", ())}
        return only(scores, task, self.confidence)


def rekognized(labels: list[Mapping[str, Any]], task: Task) -> dict[str, float]:
    """Give the categories that Rekognition sees under their own names or aliases, with its confidence from 0 to 1."""
    categories = {category.casefold(): category for category in task.categories}
    scores: dict[str, float] = {}
    for label in labels:
        for name in (label["Name"], *(alias["Name"] for alias in label.get("Aliases", ()))):
            category = categories.get(name.casefold())
            if category:
                scores[category] = max(scores.get(category, 0.0), label["Confidence"] / 100)
    return scores


def only(scores: Mapping[str, float], task: Task, confidence: float) -> Guess | None:
    """Return the category that is sure, unless several are."""
    sure = [name for name in task.categories if scores.get(name, 0.0) >= confidence]
    return Guess(label=sure[0], confidence=scores[sure[0]], by=task.prelabel) if len(sure) == 1 else None
