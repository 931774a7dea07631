"""Pages of tasks: the template's own script is replaced, and nothing else."""

from __future__ import annotations

import pytest

from laptop.portal import pages

OURS = '<script type="module" src="/static/crowd/elements.js"></script>'


@pytest.mark.parametrize(
    "script",
    [
        '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>',
        "<SCRIPT src='https://assets.crowd.aws/crowd-html-elements.js' defer ></SCRIPT >",
        "<script async src=https://assets.crowd.aws/crowd-html-elements.js></script>",
    ],
)
def test_the_elements_of_aws_are_replaced_by_our_own(script: str) -> None:
    page = pages.task_page(f"{script}<crowd-form></crowd-form>")
    assert "assets.crowd.aws" not in page
    assert page.count(OURS) == 1


def test_a_template_without_the_script_gets_the_elements_as_well() -> None:
    assert pages.task_page("<crowd-form></crowd-form>").count(OURS) == 1


def test_other_scripts_stay_as_they_are() -> None:
    script = "<script>const url = 'https://assets.crowd.aws/x.js';</script>"
    assert script in pages.task_page(script)
