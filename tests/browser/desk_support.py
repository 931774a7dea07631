"""A desk whose tasks are in memory, with the project's own templates."""

from __future__ import annotations

import base64
import io
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from labeling.loader import load_task
from laptop.emulator.sagemaker import templates
from laptop.portal.desk import Task, TaskBrokenError, TaskGoneError, Work

LABELING = Path(__file__).resolve().parent.parent.parent / "labeling"


def picture(width: int = 320, height: int = 200) -> str:
    """Return a picture of a ball on grass as an address."""
    image = Image.new("RGB", (width, height), "#2d7d46")
    drawing = ImageDraw.Draw(image)
    for stripe in range(0, width, max(width // 8, 2)):
        drawing.rectangle((stripe, 0, stripe + width // 16, height), fill="#33894e")
    drawing.ellipse((width // 4, height // 4, width // 4 + height // 3, height // 4 + height // 3), fill="white")
    file = io.BytesIO()
    image.save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


@dataclass
class PaperDesk:
    """Tasks of one job, one after the other.

    Attributes
    ----------
    kind
        Folder of the template in `labeling/`, unless `template` is given.
    inputs
        `task.input` of each task.
    answers
        What has been submitted: worker, task, content.
    """

    kind: str = "sports"
    template: str = ""
    inputs: list[Any] = field(default_factory=list)
    seconds: float = 300
    answers: list[tuple[str, str, Any]] = field(default_factory=list)
    given_back: list[tuple[str, str]] = field(default_factory=list)
    held: dict[str, Task] = field(default_factory=dict)

    def put(self, kind: str, *objects: str, labels: list[str] | None = None) -> None:
        """Lay tasks of a kind on the desk."""
        self.kind = kind
        names = labels or list(load_task(LABELING / kind).task.categories)
        self.inputs = [{"taskObject": each, "labels": names} for each in objects]

    def members(self) -> list[str]:
        return ["Ada", "Grace"]

    def jobs(self, worker: str) -> list[Work]:
        return [self.job("job-1", worker)]

    def job(self, name: str, worker: str) -> Work:
        left, task = len(self._open()), load_task(LABELING / self.kind).task
        return Work(
            name="job-1",
            title=task.title,
            description=task.description,
            keywords=list(task.keywords),
            offered=left,
            labeled=len(self.inputs) - left,
            total=len(self.inputs),
            running=True,
        )

    def claim(self, job: str, worker: str) -> Task | None:
        held = self.held.get(worker)
        if held and held.until > time.time():
            return held
        free = self._open()
        if not free:
            return None
        self.held[worker] = Task(job, free[0], time.time() + self.seconds)
        return self.held[worker]

    def page(self, job: str, task: str, worker: str) -> str:
        self._check(worker, task)
        template = self.template or load_task(LABELING / self.kind).template
        try:
            return templates.render(template, self.inputs[int(task)], lambda uri: uri)
        except templates.TemplateError as error:
            raise TaskBrokenError(str(error)) from error

    def submit(self, job: str, task: str, worker: str, content: Any) -> None:
        self._check(worker, task)
        del self.held[worker]
        self.answers.append((worker, task, content))

    def give_back(self, job: str, task: str, worker: str, *, decline: bool) -> None:
        self._check(worker, task)
        del self.held[worker]
        self.given_back.append((task, "decline" if decline else "release"))

    def _check(self, worker: str, task: str) -> None:
        held = self.held.get(worker)
        if held is None or held.id != task or held.until <= time.time():
            raise TaskGoneError("This task is not yours any more: its time is up, or the job is over.")

    def _open(self) -> list[str]:
        over = {task for _, task, _ in self.answers} | {task for task, how in self.given_back if how == "decline"}
        return [str(number) for number in range(len(self.inputs)) if str(number) not in over]
