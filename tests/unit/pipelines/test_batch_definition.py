"""What must hold for every state of the batch pipeline, whoever adds one."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.synthesis import Assembly

DEFINITION = Path(__file__).parents[3] / "pipelines" / "batch.asl.json"
TEXT = DEFINITION.read_text()


def machines(machine: Any, caught: bool = False) -> Iterator[tuple[Any, bool]]:
    """Yield the machine and those inside its maps, with whether a failure inside is caught around it."""
    yield machine, caught
    for state in machine["States"].values():
        if "ItemProcessor" in state:
            yield from machines(state["ItemProcessor"], caught or "Catch" in state)


def states(kind: str) -> list[tuple[str, Any, bool]]:
    return [
        (name, state, caught)
        for machine, caught in machines(json.loads(TEXT))
        for name, state in machine["States"].items()
        if state["Type"] == kind
    ]


def test_every_task_has_a_time_limit_and_retries() -> None:
    tasks = states("Task")

    assert len(tasks) > 10
    assert [name for name, state, _ in tasks if not state.get("TimeoutSeconds") or not state.get("Retry")] == []


def test_every_failure_is_caught_by_its_state_or_by_the_map_around_it() -> None:
    uncaught = [
        name for kind in ("Task", "Map") for name, state, caught in states(kind) if "Catch" not in state and not caught
    ]

    assert uncaught == []


def test_every_catch_ends_with_all_errors() -> None:
    catches = [
        (name, state["Catch"]) for kind in ("Task", "Map") for name, state, _ in states(kind) if "Catch" in state
    ]

    assert [name for name, catch in catches if catch[-1]["ErrorEquals"] != ["States.ALL"]] == []


def test_the_whole_execution_has_a_time_limit_above_that_of_its_longest_tasks() -> None:
    limit = json.loads(TEXT)["TimeoutSeconds"]

    assert limit > 2 * max(state["TimeoutSeconds"] for _, state, _ in states("Task"))


def test_state_names_are_unique_so_that_a_history_can_be_read() -> None:
    names = [name for machine, _ in machines(json.loads(TEXT)) for name in machine["States"]]

    assert len(names) == len(set(names))


def test_maps_assign_no_variables_that_their_items_would_share_on_some_engines() -> None:
    inner = [machine for machine, _ in machines(json.loads(TEXT))][1:]

    assert [name for machine in inner for name, state in machine["States"].items() if "Assign" in state] == []


def test_every_substitution_of_the_definition_is_given_by_every_product_and_no_other(
    laptop_assembly: Assembly,
) -> None:
    used = set(re.findall(r"\$\{(\w+)\}", TEXT))
    machines_of_products = list(laptop_assembly.resources("Processing", "AWS::StepFunctions::StateMachine"))

    assert len(machines_of_products) >= 4
    for machine in machines_of_products:
        assert set(machine.properties["DefinitionSubstitutions"]) == used


def test_substitutions_leave_valid_json(laptop_assembly: Assembly) -> None:
    for machine in laptop_assembly.resources("Processing", "AWS::StepFunctions::StateMachine"):
        text = TEXT
        for name, value in machine.properties["DefinitionSubstitutions"].items():
            text = text.replace(f"${{{name}}}", value if isinstance(value, str) else "token")
        assert json.loads(text)["StartAt"] == "CheckInput"


def test_time_limit_of_the_job_tasks_is_above_the_longest_job(assembly_of: Any) -> None:
    limit = min(
        state["TimeoutSeconds"] for _, state, _ in states("Task") if state["Resource"].endswith("glue:startJobRun.sync")
    )

    for environment in ("laptop", "prod"):
        jobs = list(assembly_of(environment).resources("Processing", "AWS::Glue::Job"))
        assert jobs
        assert all(job.properties["Timeout"] * 60 < limit for job in jobs)


def test_error_that_is_not_worth_another_try_is_the_one_that_the_job_raises() -> None:
    job = (DEFINITION.parents[1] / "glue_jobs" / "curate" / "job.py").read_text()

    (name,) = set(re.findall(r"\$contains\(\$failure\.Cause, '(\w+)'\)", TEXT))

    assert f"raise {name}(" in job


def test_loops_of_a_run_stay_below_the_events_that_an_execution_may_have(laptop_assembly: Assembly) -> None:
    """Each look takes a wait, a task and a choice: nine events. The turn takes twelve hours at most, all told.

    https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    """
    machines_of_products = laptop_assembly.resources("Processing", "AWS::StepFunctions::StateMachine")
    data_sets = max(
        len(machine.properties["DefinitionSubstitutions"]["DataSets"].split(",")) for machine in machines_of_products
    )
    (looks,) = re.findall(r"looks < (\d+)", TEXT)
    hours = json.loads(TEXT)["TimeoutSeconds"]
    waiting = json.loads(TEXT)["States"]["WaitForTurn"]["Seconds"]

    assert 9 * (hours / waiting + data_sets * int(looks)) < 25_000
