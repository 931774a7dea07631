from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from glue_jobs.curate import partitions

TEXTS = st.text(min_size=1, max_size=12)


@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_values_are_read_back_from_the_name(given_values: list[str]) -> None:
    columns = [f"c{place}" for place, _ in enumerate(given_values)]
    assert partitions.values(partitions.name(columns, given_values)) == tuple(given_values)


@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_a_name_has_one_folder_per_column(given_values: list[str]) -> None:
    columns = [f"c{place}" for place, _ in enumerate(given_values)]
    assert len(partitions.name(columns, given_values).split("/")) == len(given_values)


def test_names_are_what_spark_calls_the_folders() -> None:
    assert partitions.name(["year", "city"], [2013, "a/b=c:d é"]) == "year=2013/city=a%2Fb%3Dc%3Ad é"
    assert partitions.name([], []) == ""


def test_scopes_are_readable_and_differ() -> None:
    assert partitions.scope("") == "table"
    assert partitions.scope("order_month=1997-01") == "partition-1997-01"
    assert partitions.scope("a=1-2/b=3") != partitions.scope("a=1/b=2-3")
    assert partitions.scope("a=x y").startswith("partition-")
    assert " " not in partitions.scope("a=x y")
