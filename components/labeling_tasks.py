"""Labeling tasks, packed for jobs and functions."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from constructs import Construct
from lake_common.labeling.requests import TaskFiles
from lake_common.labeling.tasks import Task

from components.assets import StoredFile, stored_file
from components.function_packages import common_files, in_layer, powertools_files
from labeling.loader import TaskFolder


@dataclass(frozen=True, kw_only=True)
class DeployedTask:
    """A task and its files as they will lie in S3."""

    task: Task
    template: StoredFile
    categories: StoredFile

    @property
    def files(self) -> TaskFiles:
        """Addresses of the files."""
        return TaskFiles(template=self.template.address, categories=self.categories.address)


class LabelingTasks(Construct):
    """Each task's worker page, with its instructions in place, and label categories."""

    def __init__(self, scope: Construct, construct_id: str, *, folders: tuple[TaskFolder, ...]) -> None:
        super().__init__(scope, construct_id)
        with tempfile.TemporaryDirectory() as place:
            self.deployed: Mapping[str, DeployedTask] = {
                folder.task.name: self._deploy(folder, Path(place)) for folder in folders
            }

    def _deploy(self, folder: TaskFolder, place: Path) -> DeployedTask:
        name = folder.task.name
        page, categories = place / f"{name}.liquid.html", place / f"{name}.json"
        page.write_text(folder.template, encoding="utf-8")
        categories.write_text(folder.categories, encoding="utf-8")
        return DeployedTask(
            task=folder.task,
            template=stored_file(self, f"{name}-page", page),
            categories=stored_file(self, f"{name}-categories", categories),
        )

    @property
    def files(self) -> list[StoredFile]:
        """All files of all tasks."""
        return [file for each in self.deployed.values() for file in (each.template, each.categories)]


def labeling_layer_files(tasks: tuple[Task, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file that labeling functions share: code, tasks and Powertools."""
    yield from common_files(("labeling", "consolidation"))
    packed = json.dumps([task.as_dict() for task in tasks], indent=1, sort_keys=True, ensure_ascii=False)
    yield in_layer("labeling/tasks.json"), packed.encode()
    yield from powertools_files()
