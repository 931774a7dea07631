"""What must hold for every state of the text pipeline, whoever adds one."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from components.emr_definition import DEFINITION, complete_definition

MACHINE = json.loads(DEFINITION.read_text())
# A second cluster would lack what the first one lacked.
NOT_REPEATED = {"CreateCluster"}


def machines(machine: Any, caught: bool = False) -> Iterator[tuple[Any, bool]]:
    """Yield the machine and those inside its maps, with whether a failure inside is caught around it."""
    yield machine, caught
    for state in machine["States"].values():
        if "ItemProcessor" in state:
            yield from machines(state["ItemProcessor"], caught or "Catch" in state)


def states(kind: str) -> list[tuple[str, Any, bool]]:
    return [
        (name, state, caught)
        for machine, caught in machines(MACHINE)
        for name, state in machine["States"].items()
        if state["Type"] == kind
    ]


def reached(start: str) -> set[str]:
    """Give the states that can follow one."""
    found: set[str] = set()
    left = [start]
    while left:
        state = MACHINE["States"][left.pop()]
        following = {state.get("Next"), state.get("Default")}
        following |= {rule["Next"] for rule in (*state.get("Choices", []), *state.get("Catch", []))}
        left += following - found - {None}
        found |= following - {None}
    return found


def test_every_task_has_a_time_limit_and_retries() -> None:
    tasks = states("Task")

    assert len(tasks) > 10
    assert [name for name, state, _ in tasks if not state.get("TimeoutSeconds")] == []
    assert {name for name, state, _ in tasks if not state.get("Retry")} == NOT_REPEATED


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


@pytest.mark.parametrize("name", ["CreateCluster", "RunSteps"])
def test_whatever_fails_around_a_cluster_leads_to_its_end(name: str) -> None:
    caught = {rule["Next"] for rule in MACHINE["States"][name]["Catch"]}

    assert all("TerminateCluster" in reached(state) for state in caught)


def test_no_way_leads_from_a_cluster_to_an_end_that_does_not_ask_whether_there_is_one() -> None:
    ends = {name for name, state in MACHINE["States"].items() if state["Type"] in ("Succeed", "Fail")}
    blocked = MACHINE["States"].pop("HasCluster")
    MACHINE["States"]["HasCluster"] = {"Type": "Wall"}
    try:
        assert reached("RunSteps") & ends == set()
        assert reached("CreateCluster") & ends == set()
    finally:
        MACHINE["States"]["HasCluster"] = blocked


def test_the_whole_execution_has_a_time_limit_above_that_of_its_longest_tasks() -> None:
    longest = max(state["TimeoutSeconds"] for _, state, _ in states("Task"))

    assert MACHINE["TimeoutSeconds"] > 3 * longest


def test_state_names_are_unique_so_that_a_history_can_be_read() -> None:
    names = [name for machine, _ in machines(MACHINE) for name in machine["States"]]

    assert len(names) == len(set(names))


def test_maps_assign_no_variables_that_their_items_would_share_on_some_engines() -> None:
    inner = [machine for machine, _ in machines(MACHINE)][1:]

    assert [name for machine in inner for name, state in machine["States"].items() if "Assign" in state] == []


def test_the_request_for_the_cluster_takes_the_place_that_the_file_leaves() -> None:
    complete = json.loads(complete_definition({"Name": "a cluster"}, step_role=None))

    assert MACHINE["States"]["CreateCluster"]["Arguments"] == {"Include": "components/emr_cluster.py"}
    assert complete["States"]["CreateCluster"]["Arguments"] == {"Name": "a cluster"}
    assert "ExecutionRoleArn" not in complete["States"]["RunSteps"]["ItemProcessor"]["States"]["AddStep"]["Arguments"]
