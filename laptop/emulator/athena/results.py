"""Result files in S3, and pages of results.

A SELECT leaves `<id>.csv` and `<id>.csv.metadata`, a utility or DDL statement `<id>.txt`, a write `<id>-manifest.csv`:
https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from laptop.emulator import clients
from laptop.emulator.athena.errors import QueryError
from laptop.emulator.athena.files import split_uri

Text = str | None
_PRECISIONS = {
    "tinyint": 3,
    "smallint": 5,
    "integer": 10,
    "bigint": 19,
    "float": 17,
    "double": 17,
    "varchar": 2147483647,
    "timestamp": 3,
    "timestamp with time zone": 3,
    "varbinary": 1073741824,
}


@dataclass(frozen=True)
class Encryption:
    """How result objects are encrypted: `option` is SSE_S3, SSE_KMS or empty."""

    option: str = ""
    key: str = ""

    @property
    def arguments(self) -> dict[str, str]:
        """Return the arguments of S3's PutObject."""
        if self.option == "SSE_S3":
            return {"ServerSideEncryption": "AES256"}
        if self.option == "SSE_KMS":
            return {"ServerSideEncryption": "aws:kms", **({"SSEKMSKeyId": self.key} if self.key else {})}
        return {}


@dataclass
class ResultSet:
    """A result as text: its columns with Trino's types, and its rows."""

    columns: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    rows: list[Sequence[Text]] = field(default_factory=list)
    header: bool = True


def put(uri: str, content: bytes, encryption: Encryption) -> None:
    bucket, key = split_uri(uri)
    s3 = clients.client("s3")
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=content, **encryption.arguments)
    except s3.exceptions.ClientError as error:
        message = f"Unable to verify/create output bucket {bucket}: {error.response['Error']['Message']}"
        raise QueryError("INVALID_OUTPUT_LOCATION", message) from error


def csv_bytes(result: ResultSet) -> bytes:
    """Return the CSV of a SELECT: every value in quotes, null as nothing."""
    lines = [",".join(_quoted(name) for name in result.columns)] if result.columns else []
    lines += [",".join("" if value is None else _quoted(value) for value in row) for row in result.rows]
    return "".join(f"{line}\n" for line in lines).encode()


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def text_bytes(result: ResultSet) -> bytes:
    """Return the text of a utility statement: values separated by tabs, without a header."""
    return "\n".join("\t".join(value or "" for value in row) for row in result.rows).encode()


_FIELD = re.compile(r'(?:"((?:[^"]|"")*)")?([,\n])')


def read_csv(content: bytes) -> list[list[Text]]:
    """Read back what `csv_bytes` wrote; an empty field without quotes is null."""
    rows: list[list[Text]] = []
    row: list[Text] = []
    for match in _FIELD.finditer(content.decode()):
        row.append(None if match[1] is None else match[1].replace('""', '"'))
        if match[2] == "\n":
            rows.append(row)
            row = []
    return rows


def manifest_bytes(uris: Sequence[str]) -> bytes:
    return "".join(f"{uri}\n" for uri in uris).encode()


def column_info(name: str, kind: str) -> dict[str, Any]:
    """Return the metadata of a column; the type is Trino's full name, e.g. `decimal(10,2)`."""
    base, _, arguments = kind.partition("(")
    precision, scale = _PRECISIONS.get(base, 0), 0
    if base == "decimal":
        precision, scale = (int(part) for part in arguments.rstrip(")").split(","))
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": base,
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": base in {"varchar", "char"},
    }


def page(result: ResultSet, start: int, size: int) -> tuple[dict[str, Any], int | None]:
    """Return one page as GetQueryResults does, and where the next one starts.

    The first row of a SELECT's first page holds the names of the columns.
    """
    header = [result.columns] if result.header and result.columns else []
    every: list[Sequence[Text]] = [*header, *result.rows]
    rows = every[start : start + size]
    document = {
        "Rows": [{"Data": [{} if value is None else {"VarCharValue": value} for value in row]} for row in rows],
        "ResultSetMetadata": {
            "ColumnInfo": [column_info(name, kind) for name, kind in zip(result.columns, result.types, strict=True)]
        },
    }
    return document, start + size if start + size < len(every) else None
