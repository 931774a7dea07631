from __future__ import annotations

import pytest

from laptop.emulator.athena import statements as s
from laptop.emulator.athena.errors import NotSupportedOnLaptopError, QueryError
from laptop.emulator.athena.runner import bind_parameters


@pytest.mark.parametrize(
    ("sql", "kind", "substatement"),
    [
        ("-- note\nSELECT 1;", "DML", "SELECT"),
        ("WITH a AS (SELECT 1) SELECT * FROM a", "DML", "SELECT"),
        ("INSERT INTO t (a, b) SELECT 1, 2", "DML", "INSERT"),
        ("INSERT INTO t (SELECT 1)", "DML", "INSERT"),
        ("UNLOAD (SELECT 1) TO 's3://b/p' WITH (format = 'PARQUET')", "DML", "UNLOAD"),
        ("CREATE TABLE t AS SELECT 1 AS a", "DDL", "CREATE_TABLE_AS_SELECT"),
        ("CREATE OR REPLACE VIEW v AS SELECT 1 AS a", "DDL", "CREATE_VIEW"),
        ("MSCK REPAIR TABLE `t`", "DDL", "MSCK_REPAIR_TABLE"),
        ("SHOW PARTITIONS d.t", "UTILITY", "SHOW_PARTITIONS"),
        ("DESCRIBE t", "UTILITY", "DESCRIBE_TABLE"),
        ("DROP TABLE IF EXISTS t", "DDL", "DROP_TABLE"),
    ],
)
def test_statements_have_the_types_of_athena(sql: str, kind: str, substatement: str) -> None:
    statement = s.parse(sql, "db")
    assert (statement.kind, statement.substatement) == (kind, substatement)


def test_every_clause_of_a_table_is_read() -> None:
    statement = s.parse(
        """CREATE EXTERNAL TABLE IF NOT EXISTS `D`.`T` (
          `id` bigint COMMENT 'the ''key''', price decimal(10, 2), tags array<struct<a:int, b:string>>)
        COMMENT 'orders' PARTITIONED BY (day date, `hour` int)
        ROW FORMAT SERDE 'x.y.OpenCSVSerde' WITH SERDEPROPERTIES ('separatorChar' = ';')
        STORED AS INPUTFORMAT 'in' OUTPUTFORMAT 'out' LOCATION 's3://b/p/' TBLPROPERTIES ('a' = 'b', 'c'='d')""",
        "db",
    )
    assert statement == s.CreateTable(
        table=("d", "t"),
        columns=(
            s.ColumnDefinition("id", "bigint", "the 'key'"),
            s.ColumnDefinition("price", "decimal(10,2)"),
            s.ColumnDefinition("tags", "array<struct<a:int,b:string>>"),
        ),
        partitions=(s.ColumnDefinition("day", "date"), s.ColumnDefinition("hour", "int")),
        location="s3://b/p/",
        comment="orders",
        serde="x.y.OpenCSVSerde",
        serde_properties={"separatorChar": ";"},
        input_format="in",
        output_format="out",
        properties={"a": "b", "c": "d"},
        if_not_exists=True,
    )


def test_partitions_are_added_with_their_locations() -> None:
    statement = s.parse(
        "ALTER TABLE t ADD IF NOT EXISTS PARTITION (a='1', b=2) LOCATION 's3://x/' PARTITION (a='3', b=4)", "db"
    )
    assert statement == s.AlterPartitions(
        ("db", "t"),
        add=True,
        lenient=True,
        partitions=(
            s.PartitionClause((("a", "1"), ("b", "2")), "s3://x/"),
            s.PartitionClause((("a", "3"), ("b", "4"))),
        ),
    )


def test_a_ctas_keeps_its_properties_and_its_query() -> None:
    statement = s.parse(
        "CREATE TABLE d.t WITH (format='PARQUET', partitioned_by = ARRAY['a', 'b']) AS SELECT 1 AS x WITH NO DATA", "db"
    )
    assert isinstance(statement, s.CreateTableAs)
    assert statement.properties == {"format": "PARQUET", "partitioned_by": ["a", "b"]}
    assert (statement.sql.strip(), statement.with_data) == ("SELECT 1 AS x", False)


def test_arguments_of_execute_are_split_at_outer_commas() -> None:
    statement = s.parse("EXECUTE q USING 'a,b', concat('x', 'y'), ARRAY[1, 2]", "db")
    assert isinstance(statement, s.Execute)
    assert statement.arguments == ("'a,b'", "concat('x', 'y')", "ARRAY[1, 2]")


def test_question_marks_in_text_and_comments_are_no_parameters() -> None:
    assert bind_parameters("SELECT '?', ? /* ? */ -- ?", ["1"]) == "SELECT '?', 1 /* ? */ -- ?"
    with pytest.raises(QueryError, match="expected 1 but found 0"):
        bind_parameters("SELECT ?", [])


@pytest.mark.parametrize(
    "sql", ["", ";", "SELEC 1", "SELECT 1; SELECT 2", "DROP t", "CREATE EXTERNAL TABLE t (a int)", "SHOW NOTHING"]
)
def test_fails_with_a_syntax_error_for_what_is_no_statement(sql: str) -> None:
    with pytest.raises(QueryError, match="SYNTAX_ERROR"):
        s.parse(sql, "db")


@pytest.mark.parametrize(
    "sql", ["OPTIMIZE t REWRITE DATA", "DELETE FROM t", "CREATE TABLE t (a int) LOCATION 's3://x/'"]
)
def test_fails_and_names_the_laptop_for_what_only_aws_runs(sql: str) -> None:
    with pytest.raises(NotSupportedOnLaptopError, match="it runs on AWS only"):
        s.parse(sql, "db")
