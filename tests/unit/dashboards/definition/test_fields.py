from __future__ import annotations

from dashboards.definition.fields import count, dimension, distinct, latest, measure, metric, moment, step, total
from dashboards.definition.formats import dollars, number, percent, whole

DATA = "lake-orders"


def test_a_field_is_named_after_its_column_and_what_is_done_with_it() -> None:
    fields = [
        dimension(DATA, "amount"),
        moment(DATA, "amount", "MONTH"),
        moment(DATA, "amount", "DAY"),
        total(DATA, "amount"),
        measure(DATA, "amount", "MAX"),
        count(DATA, "amount"),
        distinct(DATA, "amount"),
    ]
    assert [field.id for field in fields] == [
        "amount",
        "amount-month",
        "amount-day",
        "amount-sum",
        "amount-max",
        "amount-count",
        "amount-distinct_count",
    ]


def test_a_total_has_its_aggregation_and_its_format() -> None:
    assert total(DATA, "amount", "Revenue", dollars(2)).well == {
        "NumericalMeasureField": {
            "FieldId": "amount-sum",
            "Column": {"DataSetIdentifier": DATA, "ColumnName": "amount"},
            "AggregationFunction": {"SimpleNumericalAggregation": "SUM"},
            "FormatConfiguration": {"FormatConfiguration": dollars(2)},
        }
    }


def test_a_metric_aggregates_by_itself() -> None:
    (body,) = metric(DATA, "average_order").well.values()
    assert "AggregationFunction" not in body


def test_texts_are_counted_and_times_have_a_latest() -> None:
    assert count(DATA, "order_id").well["CategoricalMeasureField"]["AggregationFunction"] == "COUNT"
    assert distinct(DATA, "order_id").well["CategoricalMeasureField"]["AggregationFunction"] == "DISTINCT_COUNT"
    assert latest(DATA, "order_date").well["DateMeasureField"]["AggregationFunction"] == "MAX"


def test_groups_are_of_texts_of_numbers_and_of_periods() -> None:
    assert list(dimension(DATA, "segment").well) == ["CategoricalDimensionField"]
    assert list(step(DATA, "quantity").well) == ["NumericalDimensionField"]
    assert moment(DATA, "order_date", "WEEK").well["DateDimensionField"]["DateGranularity"] == "WEEK"


def test_the_field_of_a_computation_keeps_all_but_its_id() -> None:
    revenue = total(DATA, "amount", "Revenue", dollars())
    (mine,), (other,) = revenue.well.values(), revenue.within("Growth").well.values()
    assert other == mine | {"FieldId": "Growth-amount-sum"}


def test_formats_say_unit_and_decimals() -> None:
    assert whole()["NumberDisplayFormatConfiguration"]["DecimalPlacesConfiguration"] == {"DecimalPlaces": 0}
    assert number(1, " MiB")["NumberDisplayFormatConfiguration"]["Suffix"] == " MiB"
    assert percent(2)["PercentageDisplayFormatConfiguration"]["DecimalPlacesConfiguration"] == {"DecimalPlaces": 2}
    assert dollars()["CurrencyDisplayFormatConfiguration"]["Symbol"] == "USD"
