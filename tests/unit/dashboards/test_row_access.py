from __future__ import annotations

from pathlib import Path

import pytest

from contracts.loader import load as load_contract
from dashboards import row_access
from dashboards.errors import DashboardError
from dashboards.groups import GROUPS
from dashboards.model import RowAccess, RowRule

GOOD = """
[orders]
columns = ["segment"]
tags = { part = "segment" }
rules = [{ group = "lake-managers" }, { group = "lake-retention", segment = ["lapsing", "lost"] }]
"""


def read(folder: Path, text: str) -> RowAccess:
    file = folder / "row_access.toml"
    file.write_text(text)
    return row_access.load(file)["orders"]


def test_a_rule_restricts_the_columns_that_it_names_and_no_other(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD) == RowAccess(
        columns=("segment",),
        rules=(
            RowRule(group="lake-managers", values={}),
            RowRule(group="lake-retention", values={"segment": ("lapsing", "lost")}),
        ),
        tags={"part": "segment"},
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('columns = ["segment"]\n', "", r"row_access\.toml: orders lacks 'columns'"),
        ("tags =", "tag =", r"orders lacks 'tags'"),
        (
            "[orders]",
            "[orders]\nowner = 1",
            r"orders has the unknown key 'owner'; expected one of \['columns', 'rules'",
        ),
        ('["segment"]', "[]", r"orders\.columns must name a column; got none"),
        ('["segment"]', '"segment"', r"orders\.columns must be a list of texts; got 'segment'"),
        (
            'part = "segment"',
            'part = "place"',
            r"orders\.tags names 'place'; expected one of its columns, \['segment'\]",
        ),
        ('{ part = "segment" }', "1", r"orders\.tags must be a table of tag = column; got 1"),
        ('group = "lake-managers"', "all = true", r"orders\.rules\[0\] must be a table that names its group"),
        ("segment = [", "segments = [", r"orders\.rules\[1\] names 'segments'; expected one of its columns"),
        ('["lapsing", "lost"]', "[]", r"orders\.rules\[1\]\.segment is empty; leave the column out to allow all"),
        (
            '"lapsing", "lost"',
            '"lapsing,lost"',
            r"rules\[1\]\.segment must hold texts without commas .* 'lapsing,lost'",
        ),
        ('"lapsing", "lost"', '" "', r"rules\[1\]\.segment must hold texts without commas .* ' '"),
        (
            "lake-retention",
            "lake-managers",
            r"orders\.rules gives 'lake-managers' 2 rules; expected one for each group",
        ),
        ("[orders]", "[orders", r"row_access\.toml: .*line 2"),
    ],
)
def test_fails_with_file_and_key_for_what_is_wrong(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(DashboardError, match=message):
        read(tmp_path, GOOD.replace(old, new, 1))


def test_fails_without_a_rule_for_then_nobody_would_see_a_row(tmp_path: Path) -> None:
    with pytest.raises(DashboardError, match=r"orders\.rules must be a list of rules: without one nobody sees a row"):
        read(tmp_path, GOOD[: GOOD.index("rules")] + "rules = []")


def test_fails_for_a_data_set_that_is_not_a_table(tmp_path: Path) -> None:
    with pytest.raises(DashboardError, match=r"row_access\.toml: orders must be a table with"):
        read(tmp_path, "orders = 1")


def test_the_rules_of_the_lake_are_for_groups_of_the_lake() -> None:
    groups = {rule.group for access in row_access.load().values() for rule in access.rules}
    assert groups <= {group.name for group in GROUPS}


def test_the_rules_of_the_lake_name_segments_that_there_are() -> None:
    known = load_contract("customer_history").column("segment").description
    values = {
        value
        for access in row_access.load().values()
        for rule in access.rules
        for value in rule.values.get("segment", ())
    }
    assert values
    assert all(f"{value} (" in known or known.endswith(value) for value in values), (values, known)


def test_a_data_set_without_rules_shows_all_rows_to_its_readers() -> None:
    assert row_access.of("cohort-retention") is None
    assert row_access.of("orders") is not None
