"""What kind of statement a text is, and its parts: queries stay SQL, DDL becomes values."""

from __future__ import annotations

from dataclasses import dataclass, field

from laptop.emulator.athena.errors import NotSupportedOnLaptopError, QueryError
from laptop.emulator.athena.lexer import Cursor, tokens

TableName = tuple[str, str]


@dataclass(frozen=True)
class Statement:
    """A parsed statement. `kind` and `substatement` are Athena's StatementType and SubstatementType."""

    kind = "DDL"
    substatement = "DDL"


@dataclass(frozen=True)
class Query(Statement):
    sql: str
    kind = "DML"
    substatement = "SELECT"


@dataclass(frozen=True)
class Explain(Statement):
    sql: str
    kind = "DML"
    substatement = "EXPLAIN"


@dataclass(frozen=True)
class Unload(Statement):
    sql: str
    location: str
    properties: dict[str, str | list[str]]
    kind = "DML"
    substatement = "UNLOAD"


@dataclass(frozen=True)
class CreateTableAs(Statement):
    table: TableName
    sql: str
    properties: dict[str, str | list[str]]
    if_not_exists: bool
    with_data: bool
    # As Athena reports it: CTAS is a DDL statement whose result is a data manifest.
    substatement = "CREATE_TABLE_AS_SELECT"


@dataclass(frozen=True)
class Insert(Statement):
    table: TableName
    columns: tuple[str, ...]
    sql: str
    kind = "DML"
    substatement = "INSERT"


@dataclass(frozen=True)
class CreateView(Statement):
    table: TableName
    sql: str
    replace: bool
    substatement = "CREATE_VIEW"


@dataclass(frozen=True)
class ColumnDefinition:
    name: str
    type: str
    comment: str | None = None


@dataclass(frozen=True)
class CreateTable(Statement):
    """CREATE EXTERNAL TABLE; `serde` and the formats are class names, or shorthands such as `PARQUET`."""

    table: TableName
    columns: tuple[ColumnDefinition, ...]
    partitions: tuple[ColumnDefinition, ...] = ()
    location: str = ""
    comment: str | None = None
    serde: str | None = None
    serde_properties: dict[str, str] = field(default_factory=dict)
    stored_as: str = "TEXTFILE"
    input_format: str | None = None
    output_format: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    if_not_exists: bool = False
    substatement = "CREATE_TABLE"


@dataclass(frozen=True)
class Drop(Statement):
    what: str
    table: TableName
    if_exists: bool
    cascade: bool = False

    @property
    def substatement(self) -> str:  # type: ignore[override]
        return f"DROP_{self.what.upper()}"


@dataclass(frozen=True)
class CreateDatabase(Statement):
    name: str
    if_not_exists: bool
    comment: str | None = None
    location: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    substatement = "CREATE_DATABASE"


@dataclass(frozen=True)
class PartitionClause:
    values: tuple[tuple[str, str], ...]
    location: str | None = None


@dataclass(frozen=True)
class AlterPartitions(Statement):
    table: TableName
    add: bool
    lenient: bool
    partitions: tuple[PartitionClause, ...]
    substatement = "ALTER_TABLE"


@dataclass(frozen=True)
class AlterTable(Statement):
    """The other forms of ALTER TABLE: `action` is properties, location or columns."""

    table: TableName
    action: str
    properties: dict[str, str] = field(default_factory=dict)
    location: str = ""
    columns: tuple[ColumnDefinition, ...] = ()
    substatement = "ALTER_TABLE"


@dataclass(frozen=True)
class Repair(Statement):
    table: TableName
    substatement = "MSCK_REPAIR_TABLE"


@dataclass(frozen=True)
class Show(Statement):
    """SHOW and DESCRIBE.

    `what` is databases, tables, views, partitions, columns, create table, create view, tblproperties or describe.
    """

    what: str
    table: TableName
    pattern: str | None = None
    kind = "UTILITY"

    @property
    def substatement(self) -> str:  # type: ignore[override]
        return "DESCRIBE_TABLE" if self.what == "describe" else f"SHOW_{self.what.upper().replace(' ', '_')}"


@dataclass(frozen=True)
class Prepare(Statement):
    name: str
    sql: str
    substatement = "PREPARE"


@dataclass(frozen=True)
class Execute(Statement):
    name: str
    arguments: tuple[str, ...]
    kind = "DML"
    substatement = "EXECUTE"


@dataclass(frozen=True)
class Deallocate(Statement):
    name: str
    substatement = "DEALLOCATE"


@dataclass(frozen=True)
class Unsupported(Statement):
    """A statement of Athena that the laptop does not run; it fails when it starts."""

    error: NotSupportedOnLaptopError
    kind = "DML"
    substatement = "UNSUPPORTED"


NOT_ON_LAPTOP = ("merge", "update", "delete", "optimize", "vacuum", "grant", "revoke", "call", "analyze")


def only_statement(sql: str) -> str:
    """Return the text of the one statement, without a trailing semicolon and comments after it."""
    parts = list(tokens(sql))
    ends = [token for token in parts if token.matches(";")]
    if ends and ends[0] is not parts[-1]:
        raise QueryError("SYNTAX_ERROR", f"Only one sql statement is allowed. Got: {sql}")
    if not parts or (ends and len(parts) == 1):
        raise QueryError("SYNTAX_ERROR", "The statement is empty")
    last = parts[-2] if ends else parts[-1]
    return sql[: last.end]


def parse(sql: str, database: str) -> Statement:
    """Parse a statement.

    Parameters
    ----------
    sql
        One statement in Athena's dialect.
    database
        Database of the unqualified names.

    Raises
    ------
    QueryError
        If the text is no statement of Athena, or one that the laptop does not run.
    """
    from laptop.emulator.athena import ddl_parser  # noqa: PLC0415 (it builds the classes above)

    cursor = Cursor(only_statement(sql))
    head = cursor.peek()
    assert head is not None
    word = head.text.lower()
    if word in NOT_ON_LAPTOP:
        raise NotSupportedOnLaptopError(word.upper())
    if word in {"select", "with", "values", "table", "("}:
        return Query(cursor.sql)
    if word == "explain":
        cursor.take()
        if cursor.accept("analyze"):
            raise NotSupportedOnLaptopError("EXPLAIN ANALYZE")
        if (token := cursor.peek()) and token.matches("("):
            cursor.parenthesis()
        return Explain(cursor.rest())
    parser = ddl_parser.PARSERS.get(word)
    if parser is None:
        raise cursor.error(head.text)
    cursor.take()
    return parser(cursor, database)
