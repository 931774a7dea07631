from __future__ import annotations

import pytest

from laptop.emulator.classifiers import LAZY, Schema
from laptop.emulator.crawl_tables import File, Grouping, is_excluded, table_name, tables


def csv(*columns: str, kind: str = "string", classification: str = "csv") -> Schema:
    return Schema(classification, tuple((column, kind) for column in columns), LAZY)


def file(key: str, schema: Schema | None = None) -> File:
    return File("lake", key, 10, schema or csv("a", "b"))


def test_folders_of_the_table_level_are_tables_and_the_rest_partitions() -> None:
    files = [file("orders/ingest_date=1/x.csv"), file("orders/ingest_date=2/y.csv"), file("census/c.csv", csv("z"))]
    found = tables(files, "", Grouping(level=2))
    assert [(table.name, table.location, table.partition_keys) for table in found] == [
        ("census", "s3://lake/census/", ()),
        ("orders", "s3://lake/orders/", ("ingest_date",)),
    ]
    assert found[1].partitions == {"ingest_date=1": ("1",), "ingest_date=2": ("2",)}


def test_files_above_the_table_level_belong_to_no_table() -> None:
    assert tables([file("readme.csv")], "", Grouping(level=2)) == []


def test_bucket_is_level_one() -> None:
    (table,) = tables([file("orders/x.csv")], "", Grouping(level=1))
    assert (table.name, table.location, table.partition_keys) == ("lake", "s3://lake/", ("partition_0",))


def test_folder_of_like_files_is_a_table_with_its_sub_folders_as_partitions() -> None:
    files = [file("sales/2020/jan/x.csv"), file("sales/2020/feb/y.csv")]
    (table,) = tables(files, "sales", Grouping())
    assert (table.name, table.partition_keys) == ("sales", ("partition_0", "partition_1"))
    assert table.partitions == {"2020/jan": ("2020", "jan"), "2020/feb": ("2020", "feb")}


def test_folders_of_unlike_files_are_tables_of_their_own() -> None:
    files = [file("raw/orders/x.csv"), file("raw/users/y.csv", csv("c", "d", "e"))]
    assert [table.name for table in tables(files, "raw", Grouping())] == ["orders", "users"]


def test_unlike_files_are_one_table_when_schemas_are_combined() -> None:
    files = [file("raw/1/x.csv", csv("a")), file("raw/2/y.csv", csv("b"))]
    (table,) = tables(files, "raw", Grouping(combine=True))
    assert [name for name, _ in table.schema.columns] == ["a", "b"]


def test_columns_that_differ_in_type_get_one_that_holds_both() -> None:
    files = [file("raw/x/1.csv", csv("a", kind="bigint")), file("raw/x/2.csv", csv("a", kind="double"))]
    (table,) = tables(files, "raw", Grouping(level=3))
    assert table.schema.columns == (("a", "double"),)


def test_partition_key_is_not_a_column_too() -> None:
    (table,) = tables([file("t/day=1/x.csv", csv("day", "b"))], "", Grouping(level=2))
    assert (table.partition_keys, table.schema.columns) == (("day",), (("b", "string"),))


def test_names_keep_letters_digits_and_underscores() -> None:
    assert table_name("Raw-", "Order Items.v2") == "raw_order_items_v2"


@pytest.mark.parametrize(
    ("pattern", "key", "excluded"),
    [
        ("access_logs/**", "raw/access_logs/a/b.gz", True),
        ("access_logs/**", "raw/orders/access_logs/b.gz", False),
        ("**/_*", "raw/orders/_SUCCESS", True),
        ("**/_*", "raw/orders/x_y.csv", False),
        ("*.csv", "raw/x.csv", True),
        ("*.csv", "raw/sub/x.csv", False),
        ("**.csv", "raw/sub/x.csv", True),
        ("x?.{csv,tsv}", "raw/x1.tsv", True),
        ("x[0-3].csv", "raw/x7.csv", False),
        ("x[!0-3].csv", "raw/x7.csv", True),
        ("**/.*", "raw/orders/.hidden", True),
    ],
)
def test_exclusion_globs_are_relative_to_the_include_path(pattern: str, key: str, excluded: bool) -> None:
    assert is_excluded(key, "raw", [pattern]) is excluded
