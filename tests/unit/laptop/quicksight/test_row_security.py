from __future__ import annotations

from typing import Any

import duckdb
import pytest

from laptop.emulator.quicksight import row_security
from laptop.emulator.quicksight.row_security import Person

SALES = (
    "SELECT * FROM (VALUES ('Oslo', 'web'), ('Bergen', 'shop'), ('Rome', 'web'), ('O''Hare', 'shop')) t(city, channel)"
)
RON = Person("ron", "arn:user/ron", frozenset({"north", "web"}), frozenset({"arn:group/north"}))


def seen(access: row_security.Access) -> list[str]:
    rows = duckdb.execute(f"SELECT city FROM ({SALES}) WHERE {row_security.predicate(access)} ORDER BY city").fetchall()
    return [row[0] for row in rows]


def rule(group: str | None = None, city: str | None = None, channel: str | None = None, **user: str) -> dict[str, Any]:
    return {"UserName": None, "GroupName": group, "city": city, "channel": channel, **user}


@pytest.mark.parametrize(
    ("rules", "cities"),
    [
        ([], []),
        ([rule("south", "Rome")], []),
        ([rule("north")], ["Bergen", "O'Hare", "Oslo", "Rome"]),
        ([rule("north", "Oslo,Bergen")], ["Bergen", "Oslo"]),
        ([rule("north", "Oslo, Rome", "web")], ["Oslo", "Rome"]),
        ([rule("north", "Bergen", "web")], []),
        ([rule("north", "Bergen"), rule("web", channel="web")], ["Bergen", "Oslo", "Rome"]),
        ([rule(city="O'Hare", UserName="ron")], ["O'Hare"]),
        ([rule(city="Rome", UserName="ada")], []),
        ([rule("north", '"Oslo,Bergen"')], []),
        ([rule("NORTH", "Oslo")], []),
    ],
)
def test_rows_are_those_of_the_rules_of_a_user_and_of_their_groups(rules: list[Any], cities: list[str]) -> None:
    assert seen(row_security.access_of(RON, rules)) == cities


def test_rules_of_version_2_name_arns() -> None:
    rules: list[dict[str, Any]] = [
        {"UserARN": None, "GroupARN": "arn:group/north", "city": "Oslo"},
        {"GroupARN": "north", "city": "Rome"},
    ]
    assert seen(row_security.access_of(RON, rules, "VERSION_2")) == ["Oslo"]


TAGS = {
    "TagRules": [
        {"TagKey": "town", "ColumnName": "city", "TagMultiValueDelimiter": ",", "MatchAllValue": "*"},
        {"TagKey": "way", "ColumnName": "channel"},
    ]
}


@pytest.mark.parametrize(
    ("configurations", "tags", "cities"),
    [
        (None, {}, []),
        (None, {"town": "Oslo"}, []),
        (None, {"town": "Oslo,Bergen", "way": "web"}, ["Oslo"]),
        (None, {"town": "*", "way": "shop"}, ["Bergen", "O'Hare"]),
        ([["town"]], {"town": "Rome"}, ["Rome"]),
        ([["town"], ["way"]], {"town": "Bergen", "way": "web"}, ["Bergen", "Oslo", "Rome"]),
        ([["town", "way"]], {"way": "web"}, []),
    ],
)
def test_a_session_without_a_user_sees_the_rows_of_its_tags(
    configurations: Any, tags: dict[str, str], cities: list[str]
) -> None:
    configuration = TAGS | ({"TagRuleConfigurations": configurations} if configurations else {})
    assert seen(row_security.access_by_tags(configuration, tags)) == cities


def test_columns_with_rules_are_withheld_from_everybody_else() -> None:
    rules = [{"ColumnNames": ["mail", "name"], "Principals": ["a"]}, {"ColumnNames": ["name"], "Principals": ["b"]}]
    assert row_security.hidden_columns(rules, {"a"}) == []
    assert row_security.hidden_columns(rules, {"b"}) == ["mail"]
    assert row_security.hidden_columns(rules, set()) == ["mail", "name"]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (["city"], "must have a column UserName or GroupName; got city"),
        (["GroupName", "town"], "must be one of the data set; got town"),
        (["GroupName", "amount"], "must be on text; got amount of type DECIMAL"),
    ],
)
def test_fails_for_a_rules_data_set_of_another_shape(rules: list[str], message: str) -> None:
    (problem,) = row_security.shape_problems("VERSION_1", rules, {"city": "STRING", "amount": "DECIMAL"})
    assert message in problem
