"""Each kind of defect, put into the real dashboards alone, is found by its own rule and by no other."""

from dataclasses import replace

import pytest

from dashboards.check import RULES, DashboardError, examine, problems, require
from tests.unit.dashboards.check.defects import (
    access,
    controls,
    data_sets,
    expressions,
    fields,
    layout,
    limits,
    names,
    refreshes,
)
from tests.unit.dashboards.check.defects.defect import Defect
from tests.unit.dashboards.check.draft import COLLECTION, CONTRACTS, Draft, spoiled

DEFECTS: tuple[Defect, ...] = tuple(
    defect
    for module in (names, fields, expressions, layout, controls, data_sets, refreshes, access, limits)
    for defect in module.DEFECTS
)


def test_the_dashboards_are_in_order() -> None:
    assert problems(COLLECTION, CONTRACTS) == []
    require(COLLECTION, CONTRACTS)


def test_the_copy_that_is_spoiled_is_the_collection() -> None:
    assert spoiled(lambda draft: None) == []
    assert Draft().collection() == COLLECTION


@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_fails_by_its_own_rule_with(defect: Defect) -> None:
    found = spoiled(defect.edit)
    assert {problem.rule for problem in found} == {defect.rule}
    text = "\n".join(problem.text for problem in found)
    assert [words for words in defect.words if words not in text] == []


def test_every_rule_finds_a_defect() -> None:
    elsewhere = {
        # Renamed columns of contracts have a test of their own.
        "contract_columns.missing_columns",
        # The real collection is put together such that it cannot have these; see the tests of small collections.
        "data_sets.not_of_the_collection",
        "insights.without_computations",
    }
    assert {defect.rule for defect in DEFECTS} == RULES.keys() - elsewhere
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS)


def test_fails_if_a_dashboard_shows_a_data_set_that_is_not_deployed() -> None:
    kept = tuple(data_set for data_set in COLLECTION.data_sets if data_set.name != "usage")
    found = examine(replace(COLLECTION, data_sets=kept), CONTRACTS)
    assert {problem.rule for problem in found} == {"data_sets.not_of_the_collection"}
    assert "shows data set usage, which the collection does not have" in found[0].text


def test_fails_if_an_insight_computes_nothing() -> None:
    def edit(draft: Draft) -> None:
        draft.visual("InsightVisual")["InsightConfiguration"] = {}

    (problem,) = spoiled(edit)
    assert problem.rule == "insights.without_computations"


def test_all_problems_are_told_at_once() -> None:
    draft = Draft()
    draft.change("orders", look_back=None, title="x" * 129)
    with pytest.raises(DashboardError, match=r"(?s)dashboards have 2 problems:\n.*has no look_back\n.*takes 128"):
        require(draft.collection(), CONTRACTS)
