"""What must hold for every state of the labeling workflow, whoever adds one."""

import json
from typing import Any

from tests.unit.pipelines.labeling_world import DEFINITION

MACHINE: dict[str, Any] = json.loads(DEFINITION.read_text())
STATES: dict[str, Any] = MACHINE["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
ORDERS = {name for name, state in TASKS.items() if "sagemaker:createLabelingJob" in state["Resource"]}
# Availability of a task, the longest that Ground Truth knows, and time for the workers who began at its end.
LONGEST_JOB_SECONDS = 30 * 86_400 + 28_800


def test_every_task_has_a_time_limit_retries_and_a_catch_for_all_errors() -> None:
    assert len(TASKS) > 15
    for name, state in TASKS.items():
        assert state["TimeoutSeconds"], name
        assert state["Retry"], name
        assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name


def test_an_order_waits_as_long_as_workers_may_take_and_the_execution_longer() -> None:
    longest = max(state["TimeoutSeconds"] for state in TASKS.values())
    assert longest > LONGEST_JOB_SECONDS
    assert MACHINE["TimeoutSeconds"] > 2 * longest


def test_what_goes_wrong_with_an_order_is_asked_of_the_job_itself() -> None:
    assert len(ORDERS) == 2
    for name in ORDERS:
        (catch,) = STATES[name]["Catch"]
        assert catch["Next"] == "DescribeJob"


def test_an_order_is_written_down_before_it_is_given() -> None:
    before = {name for name, state in STATES.items() if ORDERS & set(targets(state))}
    assert before == {"HowToOrder"}
    assert {name for name, state in STATES.items() if "HowToOrder" in targets(state)} == {"RecordJob", "WasJobOrdered"}


def test_tables_show_labels_before_the_job_is_closed() -> None:
    chain = ["ReadResults", "WriteLabels", "WriteAnswers", "PublishResults", "CloseJob"]
    assert [STATES[name]["Next"] for name in chain[:-1]] == chain[1:]
    for name in chain[1:]:
        assert [other for other, state in STATES.items() if name in targets(state)] == [chain[chain.index(name) - 1]]


def test_queries_that_write_are_not_repeated_into_a_folder_that_may_have_files() -> None:
    for name in ("WriteLabels", "WriteAnswers"):
        (retry,) = STATES[name]["Retry"]
        assert retry["ErrorEquals"] == ["Athena.TooManyRequestsException", "Athena.InternalServerException"]


def test_a_month_of_looking_at_a_job_stays_below_the_events_of_an_execution() -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: 25,000 events."""
    events_a_look = 2 + 5 + 2 + 2
    assert LONGEST_JOB_SECONDS / STATES["LookLater"]["Seconds"] * events_a_look < 20_000


def targets(state: dict[str, Any]) -> list[str]:
    rules = [*state.get("Choices", []), *state.get("Catch", [])]
    return [each for each in (state.get("Next"), state.get("Default"), *(rule["Next"] for rule in rules)) if each]
