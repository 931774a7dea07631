"""Boxes and entities of several workers, brought together."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lake_common.consolidation.answers import Box, Span
from lake_common.consolidation.boxes import BOXES, median, overlap
from lake_common.consolidation.entities import ENTITIES
from lake_common.consolidation.marks import MarkConsolidation, consolidate


def boxes_of(by_worker: dict[str, list[Box]], *, weighted: bool = False) -> MarkConsolidation[Box]:
    return consolidate({"o": by_worker}, BOXES, weighted=weighted)


def test_overlap_is_intersection_over_union() -> None:
    assert overlap(Box(0, 0, 10, 10, "a"), Box(5, 0, 10, 10, "b")) == pytest.approx(50 / 150)
    assert overlap(Box(0, 0, 10, 10, "a"), Box(10, 0, 10, 10, "a")) == 0.0


def test_edges_are_those_of_the_median_worker() -> None:
    found = boxes_of({"a": [Box(0, 0, 10, 10, "x")], "b": [Box(1, 1, 10, 10, "x")], "c": [Box(2, 0, 10, 12, "x")]})
    (agreed,) = found.marks["o"]
    assert agreed.mark == Box(1, 0, 10, 11, "x")
    assert 0.7 < agreed.confidence < 1.0


def test_two_workers_meet_halfway() -> None:
    (agreed,) = boxes_of({"a": [Box(0, 0, 10, 10, "x")], "b": [Box(2, 1, 10, 10, "x")]}).marks["o"]
    assert agreed.mark == Box(1, 0.5, 10, 10, "x")


def test_box_of_one_worker_among_three_is_dropped_and_counts_against_the_worker() -> None:
    good, lonely = Box(0, 0, 10, 10, "x"), Box(50, 50, 10, 10, "x")
    found = boxes_of({"a": [good], "b": [good], "c": [good, lonely]})
    assert [agreed.mark for agreed in found.marks["o"]] == [good]
    assert found.workers["a"].agreement == 1.0
    assert found.workers["c"].agreement == 0.5
    assert found.workers["c"].accuracy < found.workers["a"].accuracy


def test_boxes_that_share_a_third_are_two_things() -> None:
    found = boxes_of({"a": [Box(0, 0, 10, 10, "x")], "b": [Box(5, 0, 10, 10, "x")]})
    assert [(agreed.mark.left, agreed.confidence) for agreed in found.marks["o"]] == [(0, 0.5), (5, 0.5)]


def test_boxes_that_begin_apart_and_share_much_are_one_thing() -> None:
    found = boxes_of({"a": [Box(0, 0, 20, 20, "x")], "b": [Box(5, 0, 20, 20, "x")], "c": [Box(3, 0, 20, 20, "x")]})
    assert [agreed.mark for agreed in found.marks["o"]] == [Box(3, 0, 20, 20, "x")]


def test_worker_who_sees_nothing_where_the_others_see_something_is_wrong() -> None:
    box = Box(0, 0, 10, 10, "x")
    workers = boxes_of({"a": [box], "b": [box], "c": []}).workers
    assert (workers["a"].agreement, workers["c"].agreement) == (1.0, 0.0)
    assert workers["c"].accuracy < workers["a"].accuracy


def test_neighbours_of_one_worker_stay_apart_though_they_overlap() -> None:
    left, right = Box(0, 0, 10, 10, "x"), Box(3, 0, 10, 10, "x")
    found = boxes_of({"a": [left, right], "b": [left, right]})
    assert [agreed.mark for agreed in found.marks["o"]] == [left, right]


def test_same_place_with_two_labels_gets_the_label_of_most_and_less_confidence() -> None:
    place = (0.0, 0.0, 10.0, 10.0)
    found = boxes_of({"a": [Box(*place, "x")], "b": [Box(*place, "x")], "c": [Box(*place, "y")]})
    (agreed,) = found.marks["o"]
    assert agreed.mark.label == "x"
    assert agreed.confidence == pytest.approx(2 / 3)


def test_lone_worker_is_believed_without_confidence() -> None:
    (agreed,) = boxes_of({"a": [Box(0, 0, 10, 10, "x")]}).marks["o"]
    assert agreed.confidence == 0.0


def test_all_see_nothing() -> None:
    found = boxes_of({"a": [], "b": []})
    assert found.marks["o"] == []
    assert found.workers["a"].agreement == 1.0


def test_workers_who_draw_anywhere_weigh_less_in_time() -> None:
    source = random.Random(1)
    objects: dict[str, dict[str, list[Box]]] = {}
    for number in range(30):
        true = Box(source.uniform(0, 60), source.uniform(0, 60), 20, 20, "x")
        near = [Box(true.left + source.uniform(-1, 1), true.top, 20, 20, "x") for _ in range(2)]
        anywhere = [Box(source.uniform(0, 300), source.uniform(0, 300), 20, 20, "x") for _ in range(3)]
        objects[f"o{number}"] = {
            **{f"good{seat}": [box] for seat, box in enumerate(near)},
            **{f"bad{seat}": [box] for seat, box in enumerate(anywhere)},
        }
    equal = consolidate(objects, BOXES, weighted=False)
    weighted = consolidate(objects, BOXES, weighted=True)
    assert sum(map(len, equal.marks.values())) < 5
    assert all(len(found) == 1 for found in weighted.marks.values())
    assert weighted.workers["good0"].accuracy > 0.8
    assert weighted.workers["bad0"].accuracy < 0.2


def test_weighted_median_lies_between_values_only_if_the_sides_weigh_the_same() -> None:
    assert median([(1.0, 1.0), (3.0, 1.0)]) == 2.0
    assert median([(1.0, 1.0), (3.0, 1.1)]) == 3.0
    assert median([(5.0, 1.0), (1.0, 1.0), (3.0, 1.0)]) == 3.0


def test_entity_has_the_borders_of_most_workers_not_their_mean() -> None:
    objects = {"o": {"a": [Span(0, 11, "x")], "b": [Span(0, 7, "x")], "c": [Span(0, 11, "x")]}}
    (agreed,) = consolidate(objects, ENTITIES, weighted=False).marks["o"]
    assert agreed.mark == Span(0, 11, "x")


def test_of_borders_with_the_same_weight_the_longer_entity_wins() -> None:
    objects = {"o": {"a": [Span(0, 11, "x")], "b": [Span(0, 7, "x")]}}
    (agreed,) = consolidate(objects, ENTITIES, weighted=False).marks["o"]
    assert agreed.mark == Span(0, 11, "x")


def test_entities_never_overlap_in_the_end() -> None:
    objects = {
        "o": {
            "a": [Span(0, 5, "x"), Span(6, 11, "y")],
            "b": [Span(0, 5, "x"), Span(6, 11, "y")],
            "c": [Span(0, 11, "x")],
            "d": [Span(0, 11, "x")],
        }
    }
    found = consolidate(objects, ENTITIES, weighted=False).marks["o"]
    borders = [(agreed.mark.start, agreed.mark.end) for agreed in found]
    assert borders in ([(0, 5), (6, 11)], [(0, 11)])


@settings(max_examples=60, deadline=None)
@given(
    drawn=st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 30), st.integers(1, 12), st.sampled_from("xy")), max_size=14
    ),
    seed=st.integers(0, 5),
)
def test_any_entities_are_brought_together_the_same_in_any_order(
    drawn: list[tuple[int, int, int, str]], seed: int
) -> None:
    by_worker: dict[str, list[Span]] = {f"w{worker}": [] for worker in range(5)}
    for worker, start, length, label in drawn:
        by_worker[f"w{worker}"].append(Span(start, start + length, label))
    by_worker = {worker: sorted(set(found)) for worker, found in by_worker.items()}
    found = consolidate({"o": by_worker}, ENTITIES, weighted=True)
    ends = [0]
    for agreed in found.marks["o"]:
        assert agreed.mark.start >= ends[-1]
        assert 0.0 <= agreed.confidence <= 1.0
        ends.append(agreed.mark.end)
    source = random.Random(seed)
    workers = source.sample(sorted(by_worker), len(by_worker))
    mixed = {worker: source.sample(by_worker[worker], len(by_worker[worker])) for worker in workers}
    assert consolidate({"o": mixed}, ENTITIES, weighted=True) == found
