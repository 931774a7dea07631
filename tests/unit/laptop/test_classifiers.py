from __future__ import annotations

import bz2
import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from laptop.emulator.classifiers import (
    GROK,
    LAZY,
    OPEN_CSV,
    OPENX_JSON,
    PARQUET,
    Schema,
    classify,
    is_header,
    text_type,
    widen,
)
from laptop.emulator.registry import NotImplementedOnLaptop

CSV = b"order_id,customer,amount,paid\n1,Ann,9.50,true\n2,Bob,3,false\n"


def recognized(folder: Path, content: bytes, *custom: dict[str, Any]) -> Schema | None:
    file = folder / "object"
    file.write_bytes(content)
    return classify(file, custom)


def csv_classifier(**settings: Any) -> dict[str, Any]:
    return {"CsvClassifier": {"Name": "c", **settings}}


def test_csv_with_a_header_gets_its_names_and_types(tmp_path: Path) -> None:
    schema = recognized(tmp_path, CSV)
    assert schema is not None
    assert schema.columns == (("order_id", "bigint"), ("customer", "string"), ("amount", "double"), ("paid", "boolean"))
    assert (schema.classification, schema.serde) == ("csv", LAZY)
    assert schema.parameters["skip.header.line.count"] == "1"


def test_csv_without_a_header_gets_numbered_columns(tmp_path: Path) -> None:
    schema = recognized(tmp_path, b"1,Ann,9.5\n2,Bob,3\n")
    assert schema is not None
    assert schema.columns == (("col0", "bigint"), ("col1", "string"), ("col2", "double"))
    assert "skip.header.line.count" not in schema.parameters


@pytest.mark.parametrize("delimiter", [",", "|", "\t", ";", "\x01"])
def test_every_documented_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    schema = recognized(tmp_path, CSV.replace(b",", delimiter.encode()))
    assert schema is not None
    assert schema.serde_parameters == {"field.delim": delimiter}
    assert len(schema.columns) == 4


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["id", "name"], ["1", "a"]], True),
        ([["id", "7"], ["1", "a"]], False),
        ([["id", "name"], ["x", "a"]], False),
        ([["x" * 150, "name"], ["1", "a"]], False),
        ([["id", "name", ""], ["1", "a", ""]], True),
    ],
)
def test_header_rules_of_the_built_in_classifier(rows: list[list[str]], header: bool) -> None:
    assert is_header(rows) is header


def test_one_column_or_one_row_is_no_csv(tmp_path: Path) -> None:
    assert recognized(tmp_path, b"name\nx\ny\n") is None
    assert recognized(tmp_path, b"a,b,c\n") is None


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_compressed_files_are_read(tmp_path: Path, pack: Any) -> None:
    schema = recognized(tmp_path, pack(CSV))
    assert schema is not None
    assert len(schema.columns) == 4
    assert schema.parameters["compressionType"] in {"gzip", "bzip2"}


def test_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    schema = recognized(tmp_path, b"\xef\xbb\xbf" + CSV)
    assert schema is not None
    assert schema.columns[0][0] == "order_id"


def test_custom_csv_classifier_states_the_header(tmp_path: Path) -> None:
    text = b"name,city\nAnn,Paris\n"
    built_in = recognized(tmp_path, text)
    custom = recognized(tmp_path, text, csv_classifier(ContainsHeader="PRESENT", Delimiter=","))
    assert built_in is not None
    assert custom is not None
    assert [name for name, _ in built_in.columns] == ["col0", "col1"]
    assert [name for name, _ in custom.columns] == ["name", "city"]


def test_quote_symbol_gives_the_csv_serde_whose_columns_are_text(tmp_path: Path) -> None:
    schema = recognized(tmp_path, b'id,text\n1,"a, b"\n', csv_classifier(QuoteSymbol='"', ContainsHeader="PRESENT"))
    assert schema is not None
    assert schema.serde == OPEN_CSV
    assert schema.columns == (("id", "string"), ("text", "string"))
    assert schema.serde_parameters == {"separatorChar": ",", "quoteChar": '"'}


def test_single_column_needs_permission(tmp_path: Path) -> None:
    text = b"name\nx\ny\n"
    assert recognized(tmp_path, text, csv_classifier(ContainsHeader="PRESENT")) is None
    schema = recognized(tmp_path, text, csv_classifier(ContainsHeader="PRESENT", AllowSingleColumn=True))
    assert schema is not None
    assert schema.columns == (("name", "string"),)


def test_json_documents_are_merged(tmp_path: Path) -> None:
    documents = [{"id": 1, "rating": 4, "tags": ["a"]}, {"id": 3_000_000_000, "rating": 4.5, "who": {"name": None}}]
    schema = recognized(tmp_path, "\n".join(json.dumps(document) for document in documents).encode())
    assert schema is not None
    assert (schema.classification, schema.serde) == ("json", OPENX_JSON)
    assert dict(schema.columns) == {
        "id": "bigint",
        "rating": "double",
        "tags": "array<string>",
        "who": "struct<name:string>",
    }


def test_json_array_is_a_list_of_rows(tmp_path: Path) -> None:
    schema = recognized(tmp_path, b'[{"a": 1}, {"a": 2}]', {"JsonClassifier": {"Name": "j", "JsonPath": "$[*]"}})
    assert schema is not None
    assert schema.columns == (("a", "int"),)


@pytest.mark.parametrize("content", [b"[" * 50_000, b'{"a":' * 10_000])
def test_json_that_is_nested_too_deeply_is_no_table(tmp_path: Path, content: bytes) -> None:
    found = recognized(tmp_path, content)
    assert found is None or found.classification != "json"


def test_fails_on_other_json_paths(tmp_path: Path) -> None:
    with pytest.raises(NotImplementedOnLaptop, match=r"\$\.rows"):
        recognized(tmp_path, b"{}", {"JsonClassifier": {"Name": "j", "JsonPath": "$.rows[*]"}})


def test_grok_classifier_names_and_types_its_fields(tmp_path: Path) -> None:
    pattern = r"%{IPORHOST:client} %{WORD:verb} %{NUMBER:status:int} %{NUMBER:bytes:long}"
    classifier = {"GrokClassifier": {"Name": "g", "Classification": "access", "GrokPattern": pattern}}
    schema = recognized(tmp_path, b"10.0.0.1 GET 200 5120\n10.0.0.2 PUT 404 17\n", classifier)
    assert schema is not None
    assert schema.columns == (("client", "string"), ("verb", "string"), ("status", "int"), ("bytes", "bigint"))
    assert (schema.classification, schema.serde) == ("access", GROK)
    assert schema.serde_parameters == {"input.format": pattern}


def test_grok_classifier_leaves_what_does_not_match_to_the_next(tmp_path: Path) -> None:
    classifier = {"GrokClassifier": {"Name": "g", "Classification": "access", "GrokPattern": "%{IPV4:ip} %{WORD:v}"}}
    schema = recognized(tmp_path, CSV, classifier)
    assert schema is not None
    assert schema.classification == "csv"


def test_parquet_schema_comes_from_the_footer(tmp_path: Path) -> None:
    types = {"I": pa.int32(), "d": pa.decimal128(10, 2), "t": pa.timestamp("us"), "l": pa.list_(pa.string())}
    pq.write_table(pa.schema(types).empty_table(), tmp_path / "x.parquet")
    schema = classify(tmp_path / "x.parquet", [])
    assert schema is not None
    assert schema.serde == PARQUET
    assert schema.columns == (("i", "int"), ("d", "decimal(10,2)"), ("t", "timestamp"), ("l", "array<string>"))


def test_fails_on_formats_that_only_aws_reads(tmp_path: Path) -> None:
    with pytest.raises(NotImplementedOnLaptop, match="ORC"):
        recognized(tmp_path, b"ORC....")


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("", ""), ("7", "bigint"), ("-1.5e3", "double"), ("TRUE", "boolean"), ("1997-01-01", "string"), ("?", "string")],
)
def test_cells_have_the_types_that_crawlers_give(cell: str, kind: str) -> None:
    assert text_type(cell) == kind


def test_types_widen_until_they_hold_every_value() -> None:
    assert [widen("int", "bigint"), widen("bigint", "double"), widen("double", "boolean")] == [
        "bigint",
        "double",
        "string",
    ]
