from __future__ import annotations

import json

from lake_common.contract import Source

from contracts.loader import load
from glue_jobs.curate.drift import fit, header

CSV = Source(format="csv")
NAMES = ("order_id", "customer_id", "order_date", "quantity", "amount")


def test_names_are_read_without_mark_quotes_spaces_and_case() -> None:
    assert header(b'\xef\xbb\xbf"Order_ID", amount\r\n1,2\r\n', CSV) == ("order_id", "amount")


def test_an_empty_file_has_no_columns() -> None:
    assert header(b"", CSV) == ()
    assert header(b"\n\n", CSV) == ()


def test_json_columns_are_the_keys_of_the_first_records_whatever_else_is_there() -> None:
    lines = [json.dumps({"a": 1}), "broken", "[" * 100_000, "[]", json.dumps({"a": 2, "b": 3})]
    assert header("\n".join(lines).encode(), Source(format="json")) == ("a", "b")


def test_a_line_of_json_may_hold_what_other_programs_take_for_line_ends() -> None:
    line = json.dumps({"a": "one\u2028two\x85three", "b": 1}, ensure_ascii=False)
    assert header(line.encode(), Source(format="json")) == ("a", "b")


def test_a_file_of_json_whose_names_nobody_can_read_is_judged_line_by_line() -> None:
    assert header(b"no json\n", Source(format="json")) == ()
    assert fit((), load("ratings")).refused is None


def test_order_does_not_matter_and_additions_are_reported() -> None:
    found = fit(("coupon", *reversed(NAMES)), load("orders"))
    assert (found.added, found.refused) == (("coupon",), None)


def test_a_lost_a_renamed_and_a_repeated_column_make_a_file_unusable() -> None:
    orders = load("orders")
    assert fit(NAMES[:-1], orders).refused == (
        "schema: column amount is missing; got order_id, customer_id, order_date, quantity"
    )
    assert "quantity is missing" in str(fit((*NAMES[:3], "qty", "amount"), orders).refused)
    assert "amount occurs twice" in str(fit((*NAMES, "amount"), orders).refused)


def test_json_may_leave_out_columns_that_are_not_required() -> None:
    assert fit(("user_id", "movie_id", "rating", "rated_at"), load("ratings")).refused is None
    assert "rating is missing" in str(fit(("user_id", "movie_id", "rated_at"), load("ratings")).refused)
