from __future__ import annotations

from typing import Any

import pytest

from laptop.emulator.cloudformation.s3_lifecycle import lifecycle_rules


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, {"Filter": {"Prefix": ""}}),
        ({"Id": "a", "Prefix": "x/"}, {"ID": "a", "Filter": {"Prefix": "x/"}}),
        ({"ExpirationInDays": "7"}, {"Filter": {"Prefix": ""}, "Expiration": {"Days": 7}}),
        (
            {"Transition": {"StorageClass": "GLACIER", "TransitionInDays": 0}},
            {"Filter": {"Prefix": ""}, "Transitions": [{"StorageClass": "GLACIER", "Days": 0}]},
        ),
        (
            {"TagFilters": [{"Key": "a", "Value": "b"}], "ObjectSizeGreaterThan": "10"},
            {"Filter": {"And": {"ObjectSizeGreaterThan": 10, "Tags": [{"Key": "a", "Value": "b"}]}}},
        ),
        ({"TagFilters": [{"Key": "a", "Value": "b"}]}, {"Filter": {"Tag": {"Key": "a", "Value": "b"}}}),
        (
            {"NoncurrentVersionExpirationInDays": 5},
            {"Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {"NoncurrentDays": 5}},
        ),
        ({"ExpiredObjectDeleteMarker": False}, {"Filter": {"Prefix": ""}}),
        (
            {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": "3"}},
            {"Filter": {"Prefix": ""}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3}},
        ),
    ],
)
def test_a_rule_of_a_template_becomes_a_rule_of_the_api(rule: dict[str, Any], expected: dict[str, Any]) -> None:
    assert lifecycle_rules({"Rules": [{"Status": "Enabled", **rule}]}) == [{"Status": "Enabled", **expected}]


def test_fails_for_a_property_that_it_does_not_know() -> None:
    with pytest.raises(ValueError, match=r"got \['Surprise'\]"):
        lifecycle_rules({"Rules": [{"Status": "Enabled", "Surprise": 1}]})
