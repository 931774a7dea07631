from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from laptop.emulator.athena.errors import QueryError
from laptop.emulator.athena.projection import project, strftime_pattern

NOW = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)


def values(fixed: dict[str, list[str]] | None = None, **properties: str) -> list[str]:
    parameters = {f"projection.k.{name.replace('_', '.')}": value for name, value in properties.items()}
    return [parts[0] for parts, _ in project(parameters, ["k"], "s3://b/t", NOW, fixed or {})]


def test_enum_lists_its_values() -> None:
    assert values(type="enum", values="a, b,c") == ["a", "b", "c"]


def test_integers_have_steps_and_digits() -> None:
    assert values(type="integer", range="0,10", interval="5", digits="3") == ["000", "005", "010"]


def test_dates_go_by_the_smallest_unit_of_their_format() -> None:
    assert values(type="date", format="yyyy-MM-dd", range="2026-02-27,2026-03-01") == [
        "2026-02-27",
        "2026-02-28",
        "2026-03-01",
    ]
    assert values(type="date", format="yyyy-MM", range="2025-11,2026-02") == [
        "2025-11",
        "2025-12",
        "2026-01",
        "2026-02",
    ]
    assert values(type="date", format="yyyy", range="2024,2026") == ["2024", "2025", "2026"]


def test_now_and_offsets_from_now_bound_a_range() -> None:
    assert values(type="date", format="yyyy-MM-dd", range="NOW-2DAYS,NOW") == ["2026-03-29", "2026-03-30", "2026-03-31"]
    months = values(type="date", format="yyyy-MM", range="NOW-1MONTH,NOW+1MONTHS", interval="1", interval_unit="MONTHS")
    assert months == ["2026-02", "2026-03", "2026-04"]


def test_hours_are_an_interval() -> None:
    hours = values(
        type="date", format="yyyy/MM/dd/HH", range="2026/01/01/00,2026/01/01/06", interval="3", interval_unit="HOURS"
    )
    assert hours == ["2026/01/01/00", "2026/01/01/03", "2026/01/01/06"]


def test_asked_values_cut_the_choice_and_injected_ones_need_them() -> None:
    assert values({"k": ["b", "z"]}, type="enum", values="a,b") == ["b"]
    assert values({"k": ["2", "07", "-1", "x"]}, type="integer", range="1,9", digits="2") == ["02", "07"]
    assert values({"k": ["x"]}, type="injected") == ["x"]
    with pytest.raises(QueryError, match="CONSTRAINT_VIOLATION"):
        values(type="injected")


def test_locations_come_from_the_template_or_from_hive_folders() -> None:
    parameters = {"projection.a.type": "enum", "projection.a.values": "x", "projection.b.type": "enum"}
    parameters["projection.b.values"] = "1,2"
    places = [place for _, place in project(parameters, ["a", "b"], "s3://t/d/", NOW, {})]
    assert places == ["s3://t/d/a=x/b=1/", "s3://t/d/a=x/b=2/"]
    parameters["storage.location.template"] = "s3://t/d/${a}-${b}"
    assert project(parameters, ["a", "b"], "s3://t/d/", NOW, {})[0] == (("x", "1"), "s3://t/d/x-1/")


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"type": "other"},
        {"type": "enum"},
        {"type": "integer", "range": "1"},
        {"type": "date", "range": "NOW,NOW"},
        {"type": "date", "format": "yyyy-MM", "range": "2026,2027"},
    ],
    ids=str,
)
def test_fails_for_properties_that_say_nothing(properties: dict[str, Any]) -> None:
    with pytest.raises(QueryError, match="INVALID_TABLE_PROPERTY"):
        values(**properties)


def test_quoted_parts_of_a_java_format_stand_for_themselves() -> None:
    assert strftime_pattern("yyyy'year'MM''") == "%Yyear%m'"
