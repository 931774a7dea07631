from __future__ import annotations

from pathlib import Path

import pytest

from contracts.loader import load as load_contract
from contracts.loader import load_contracts
from dashboards import row_access
from dashboards.catalog import load
from dashboards.errors import DashboardError
from dashboards.model import RowAccess, RowRule

COLLECTION = load(load_contracts())
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
        ('columns = ["segment"]\n', "", r"row_access\.toml: orders must be a table with .*; got \['rules', 'tags'\]"),
        ("tags =", "tag =", r"must be a table with \['columns', 'rules', 'tags'\]; got \['columns', 'rules', 'tag'\]"),
        ('["segment"]', '"segment"', r"orders\.columns must be a list of texts; got 'segment'"),
        ('"segment" }', "1 }", r"orders\.tags must be a table of tag = column; got {'part': 1}"),
        ('{ part = "segment" }', "1", r"orders\.tags must be a table of tag = column; got 1"),
        ('group = "lake-managers"', "all = true", r"orders\.rules\[0\] must be a table that names its group"),
        ('["lapsing", "lost"]', '"lapsing"', r"orders\.rules\[1\]\.segment must be a list of texts; got 'lapsing'"),
        ("[orders]", "[orders", r"row_access\.toml: .*line 2"),
    ],
)
def test_fails_with_file_and_key_for_what_is_wrong(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(DashboardError, match=message):
        read(tmp_path, GOOD.replace(old, new, 1))


def test_fails_for_rules_that_are_no_list(tmp_path: Path) -> None:
    with pytest.raises(DashboardError, match=r"orders\.rules must be a list of rules; got 1"):
        read(tmp_path, GOOD[: GOOD.index("rules")] + "rules = 1")


def test_fails_for_a_data_set_that_is_not_a_table(tmp_path: Path) -> None:
    with pytest.raises(DashboardError, match=r"row_access\.toml: orders must be a table with .*; got 1"):
        read(tmp_path, "orders = 1")


def test_rules_restrict_whatever_data_set_they_name_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "row_access.toml"
    file.write_text(GOOD.replace("[orders]", "[flights]"))
    restricted = {each.name: each.row_access for each in row_access.restricted(COLLECTION.data_sets, file)}
    assert restricted == dict.fromkeys(restricted) | {"flights": row_access.load(file)["flights"]}


def test_fails_for_rules_of_a_data_set_that_does_not_exist(tmp_path: Path) -> None:
    file = tmp_path / "row_access.toml"
    file.write_text(GOOD.replace("[orders]", "[order]"))
    with pytest.raises(DashboardError, match=r"row_access\.toml: there is no data set order; did you mean orders\?"):
        row_access.restricted(COLLECTION.data_sets, file)


def test_the_lake_restricts_every_data_set_that_has_rules() -> None:
    assert {each.name: each.row_access for each in COLLECTION.data_sets if each.row_access} == row_access.load()


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
