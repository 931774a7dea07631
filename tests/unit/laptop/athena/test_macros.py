from __future__ import annotations

import re

import duckdb

from laptop.emulator.athena import macros


def test_only_the_macros_that_a_query_calls_are_created_and_those_that_they_call() -> None:
    created = macros.defining("SELECT TRINO_SUBSCRIPT(a, 1) FROM t")
    assert re.findall(r"MACRO (\w+)", created) == ["trino_fail", "trino_subscript"]
    assert not macros.defining("SELECT trino_is_unknown(x), 1 FROM t")


def test_every_macro_can_be_created_alone() -> None:
    for name in re.findall(r"MACRO (\w+)", macros.MACROS):
        with duckdb.connect() as connection:
            connection.execute(macros.defining(f"SELECT {name}(x)"))
            (found,) = connection.execute(
                "SELECT count(*) FROM duckdb_functions() WHERE function_name = ?", [name]
            ).fetchall()[0]
        assert found, f"{name} must be defined"
