from laptop.preview.columns import encode, milliseconds
from laptop.preview.snapshot import Rows


def test_a_moment_without_a_zone_is_utc() -> None:
    assert milliseconds("1970-01-02") == 86_400_000
    assert milliseconds("1970-01-01T00:00:01.5") == 1500
    assert milliseconds("1970-01-01T01:00:00+01:00") == 0
    assert milliseconds(None) is None


def test_a_column_that_repeats_itself_is_written_as_codes() -> None:
    rows = Rows(count=6, types={"g": "STRING"}, values={"g": ["b", "a", None, "b", "b", "a"]})
    assert encode(rows)["columns"]["g"] == {"type": "STRING", "dictionary": ["b", "a"], "codes": [0, 1, -1, 0, 0, 1]}


def test_a_column_of_different_values_is_written_as_it_is() -> None:
    rows = Rows(count=3, types={"x": "DECIMAL"}, values={"x": [1.5, None, 2.5]})
    assert encode(rows)["columns"]["x"] == {"type": "DECIMAL", "values": [1.5, None, 2.5]}


def test_what_is_no_number_is_null() -> None:
    rows = Rows(count=4, types={"x": "DECIMAL"}, values={"x": [float("nan"), 1.5, float("-inf"), None]})
    assert encode(rows)["columns"]["x"] == {"type": "DECIMAL", "dictionary": [1.5], "codes": [-1, 0, -1, -1]}


def test_dates_are_milliseconds_in_both_forms() -> None:
    few = Rows(count=4, types={"d": "DATETIME"}, values={"d": ["1970-01-02", "1970-01-02", "1970-01-02", None]})
    assert encode(few)["columns"]["d"] == {"type": "DATETIME", "dictionary": [86_400_000], "codes": [0, 0, 0, -1]}
    one = Rows(count=1, types={"d": "DATETIME"}, values={"d": ["1970-01-02"]})
    assert encode(one)["columns"]["d"]["values"] == [86_400_000]


def test_an_empty_data_set_keeps_its_columns_and_what_is_withheld() -> None:
    rows = Rows(count=0, types={"g": "STRING"}, values={"g": []}, hidden=("customer_id",))
    assert encode(rows) == {
        "count": 0,
        "hidden": ["customer_id"],
        "columns": {"g": {"type": "STRING", "values": []}},
        "error": None,
    }
