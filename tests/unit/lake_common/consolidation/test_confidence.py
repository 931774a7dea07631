"""What is known of confidence and of workers' matrices, on crowds that are made for it."""

from __future__ import annotations

import random
from math import log

import pytest
from lake_common.consolidation.columns import logistic, mean, normalized
from lake_common.consolidation.confidence import best_correlation, confidences, shares
from lake_common.consolidation.crowd import Crowd
from lake_common.consolidation.readings import counted, fixed, learned
from lake_common.consolidation.workers import Fixed, Learned, per_worker, pooled


def crowd(hard: float, *, objects: int = 400, workers: int = 20, seed: int = 1) -> Crowd:
    """Workers who are right 80 % of the time; of a hard object all see the wrong class half of the time."""
    source = random.Random(seed)
    answers = []
    for number in range(objects):
        true = source.choice("ab")
        other = "b" if true == "a" else "a"
        is_hard = source.random() < hard
        for seat in source.sample(range(workers), 9):
            seen = other if is_hard and source.random() < 0.5 else true
            wrong = "b" if seen == "a" else "a"
            answers.append((f"o{number}", f"w{seat}", seen if source.random() < 0.8 else wrong))
    return Crowd.of(answers, ("a", "b"))


def test_mistakes_that_correlate_are_noticed() -> None:
    apart, together = crowd(0.0), crowd(0.4)
    assert best_correlation(apart, learned(apart)) <= 0.05
    assert best_correlation(together, learned(together)) >= 0.1


def test_confidence_is_below_what_independent_answers_would_give() -> None:
    together = crowd(0.4)
    by_learned = learned(together)
    naive = [max(each) for each in zip(*by_learned.probabilities, strict=True)]
    allowing = [max(each) for each in zip(*confidences(together, by_learned, fixed(together)), strict=True)]
    assert sum(allowing) < sum(naive) - 0.05 * len(naive)


def test_confidence_allows_for_mistakes_that_all_workers_share_even_where_none_show() -> None:
    apart = crowd(0.0)
    by_learned, by_fixed = learned(apart), fixed(apart)
    assert best_correlation(apart, by_learned) == 0.0
    sure = [max(each) for each in zip(*mean(by_learned.probabilities, by_fixed.probabilities), strict=True)]
    allowing = [max(each) for each in zip(*confidences(apart, by_learned, by_fixed), strict=True)]
    assert sum(allowing) < sum(sure) - 0.01 * len(sure)


def test_no_object_counts_as_proof_of_its_own_label() -> None:
    found = crowd(0.1, objects=80, workers=40)
    reading = learned(found)
    answers, total = reading.matrices.answers, reading.matrices.total
    for number in range(len(found.objects)):
        own = [column[number] for column in reading.probabilities]
        cells = [slot[number] for slot in found.slots]
        without = [
            sum(log((answers[k][cell] - own[k]) / (total[k][cell] - own[k])) for cell in cells) for k in range(2)
        ]
        naive = [sum(log(answers[k][cell] / total[k][cell]) for cell in cells) for k in range(2)]
        exact, plain = without[1] - without[0], naive[1] - naive[0]
        said = reading.evidence[1][number] - reading.evidence[0][number]
        assert abs(said - exact) < 0.5 * abs(plain - exact) + 1e-6


def test_alike_workers_are_expected_to_stay_alike_and_different_ones_are_not() -> None:
    def strength(rights: list[int]) -> float:
        answers = []
        for seat, right in enumerate(rights):
            answers += [(f"o{n}", f"w{seat}", "a" if n < right else "b") for n in range(40)]
            answers += [(f"p{n}", f"w{seat}", "b" if n < right else "a") for n in range(40)]
        found = Crowd.of(answers, ("a", "b"))
        truth = [[float(name[0] == "o") for name in found.objects], [float(name[0] == "p") for name in found.objects]]
        counts = counted(found, truth)
        expectation = Learned()
        for _ in range(12):
            matrices = expectation.matrices(found, counts)
        return matrices.total[0][0] - per_worker(found, counts)[0][0]

    alike, different = strength([32] * 8), strength([40, 38, 36, 30, 12, 8, 4, 2])
    assert alike > 100
    assert different < 10


def test_no_object_with_two_answers_tells_nothing_of_correlation() -> None:
    lone = Crowd.of([("o1", "w1", "a"), ("o2", "w2", "b")], ("a", "b"))
    assert best_correlation(lone, learned(lone)) == 0.0


def test_counts_add_up_to_the_answers() -> None:
    found = crowd(0.1, objects=50)
    counts = counted(found, shares(found))
    assert sum(map(sum, counts)) == pytest.approx(450)


def test_workers_with_few_answers_are_expected_to_be_like_the_others() -> None:
    source = random.Random(2)
    answers = [(f"o{number}", f"w{seat}", "a") for number in range(40) for seat in range(3)]
    answers += [(f"p{number}", f"w{seat}", "b") for number in range(40) for seat in range(3)]
    answers += [("o1", "new", "b")]
    source.shuffle(answers)
    found = Crowd.of(answers, ("a", "b"))
    counts = counted(found, shares(found))
    matrices = Learned().matrices(found, counts)
    place = found.cells.index((found.workers.index("new"), 1))
    # One wrong answer does not make the worker one who is wrong about every "a".
    assert matrices.answers[0][place] / matrices.total[0][place] < 0.5
    assert matrices.answers[1][place] / matrices.total[1][place] > 0.5


def test_fixed_expectation_is_one_right_answer_and_one_spread_over_the_classes() -> None:
    found = Crowd.of([("o", "w", "a"), ("p", "w", "b")], ("a", "b"))
    matrices = Fixed().matrices(found, [[0.0, 0.0], [0.0, 0.0]])
    assert matrices.answers == [[1.5, 0.5], [0.5, 1.5]]
    assert matrices.total == [[2.0, 2.0], [2.0, 2.0]]


def test_rows_of_all_workers_together_add_up_to_one() -> None:
    found = crowd(0.1, objects=50)
    counts = counted(found, shares(found))
    assert [sum(row) for row in pooled(found, counts)] == pytest.approx([1.0, 1.0])
    assert sum(per_worker(found, counts)[0]) > sum(counts[0])


def test_crowd_lists_objects_with_most_answers_first() -> None:
    found = Crowd.of([("x", "w1", "a"), ("y", "w1", "a"), ("y", "w2", "b")], ("a", "b"))
    assert found.objects == ["y", "x"]
    assert found.redundancy == [2, 1]
    assert found.votes() == [[1.0, 1.0], [1.0, 0.0]]
    assert shares(found) == [[0.5, 1.0], [0.5, 0.0]]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_probabilities_add_up_to_one_however_small_the_weights(number: int) -> None:
    columns = normalized([[-2000.0 - each, 0.0, 800.0 * each] for each in range(number)])
    assert [sum(each) for each in zip(*columns, strict=True)] == pytest.approx([1.0, 1.0, 1.0])
    assert columns[0][1] == pytest.approx(1.0 / number)


def test_logistic_does_not_overflow() -> None:
    assert (logistic(-5000.0), logistic(0.0), logistic(5000.0)) == (0.0, 0.5, 1.0)


def test_mean_is_by_class_and_object() -> None:
    assert mean([[1.0, 0.0]], [[0.0, 0.5]]) == [[0.5, 0.25]]
