from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emr_steps.index import counts, keys
from emr_steps.index.chunk import Chunk, cut, read
from emr_steps.index.options import IndexOptions
from emr_steps.index.terms import terms

USUAL = IndexOptions()
TEXTS = st.lists(st.lists(st.sampled_from(["aa", "bb", "cc", "dd", "éé"]), max_size=8).map(" ".join), max_size=6)


def spelled(chunk: Chunk, counted: counts.Counts) -> list[str]:
    words = [chunk.spellings[index].as_py() for index in chunk.words.tolist()]
    places = zip(counted.positions.tolist(), counted.sizes.tolist(), strict=True)
    return [" ".join(words[start : start + size]) for start, size in places]


def counted_by_hand(texts: list[str]) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for document, text in enumerate(texts):
        for term, count in Counter(terms(text, USUAL)).items():
            found.setdefault(term, {})[document] = count
    return found


@given(TEXTS)
def test_each_term_is_counted_in_each_document(texts: list[str]) -> None:
    chunk = read([(f"d{number}", text) for number, text in enumerate(texts)], USUAL)
    counted = counts.count(chunk, USUAL, salt=0)
    ends = np.cumsum(counted.document_counts)
    got = {
        term: dict(zip(counted.documents[start:end].tolist(), counted.term_counts[start:end].tolist(), strict=True))
        for term, start, end in zip(spelled(chunk, counted), [0, *ends[:-1]], ends, strict=False)
    }
    assert got == counted_by_hand(texts)


def test_codes_that_leave_no_room_for_an_index_are_sorted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["aa bb aa bb cc", "bb cc aa", "cc"]
    chunk = read([(f"d{number}", text) for number, text in enumerate(texts)], USUAL)
    usual = counts.count(chunk, USUAL, salt=0)
    monkeypatch.setattr(counts, "_BITS", 5)
    for one, other in zip(vars(usual).values(), vars(counts.count(chunk, USUAL, salt=0)).values(), strict=True):
        assert np.array_equal(one, other)


def test_a_term_has_the_same_number_in_every_chunk_and_another_with_another_salt() -> None:
    chunks = [read([("d", text)], USUAL) for text in ("aa bb cc", "xx yy aa bb cc zz aa")]
    numbers = [
        dict(zip(spelled(chunk, counted), counted.numbers.tolist(), strict=True))
        for chunk in chunks
        for counted in [counts.count(chunk, USUAL, salt=0), counts.count(chunk, USUAL, salt=1)]
    ]
    shared = numbers[0].keys() & numbers[2].keys()
    assert shared == {"aa", "bb", "cc", "aa bb", "bb cc", "aa bb cc"}
    assert all(numbers[0][term] == numbers[2][term] != numbers[1][term] for term in shared)
    assert len(set(numbers[2].values())) == len(numbers[2])


def test_terms_are_in_order_of_the_leading_bits_of_their_numbers() -> None:
    numbers = keys.of_words([f"w{number}" for number in range(1000)], salt=0)
    ordered = numbers[counts.order_of_numbers(numbers)] >> np.uint64(32)
    assert np.all(ordered[1:] >= ordered[:-1])
    assert len(counts.order_of_numbers(numbers[:0])) == 0


def test_a_chunk_survives_its_way_to_another_task() -> None:
    chunk = read([("d1", "aa bb"), ("d2", ""), ("d3", "bb")], USUAL)
    again = Chunk.unpack(chunk.pack())
    assert (again.names.to_pylist(), again.spellings.to_pylist()) == (["d1", "d2", "d3"], ["aa", "bb"])
    assert (again.lengths.tolist(), again.words.tolist()) == ([2, 0, 1], [0, 1, 1])


def test_documents_are_cut_into_chunks_and_a_long_one_is_one() -> None:
    documents = [("a", "xx"), ("b", "x" * 50), ("c", "xx"), ("d", "xxx")]
    assert [[name for name, _ in some] for some in cut(documents, 5)] == [["a", "b"], ["c", "d"]]
    assert list(cut([], 5)) == []
