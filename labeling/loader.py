"""Read labeling tasks from their folders: `task.toml`, `categories.json`, `template.liquid.html`, `instructions.html`.

A folder of `labeling/` with these files is a task; nothing else has to be told of it.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from lake_common.labeling.categories import CategoriesError, categories_of
from lake_common.labeling.manifest import ManifestError, check_attribute
from lake_common.labeling.regions import can_automate
from lake_common.labeling.tasks import IMAGES, NAME, Kind, Task
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

FOLDER = Path(__file__).parent
# Where the template wants the instructions: Liquid would look for them in the task's input.
_MARK = "<!-- instructions.html -->"
_FILES = ("task.toml", "categories.json", "template.liquid.html", "instructions.html")
# A job's name has 63 characters, and its number and digest take 15 of them.
_NAME_CHARACTERS = 40
# What each kind of worker page must contain for its answers to be understood.
_ELEMENTS = {
    "image_classification": "crowd-image-classifier",
    "text_classification": "crowd-classifier",
    "named_entities": "crowd-entity-annotation",
    "bounding_boxes": "crowd-bounding-box",
}

Keyword = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+( [A-Za-z0-9]+)*$", max_length=30)]


class TaskError(ValueError):
    """A task that cannot be used; the message names the file and the key."""


class _TaskFile(BaseModel):
    """`task.toml`. The bounds are those of CreateLabelingJob."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    description: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    kind: Kind
    keywords: Annotated[list[Keyword], Field(min_length=1, max_length=5)]
    workers_per_object: Annotated[int, Field(ge=1, le=9)]
    time_limit_seconds: Annotated[int, Field(ge=30, le=28_800)]
    available_seconds: Annotated[int, Field(ge=60, le=2_592_000)]
    batch_size: Annotated[int, Field(ge=1, le=5000)]
    method: Literal["majority", "dawid_skene"]
    automated: bool
    audits: str
    prelabel: Literal["", "rekognition", "comprehend"]

    @model_validator(mode="after")
    def _automation_knows_the_kind(self) -> Self:
        if self.automated and (not can_automate(self.kind) or self.audits):
            raise ValueError(f"automated must be false for {self.kind}, and where labels are audited")
        return self

    @model_validator(mode="after")
    def _prelabeling_knows_the_kind(self) -> Self:
        expected = "rekognition" if self.kind == "image_classification" else "comprehend"
        classes = self.kind in ("image_classification", "text_classification") and not self.audits
        if self.prelabel and (self.prelabel != expected or not classes):
            raise ValueError(f"prelabel must be empty, or {expected} for a classification; got {self.prelabel!r}")
        return self


@dataclass(frozen=True, kw_only=True)
class TaskFolder:
    """A task with the files that Ground Truth reads: the worker page and the label categories."""

    task: Task
    template: str
    categories: str


@cache
def load_tasks(folder: Path = FOLDER) -> tuple[TaskFolder, ...]:
    """Read all tasks, sorted by name.

    Raises
    ------
    TaskError
        If one cannot be used, or audits labels that no task gives.
    """
    folders = sorted(file.parent for file in folder.glob("*/task.toml"))
    found = tuple(load_task(each) for each in folders)
    names = {each.task.name for each in found if not each.task.audits}
    for each in found:
        if each.task.audits and each.task.audits not in names:
            raise TaskError(
                f"{each.task.name}/task.toml: audits must be one of {sorted(names)}; got {each.task.audits!r}"
            )
    return found


def load_task(folder: Path) -> TaskFolder:
    """Read one task.

    Raises
    ------
    TaskError
        If a file is missing or wrong.
    """
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise TaskError(f"{folder.name}: a task has the files {list(_FILES)}; {missing} are missing")
    if not NAME.fullmatch(folder.name) or len(folder.name) > _NAME_CHARACTERS:
        raise TaskError(
            f"{folder.name}: the folder must be called {NAME.pattern}, with at most {_NAME_CHARACTERS} characters"
        )
    try:
        check_attribute(folder.name)
    except ManifestError as error:
        raise TaskError(f"{folder.name}: {error}") from error
    settings = _settings(folder)
    categories = (folder / "categories.json").read_text(encoding="utf-8")
    fields = settings.model_dump() | {
        "name": folder.name,
        "keywords": tuple(settings.keywords),
        "categories": _categories(folder, categories, settings.kind),
    }
    return TaskFolder(task=Task(**fields), template=_template(folder, settings), categories=categories)


def _settings(folder: Path) -> _TaskFile:
    label = f"{folder.name}/task.toml"
    try:
        values: dict[str, Any] = tomllib.loads((folder / "task.toml").read_text(encoding="utf-8"))
        return _TaskFile.model_validate(values)
    except tomllib.TOMLDecodeError as error:
        raise TaskError(f"{label}: not valid TOML: {error}") from error
    except ValidationError as error:
        problems = [
            f"{label}: {'.'.join(map(str, problem['loc'])) or 'task'}: {problem['msg']}; got {problem['input']!r}"
            for problem in error.errors()
        ]
        raise TaskError("\n".join(problems)) from error


def _categories(folder: Path, text: str, kind: Kind) -> tuple[str, ...]:
    label = f"{folder.name}/categories.json"
    try:
        return categories_of(json.loads(text), kind)
    except json.JSONDecodeError as error:
        raise TaskError(f"{label}: not valid JSON: {error}") from error
    except CategoriesError as error:
        raise TaskError(f"{label}: {error}") from error


def _template(folder: Path, settings: _TaskFile) -> str:
    """Put the instructions into the worker page."""
    label = f"{folder.name}/template.liquid.html"
    template = (folder / "template.liquid.html").read_text(encoding="utf-8")
    instructions = (folder / "instructions.html").read_text(encoding="utf-8").strip()
    if template.count(_MARK) != 1:
        raise TaskError(f"{label}: must contain {_MARK} once; got {template.count(_MARK)}")
    if not instructions:
        raise TaskError(f"{folder.name}/instructions.html: must tell workers what to do; it is empty")
    for element in ("crowd-form", _ELEMENTS[settings.kind]):
        if not re.search(rf"<{element}[\s>]", template):
            raise TaskError(f"{label}: a page of {settings.kind} must contain <{element}>")
    if settings.kind in IMAGES and "grant_read_access" not in template:
        raise TaskError(f"{label}: workers see an image only if its address goes through grant_read_access")
    return template.replace(_MARK, instructions)
