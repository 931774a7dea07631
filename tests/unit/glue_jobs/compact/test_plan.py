from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lake_common.hadoop_files import StoredFile

from glue_jobs.compact.plan import MIB, SMALL_BYTES, TARGET_BYTES, plan

MONTH = "order_month=1997-01"


def files(*mib: int, folder: str = f"{MONTH}/") -> list[StoredFile]:
    return [StoredFile(f"{folder}part-{number:05d}.parquet", size * MIB) for number, size in enumerate(mib)]


def test_two_small_files_of_a_partition_become_one() -> None:
    (rewrite,) = plan(files(3, 4))
    assert (rewrite.partition, rewrite.names, rewrite.target_files) == (
        MONTH,
        ("part-00000.parquet", "part-00001.parquet"),
        1,
    )


def test_one_file_is_left_alone_however_small() -> None:
    assert plan(files(1)) == []


def test_large_files_are_left_alone() -> None:
    assert plan(files(128, 200, 300)) == []


def test_many_small_files_become_files_of_at_most_the_target_size() -> None:
    (rewrite,) = plan(files(*[64] * 20))
    assert rewrite.target_files == 3


def test_small_files_that_would_not_become_fewer_are_left_alone() -> None:
    assert plan(files(1, 1), target_bytes=MIB) == []


def test_hidden_files_are_not_counted() -> None:
    hidden = [StoredFile(f"{MONTH}/_SUCCESS", 0), StoredFile(f"{MONTH}/.part-1.crc", 8), StoredFile("_tmp/part-1", 9)]
    assert plan([*files(1), *hidden]) == []


def test_a_table_without_partitions_is_one_partition() -> None:
    (rewrite,) = plan(files(1, 2, folder=""))
    assert rewrite.partition == ""


def test_partitions_are_judged_each_for_itself() -> None:
    months = [*files(1, 1), *files(1, folder="order_month=1997-02/"), *files(2, 2, folder="order_month=1997-03/")]
    assert [rewrite.partition for rewrite in plan(months)] == [MONTH, "order_month=1997-03"]


@given(st.lists(st.integers(1, 2 * TARGET_BYTES), min_size=1, max_size=30))
def test_what_was_compacted_is_not_chosen_again(sizes: list[int]) -> None:
    before = [StoredFile(f"part-{number}", size) for number, size in enumerate(sizes)]
    for rewrite in plan(before):
        share, rest = divmod(sum(sizes), rewrite.target_files)
        after = [StoredFile(f"part-{number}", share + (number < rest)) for number in range(rewrite.target_files)]
        assert len(after) < len(before)
        assert max(file.size for file in after) <= TARGET_BYTES
        assert plan(after) == []


def test_small_means_smaller_than_athenas_advice() -> None:
    assert SMALL_BYTES == 128 * MIB
