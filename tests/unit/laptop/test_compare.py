from __future__ import annotations

from typing import Any

import pytest

from laptop.emulator.cloudformation.compare import missing


@pytest.mark.parametrize(
    ("template", "described"),
    [
        ({"BillingMode": "PAY"}, {"Table": {"Summary": {"billingMode": "PAY"}}}),
        ({"Timeout": "300", "Enabled": "true"}, {"timeout": 300, "enabled": True}),
        ({"Threshold": 1}, {"Threshold": 1.0}),
        ({"Tags": [{"Key": "owner", "Value": "data"}]}, {"tags": {"owner": "data"}}),
        ({"Tags": {"owner": "data"}}, {"Tags": [{"TagKey": "owner", "TagValue": "data"}]}),
        ({"PolicyDocument": {"Statement": [{"Sid": "a"}]}}, {"Policy": '{"Statement":{"Sid":"a"}}'}),
        ({"Ids": ["b", "a"]}, {"Ids": ["a", "b", "c"]}),
        ({"Nothing": None, "Empty": {}, "None": []}, {}),
    ],
)
def test_the_same_values_are_found_under_other_nesting_case_order_and_types(template: Any, described: Any) -> None:
    assert missing(template, described) == []


def test_a_dropped_value_is_named_with_its_path() -> None:
    template = {"Rules": [{"Id": "a", "Days": 30}, {"Id": "b", "Days": 60}]}
    assert missing(template, {"Rules": [{"Id": "a", "Days": 30}, {"Id": "b"}]}) == ["Rules.Days=60"]


def test_a_value_under_another_name_does_not_count() -> None:
    assert missing({"Owner": "data"}, {"Creator": "data"}) == ["Owner=data"]


def test_an_alias_lets_a_name_of_the_api_stand_for_one_of_the_template() -> None:
    template = {"ExpirationInDays": 3}
    assert missing(template, {"Days": 3}, {"ExpirationInDays": ("Days", "Other")}) == []
    assert missing(template, {"Days": 4}, {"ExpirationInDays": "Days"}) == ["ExpirationInDays=3"]


def test_long_digits_are_names_and_not_numbers() -> None:
    assert missing({"Id": "1000000000000000001"}, {"Id": "1000000000000000002"}) == ["Id=1000000000000000001"]
    assert missing({"Account": "000000000000"}, {"Account": "000000000000"}) == []


def test_text_in_braces_that_is_no_json_is_compared_as_text() -> None:
    assert missing({"Pattern": "{not json"}, {"Pattern": "{not json"}) == []
    assert missing({"Pattern": "{not json"}, {"Pattern": "{other"}) == ["Pattern={not json"]
