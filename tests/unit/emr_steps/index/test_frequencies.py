from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emr_steps.index import frequencies
from emr_steps.index.counts import order_of_numbers

CHUNKS = st.lists(st.dictionaries(st.integers(0, 2**64 - 1), st.integers(1, 300), max_size=8), min_size=1, max_size=5)


@given(chunks=CHUNKS, ranges=st.integers(1, 5), min_df=st.integers(1, 3))
def test_every_chunk_learns_the_sums_over_all_chunks(chunks: list[dict[int, int]], ranges: int, min_df: int) -> None:
    shared = [chunk | {7: 1, 1 << 63: 2} for chunk in chunks]
    orders, asked = [], []
    for chunk in shared:
        numbers, counted = np.array(list(chunk), np.uint64), np.array(list(chunk.values()), np.int64)
        orders.append(order_of_numbers(numbers))
        asked.append(list(frequencies.questions(numbers[orders[-1]], counted[orders[-1]], ranges)))
    answered = [list(frequencies.answers([chunk[part] for chunk in asked], min_df)) for part in range(ranges)]
    for index, chunk in enumerate(shared):
        found = frequencies.read([part[index] for part in answered], orders[index])
        totals = [sum(other.get(number, 0) for other in shared) for number in chunk]
        assert found.kept.tolist() == [total >= min_df for total in totals]
        assert found.documents.tolist() == [total for total in totals if total >= min_df]


def test_fails_if_the_answers_are_for_another_chunk() -> None:
    asked = list(frequencies.questions(np.array([1, 2], np.uint64), np.array([1, 1]), 1))
    with pytest.raises(RuntimeError, match="a chunk of 3 terms must get as many answers; got 2"):
        frequencies.read(list(frequencies.answers(asked, 1)), np.arange(3))
