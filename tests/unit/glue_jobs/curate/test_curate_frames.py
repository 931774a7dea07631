"""Values as Spark SQL."""

from __future__ import annotations

import pytest

from glue_jobs.curate.frames import literal


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "NULL"), (-7, "-7"), ("it's", r"'it\'s'"), (r"a\b", r"'a\\b'"), ("Łódź", "'Łódź'")],
)
def test_a_value_is_written_so_that_spark_reads_it_back(value: str | int | None, expected: str) -> None:
    assert literal(value) == expected
