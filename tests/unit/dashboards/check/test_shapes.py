"""Whatever is wrong with a definition, the check answers in sentences."""

import random
from typing import Any

import pytest

from dashboards.check import examine
from dashboards.walk import objects
from tests.unit.dashboards.check.draft import CONTRACTS, Draft, spoiled

OTHERS: tuple[Any, ...] = (None, "", [], {}, "text", 7, True, [None], ["text"], {"Other": 1})


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("Sheets", {}, "Sheets must be a list of objects; got {}"),
        ("Sheets", [None], "Sheets must be a list of objects"),
        ("FilterGroups", "all", "FilterGroups must be a list of objects; got 'all'"),
    ],
)
def test_fails_if_a_list_is_none(member: str, value: Any, words: str) -> None:
    def edit(draft: Draft) -> None:
        draft.definitions["orders"][member] = value

    (problem,) = spoiled(edit)
    assert problem.rule == "shapes.wrong_types"
    assert problem.text.startswith(f"dashboard orders: {words}")


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("Column", "amount", "Column must be an object; got 'amount'"),
        ("FieldId", 7, "FieldId must be a text; got 7"),
        ("ColumnName", None, "ColumnName must be a text; got None"),
    ],
)
def test_fails_if_a_field_is_of_another_type(member: str, value: Any, words: str) -> None:
    def edit(draft: Draft) -> None:
        field = next(draft.fields("NumericalMeasureField"))
        (field if member in field else field["Column"])[member] = value

    # Builders give one column to several places.
    assert {problem.text for problem in spoiled(edit)} == {f"dashboard orders: {words}"}


def test_fails_if_a_filter_names_its_visuals_by_something_else_than_texts() -> None:
    def edit(draft: Draft) -> None:
        scope = {"SheetId": "revenue", "Scope": "SELECTED_VISUALS", "VisualIds": [7]}
        draft.group()["ScopeConfiguration"] = {"SelectedSheets": {"SheetVisualScopingConfigurations": [scope]}}

    assert [problem.text for problem in spoiled(edit)] == [
        "dashboard orders: VisualIds must be a list of texts; got [7]"
    ]


def test_fails_if_a_place_on_the_grid_is_no_number() -> None:
    def edit(draft: Draft) -> None:
        draft.elements()[0]["ColumnSpan"] = "9"

    assert [problem.text for problem in spoiled(edit)] == ["dashboard orders: ColumnSpan must be a number; got '9'"]


@pytest.mark.parametrize("value", [[{"Other": 1}], {"Other": [1]}])
def test_a_field_of_an_unknown_kind_does_not_end_the_check(value: Any) -> None:
    def edit(draft: Draft) -> None:
        draft.visual("KPIVisual")["ChartConfiguration"]["FieldWells"]["Values"] = value

    assert {problem.rule for problem in spoiled(edit)} == {"wells.empty"}


def test_a_computation_of_an_unknown_kind_of_field_does_not_end_the_check() -> None:
    def edit(draft: Draft) -> None:
        computations = draft.visual("InsightVisual")["InsightConfiguration"]["Computations"]
        next(each["GrowthRate"] for each in computations if "GrowthRate" in each)["Time"] = {"Other": 1}

    assert {problem.rule for problem in spoiled(edit)} == {"insights.time"}


def test_a_parameter_of_an_unknown_kind_does_not_end_the_check() -> None:
    assert spoiled(lambda draft: draft.definitions["orders"]["ParameterDeclarations"].append({"Other": 1})) == []


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_changed_the_check_ends(seed: int) -> None:
    chance = random.Random(seed)
    draft = Draft()
    for _ in range(3):
        definition = draft.definitions[chance.choice(sorted(draft.definitions))]
        node: Any = chance.choice([found for found in objects(definition) if found])
        member = chance.choice(sorted(node))
        if chance.random() < 0.3:
            del node[member]
        else:
            node[member] = chance.choice(OTHERS)
    found = examine(draft.collection(), CONTRACTS)
    assert all(problem.text and problem.rule for problem in found)
