from __future__ import annotations

import html
import json
import re

import pytest

from laptop.emulator.sagemaker.templates import TemplateError, preview, render
from laptop.state import PROJECT

TASKS = sorted(PROJECT.glob("labeling/*/template.liquid.html"))


def grant(uri: str) -> str:
    return f"https://signed/{uri.removeprefix('s3://')}?a=1&b=2"


def test_text_is_escaped_unless_the_template_says_otherwise() -> None:
    page = "{{ task.input.text }} {{ task.input.text | escape }} {{ task.input.text | skip_autoescape }}"
    assert render(page, {"text": "<b>"}, grant) == "&lt;b&gt; &lt;b&gt; <b>"


def test_json_in_an_attribute_is_read_back_by_the_browser() -> None:
    labels = ["it's", 'a "cat"', "größer"]
    page = render('<x categories="{{ task.input.labels | to_json }}">', {"labels": labels}, grant)
    (attribute,) = re.findall('categories="([^"]*)"', page)
    assert json.loads(html.unescape(attribute)) == labels


def test_names_with_hyphens_and_signed_addresses_work() -> None:
    page = render("{{ task.input.source-ref | grant_read_access }}", {"source-ref": "s3://b/k"}, grant)
    assert html.unescape(page) == "https://signed/b/k?a=1&b=2"


@pytest.mark.parametrize("template", ["{{ task.input.nothing }}", "{% if %}", "{{ task.input.text | colour }}"])
def test_fails_for_what_the_input_or_the_language_does_not_have(template: str) -> None:
    with pytest.raises(TemplateError):
        render(template, {"text": "a"}, grant)


def test_a_condition_may_ask_for_what_is_not_there() -> None:
    assert render("{% if task.input.hint %}hint{% else %}none{% endif %}", {}, grant) == "none"


@pytest.mark.parametrize(
    ("template", "task", "code"),
    [
        ("<crowd-form>{{ task.input.a }}</crowd-form>", '{"a": 1}', None),
        ("<crowd-form></crowd-form>", "{", "InvalidTaskInput"),
        ("<crowd-form>{{ task.input.b }}</crowd-form>", "{}", "InvalidTemplate"),
        ("<p>nothing to submit</p>", "{}", "MissingCrowdForm"),
    ],
)
def test_a_preview_names_its_errors(template: str, task: str, code: str | None) -> None:
    _, errors = preview(template, task, grant)
    assert [error["Code"] for error in errors] == ([code] if code else [])


@pytest.mark.parametrize("template", TASKS, ids=lambda file: file.parent.name)
def test_every_task_of_the_lake_renders(template: object) -> None:
    given = {"taskObject": "s3://b/k.png", "labels": ["a", "b"], "auditedLabel": "a"}
    page, errors = preview(template.read_text(), json.dumps(given), grant)  # type: ignore[attr-defined]
    assert errors == []
    assert "<crowd-form>" in page


def test_there_are_tasks_to_render() -> None:
    assert len(TASKS) >= 6
