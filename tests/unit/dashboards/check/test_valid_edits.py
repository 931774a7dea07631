"""What is in order stays so if it is only arranged, named or sorted otherwise."""

import time
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboards.check import examine
from dashboards.walk import objects
from tests.unit.dashboards.check.draft import COLLECTION, CONTRACTS, Draft

NAMES = tuple(each.name for each in COLLECTION.dashboards)


def _move_down(draft: Draft, dashboard: str, rows: int) -> None:
    for number, _ in enumerate(draft.definitions[dashboard]["Sheets"]):
        for element in draft.elements(dashboard, number):
            element["RowIndex"] += rows


def _turn_sorts(draft: Draft, dashboard: str, _: int) -> None:
    for found in objects(draft.definitions[dashboard]):
        if found.get("Direction") in {"ASC", "DESC"}:
            found["Direction"] = "DESC" if found["Direction"] == "ASC" else "ASC"  # type: ignore[index]


def _turn_lists(draft: Draft, dashboard: str, _: int) -> None:
    for key in ("Sheets", "FilterGroups", "CalculatedFields", "ParameterDeclarations"):
        draft.definitions[dashboard].get(key, []).reverse()
    for sheet in draft.definitions[dashboard]["Sheets"]:
        sheet["Visuals"].reverse()


def _add_field(draft: Draft, dashboard: str, number: int) -> None:
    """Calculate something more from a number that the dashboard has."""
    data_set = draft.data_sets[draft.shown[dashboard][number % len(draft.shown[dashboard])]]
    for column in data_set.columns:
        if column.type in {"INTEGER", "DECIMAL"}:
            field = {
                "DataSetIdentifier": data_set.id,
                "Name": f"more_{number}",
                "Expression": f"sum({{{column.name}}}) * {number}",
            }
            fields = draft.definitions[dashboard].setdefault("CalculatedFields", [])
            if field["Name"] not in {each["Name"] for each in fields}:
                fields.append(field)


def _rename_titles(draft: Draft, dashboard: str, number: int) -> None:
    for sheet in draft.definitions[dashboard]["Sheets"]:
        sheet["Name"] = f"{number}: {sheet['Name']}"


EDITS: tuple[Any, ...] = (_move_down, _turn_sorts, _turn_lists, _add_field, _rename_titles)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(EDITS), st.sampled_from(NAMES), st.integers(0, 40)), min_size=1, max_size=6))
def test_valid_edits_give_no_alarm(edits: list[tuple[Any, str, int]]) -> None:
    draft = Draft()
    for edit, dashboard, number in edits:
        edit(draft, dashboard, number)
    assert examine(draft.collection(), CONTRACTS) == []


def test_the_check_takes_less_than_a_tenth_of_a_second_of_processor() -> None:
    examine(COLLECTION, CONTRACTS)
    took = []
    for _ in range(3):
        begun = time.process_time()
        examine(COLLECTION, CONTRACTS)
        took.append(time.process_time() - begun)
    assert min(took) < 0.1
