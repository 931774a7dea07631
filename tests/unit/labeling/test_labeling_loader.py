"""A folder is a task; what is wrong with one is told by file and key."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from labeling.loader import FOLDER, TaskError, load_task, load_tasks

SPORTS = FOLDER / "sports"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a good task."""
    return Path(shutil.copytree(SPORTS, tmp_path / "sports"))


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_the_tasks_of_the_lake_are_of_every_kind() -> None:
    tasks = [folder.task for folder in load_tasks()]
    assert {task.kind for task in tasks} == {
        "image_classification",
        "text_classification",
        "named_entities",
        "bounding_boxes",
    }
    sports = next(task for task in tasks if task.name == "sports")
    assert (sports.title, sports.categories) == (
        "Which sport is being played?",
        ("soccer", "swimming", "baseball", "cricket"),
    )


def test_a_folder_is_a_task(folder: Path) -> None:
    copy = folder.rename(folder.with_name("games"))

    (found,) = load_tasks(copy.parent)

    assert (found.task.name, found.task.kind) == ("games", "image_classification")


def test_page_holds_its_instructions(folder: Path) -> None:
    (folder / "instructions.html").write_text("<p>Look twice.</p>")

    assert "<p>Look twice.</p>" in load_task(folder).template
    assert "<!-- instructions.html -->" not in load_task(folder).template


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("task.toml", "title =", "titel =", "sports/task.toml: title: Field required"),
        ("task.toml", "workers_per_object = 3", "workers_per_object = 10", "task.toml: workers_per_object: .*; got 10"),
        ("task.toml", "time_limit_seconds = 300", "time_limit_seconds = 29", "task.toml: time_limit_seconds: .*got 29"),
        ("task.toml", '"sport"]', '"a", "b", "c", "d"]', "task.toml: keywords: .*at most 5"),
        ("task.toml", '"sport"]', '"sport!"]', "task.toml: keywords.2: .*pattern"),
        ("task.toml", "dawid_skene", "lottery", "task.toml: method: .*'majority' or 'dawid_skene'; got 'lottery'"),
        ("task.toml", '"rekognition"', '"comprehend"', "prelabel must be empty, or rekognition"),
        ("task.toml", 'audits = ""', 'audits = "x"\n[', "sports/task.toml: not valid TOML"),
        ("categories.json", '"soccer"', '"swimming"', "categories.json: labels must differ; .'swimming'"),
        ("categories.json", "2018-11-28", "2019-01-01", "categories.json: document-version must be"),
        ("categories.json", '{"label": "soccer"}', '{"name": "soccer"}', r"categories.json: labels\[0\].label must be"),
        ("categories.json", "}", "", "sports/categories.json: not valid JSON"),
        ("template.liquid.html", "<!-- instructions.html -->", "", "template.liquid.html: must contain <!-- instr"),
        ("template.liquid.html", "<crowd-form>", "<form>", "must contain <crowd-form>"),
        ("template.liquid.html", "<crowd-image-classifier", "<crowd-classifier", "must contain <crowd-image-classif"),
        ("template.liquid.html", " | grant_read_access", "", "only if its address goes through grant_read_access"),
    ],
)
def test_fails_with_the_file_and_the_key(folder: Path, file: str, old: str, new: str, message: str) -> None:
    replace(folder / file, old, new)
    with pytest.raises(TaskError, match=message):
        load_task(folder)


def test_fails_for_one_class(folder: Path) -> None:
    (folder / "categories.json").write_text(json.dumps({"document-version": "2018-11-28", "labels": [{"label": "a"}]}))
    with pytest.raises(TaskError, match="labels of image_classification must be 2 to 30; got 1"):
        load_task(folder)


def test_fails_for_entities_without_instructions_in_their_categories(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER / "entities", tmp_path / "entities"))
    replace(folder / "categories.json", "shortInstruction", "short")
    with pytest.raises(TaskError, match=r"categories.json: instructions of named_entities must have"):
        load_task(folder)


def test_fails_for_automation_of_entities(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER / "entities", tmp_path / "entities"))
    replace(folder / "task.toml", "automated = false", "automated = true")
    with pytest.raises(TaskError, match="automated must be false for named_entities"):
        load_task(folder)


def test_fails_without_a_file(folder: Path) -> None:
    (folder / "instructions.html").unlink()
    with pytest.raises(TaskError, match=r"\['instructions.html'\] are missing"):
        load_task(folder)


def test_fails_with_empty_instructions(folder: Path) -> None:
    (folder / "instructions.html").write_text(" \n")
    with pytest.raises(TaskError, match=r"sports/instructions.html: must tell workers what to do"):
        load_task(folder)


@pytest.mark.parametrize("name", ["my_sports", "Sports", "sport-ref", "s" * 41])
def test_fails_for_a_name_that_ground_truth_does_not_take(folder: Path, name: str) -> None:
    renamed = folder.rename(folder.with_name(name))
    with pytest.raises(TaskError, match=name):
        load_task(renamed)


def test_fails_when_nobody_gives_the_labels_that_a_task_audits(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "sports-check", tmp_path / "sports-check")
    with pytest.raises(TaskError, match=r"sports-check/task.toml: audits must be one of \[\]; got 'sports'"):
        load_tasks(tmp_path)
