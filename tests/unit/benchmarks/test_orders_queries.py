from __future__ import annotations

from benchmarks.orders_queries import questions


def test_all_deployed_queries_over_orders_alone_are_measured() -> None:
    assert len(questions()) >= 10


def test_conditions_on_the_partition_and_on_statistics_are_found() -> None:
    by_name = {question.name: question for question in questions()}
    assert [(c.column, c.operator, c.values) for c in by_name["customer_orders"].conditions] == [
        ("customer_id", "=", (700000,))
    ]
    assert {condition.column for condition in by_name["orders_of_day"].conditions} == {"order_month", "order_date"}
    assert by_name["repeat_purchase_rate"].columns == {"customer_id"}
