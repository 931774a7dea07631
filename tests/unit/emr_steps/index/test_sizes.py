from __future__ import annotations

from emr_steps.index import sizes


def test_a_small_corpus_has_few_buckets_and_a_large_one_no_more_than_the_table_projects() -> None:
    assert [sizes.buckets(size) for size in (0, 15 * sizes.MIB, 200 * sizes.MIB, 1 << 50)] == [4, 64, 256, 4096]


def test_tasks_grow_with_the_corpus_but_stay_within_memory() -> None:
    assert sizes.task_bytes(20 * sizes.MIB) == sizes.LEAST_TASK_BYTES
    assert sizes.task_bytes(20_480 * sizes.MIB) == 10 * sizes.MIB
    assert sizes.task_bytes(1 << 50) == sizes.MOST_TASK_BYTES


def test_as_many_tasks_weigh_terms_as_read_documents() -> None:
    assert [sizes.tasks(size) for size in (0, 15 * sizes.MIB, 20_480 * sizes.MIB)] == [1, 3, 2048]


def test_ranges_end_somewhere_so_that_rows_do_not_grow_with_the_square_of_tasks() -> None:
    assert [sizes.ranges(tasks) for tasks in (1, 40, 100_000)] == [1, 40, sizes.MOST_RANGES]


def test_a_task_writes_several_buckets_until_there_are_as_many_tasks_as_buckets() -> None:
    assert [sizes.writers(size) for size in (0, 15 * sizes.MIB, 200 * sizes.MIB, 1 << 50)] == [4, 8, 100, 4096]
