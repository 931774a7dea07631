"""Worker page templates: Liquid with the filters that Ground Truth adds. Pure but for the addresses it is given.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step2-automate.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from liquid import Environment, FalsyStrictUndefined, Markup
from liquid.exceptions import LiquidError

# Turns s3://bucket/key into an address that a browser can fetch.
Grant = Callable[[str], str]


class TemplateError(Exception):
    """A template cannot be rendered with this input; the message says where."""


def render(template: str, task_input: Any, grant: Grant) -> str:
    """Return the page for a task.

    Everything that the template prints is escaped for HTML, as Ground Truth does, unless `skip_autoescape` says
    otherwise.

    Raises
    ------
    TemplateError
        It is no Liquid, or uses something that the input does not have.
    """
    environment = Environment(autoescape=True, undefined=FalsyStrictUndefined)
    environment.add_filter("to_json", to_json)
    environment.add_filter("skip_autoescape", Markup)
    environment.add_filter("grant_read_access", grant)
    environment.add_filter("s3_presign", grant)
    try:
        return environment.from_string(template).render(task={"input": task_input})
    except LiquidError as error:
        raise TemplateError(str(error)) from error


def to_json(value: Any) -> str:
    """Return JSON; printed into an attribute, its quotes are escaped like all other text."""
    return json.dumps(value, ensure_ascii=False)


def preview(template: str, task_input: str, grant: Grant) -> tuple[str, list[dict[str, str]]]:
    """Return what RenderUiTemplate answers: the page, and errors with their codes.

    Parameters
    ----------
    task_input
        `task.input`, as JSON.
    """
    try:
        document = json.loads(task_input)
    except ValueError as error:
        return "", [{"Code": "InvalidTaskInput", "Message": f"Task.Input must be JSON; {error}"}]
    try:
        page = render(template, document, grant)
    except TemplateError as error:
        return "", [{"Code": "InvalidTemplate", "Message": str(error)}]
    if "<crowd-form" not in page:
        message = "The template must have a crowd-form element"
        return page, [{"Code": "MissingCrowdForm", "Message": message}]
    return page, []
