"""Parsers of everything that is not a plain query. Each starts after the first word of the statement.

Grammar: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

from __future__ import annotations

from collections.abc import Callable

from laptop.emulator.athena import statements as s
from laptop.emulator.athena.errors import NotSupportedOnLaptopError, QueryError
from laptop.emulator.athena.lexer import Cursor

# Clauses of ROW FORMAT DELIMITED and the serde properties that they set.
_DELIMITED = {
    ("fields", "terminated", "by"): "field.delim",
    ("escaped", "by"): "escape.delim",
    ("collection", "items", "terminated", "by"): "collection.delim",
    ("map", "keys", "terminated", "by"): "mapkey.delim",
    ("lines", "terminated", "by"): "line.delim",
    ("null", "defined", "as"): "serialization.null.format",
}
_LAZY_SIMPLE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}


def _create(cursor: Cursor, database: str) -> s.Statement:
    replace = cursor.accept("or", "replace")
    protected = cursor.accept("protected", "multi", "dialect")
    if cursor.accept("view"):
        if protected:
            raise NotSupportedOnLaptopError("CREATE PROTECTED MULTI DIALECT VIEW")
        table = cursor.table(database)
        cursor.expect("as")
        return s.CreateView(table, cursor.rest(), replace)
    if cursor.accept("database") or cursor.accept("schema"):
        return _create_database(cursor)
    if cursor.accept("external", "table"):
        return _create_external(cursor, database)
    cursor.expect("table")
    lenient = cursor.accept("if", "not", "exists")
    table = cursor.table(database)
    if (token := cursor.peek()) and token.matches("("):
        # Athena creates a managed table only as an Iceberg table.
        raise NotSupportedOnLaptopError("CREATE TABLE of an Iceberg table")
    properties = _with(cursor)
    cursor.expect("as")
    sql, with_data = _with_data(cursor.rest())
    return s.CreateTableAs(table, sql, properties, lenient, with_data)


def _with_data(sql: str) -> tuple[str, bool]:
    """Split `WITH [NO] DATA` off the end of the query of a CTAS."""
    words = sql.split()
    tail = [word.lower() for word in words[-3:]]
    if tail == ["with", "no", "data"]:
        return sql[: sql.lower().rindex("with")], False
    if tail[-2:] == ["with", "data"]:
        return sql[: sql.lower().rindex("with")], True
    return sql, True


def _with(cursor: Cursor) -> dict[str, str | list[str]]:
    """Read `WITH (name = 'value', name = ARRAY['a', 'b'], ...)`, if it comes next."""
    properties: dict[str, str | list[str]] = {}
    if not cursor.accept("with"):
        return properties
    cursor.expect("(")
    while True:
        name = cursor.name()
        cursor.expect("=")
        if cursor.accept("array"):
            cursor.expect("[")
            values: list[str] = []
            while not cursor.accept("]"):
                values.append(cursor.string())
                cursor.accept(",")
            properties[name] = values
        else:
            properties[name] = cursor.take().text
        if cursor.accept(")"):
            return properties
        cursor.expect(",")


def _create_database(cursor: Cursor) -> s.Statement:
    lenient = cursor.accept("if", "not", "exists")
    name = cursor.name()
    comment = cursor.string() if cursor.accept("comment") else None
    location = cursor.string() if cursor.accept("location") else None
    properties = _properties(cursor) if cursor.accept("with", "dbproperties") else {}
    cursor.finish()
    return s.CreateDatabase(name, lenient, comment, location, properties)


def _create_external(cursor: Cursor, database: str) -> s.Statement:
    lenient = cursor.accept("if", "not", "exists")
    table = cursor.table(database)
    cursor.expect("(")
    columns = _columns(cursor)
    parts: dict[str, object] = {}
    while not cursor.done:
        _external_clause(cursor, parts)
    if "location" not in parts:
        raise QueryError("SYNTAX_ERROR", "CREATE EXTERNAL TABLE needs a LOCATION")
    if str(parts.get("properties", "")).lower().find("iceberg") >= 0:
        raise NotSupportedOnLaptopError("CREATE TABLE of an Iceberg table")
    return s.CreateTable(table, columns, if_not_exists=lenient, **parts)  # type: ignore[arg-type]


def _external_clause(cursor: Cursor, parts: dict[str, object]) -> None:
    if cursor.accept("comment"):
        parts["comment"] = cursor.string()
    elif cursor.accept("partitioned", "by"):
        cursor.expect("(")
        parts["partitions"] = _columns(cursor)
    elif cursor.accept("row", "format", "serde"):
        parts["serde"] = cursor.string()
    elif cursor.accept("with", "serdeproperties"):
        parts["serde_properties"] = _properties(cursor)
    elif cursor.accept("row", "format", "delimited"):
        parts["serde"] = _LAZY_SIMPLE
        parts["serde_properties"] = _delimited(cursor)
    elif cursor.accept("stored", "as", "inputformat"):
        parts["input_format"] = cursor.string()
        cursor.expect("outputformat")
        parts["output_format"] = cursor.string()
    elif cursor.accept("stored", "as"):
        parts["stored_as"] = cursor.name().upper()
    elif cursor.accept("location"):
        parts["location"] = cursor.string()
    elif cursor.accept("tblproperties"):
        parts["properties"] = _properties(cursor)
    elif (token := cursor.peek()) and token.matches("clustered"):
        raise NotSupportedOnLaptopError("CLUSTERED BY")
    else:
        raise cursor.error(cursor.take().text)


def _delimited(cursor: Cursor) -> dict[str, str]:
    properties: dict[str, str] = {}
    found = True
    while found:
        found = False
        for words, name in _DELIMITED.items():
            if cursor.accept(*words):
                value = cursor.string()
                properties[name] = _ESCAPES.get(value, value)
                found = True
    if "field.delim" in properties:
        properties["serialization.format"] = properties["field.delim"]
    return properties


def _columns(cursor: Cursor) -> tuple[s.ColumnDefinition, ...]:
    """Read column definitions up to the closing parenthesis."""
    columns: list[s.ColumnDefinition] = []
    while True:
        name = cursor.name()
        kind = _type(cursor)
        comment = cursor.string() if cursor.accept("comment") else None
        columns.append(s.ColumnDefinition(name, kind, comment))
        if cursor.accept(")"):
            return tuple(columns)
        cursor.expect(",")


def _type(cursor: Cursor) -> str:
    """Read a Hive type: everything up to a comma or parenthesis outside of brackets, or a comment."""
    start = cursor.take()
    end, depth = start.end, 0
    while (token := cursor.peek()) is not None:
        if depth == 0 and (token.kind == "string" or token.text.lower() in {",", ")", "comment"}):
            break
        depth += token.text in {"(", "<"}
        depth -= token.text in {")", ">"}
        end = cursor.take().end
    return "".join(cursor.sql[start.start : end].split()).replace("`", "").lower()


def _properties(cursor: Cursor) -> dict[str, str]:
    """Read `('name' = 'value', ...)`."""
    properties: dict[str, str] = {}
    cursor.expect("(")
    while not cursor.accept(")"):
        name = cursor.string()
        cursor.expect("=")
        properties[name] = cursor.take().text
        cursor.accept(",")
    return properties


def _drop(cursor: Cursor, database: str) -> s.Statement:
    what = cursor.name()
    if what not in {"table", "view", "database", "schema"}:
        raise cursor.error(what, "TABLE, VIEW or DATABASE")
    what = "database" if what == "schema" else what
    lenient = cursor.accept("if", "exists")
    table = ("", cursor.name()) if what == "database" else cursor.table(database)
    cascade = cursor.accept("cascade")
    cursor.accept("restrict")
    cursor.finish()
    return s.Drop(what, table, lenient, cascade)


def _alter(cursor: Cursor, database: str) -> s.Statement:
    cursor.expect("table")
    table = cursor.table(database)
    if cursor.accept("set", "tblproperties"):
        return s.AlterTable(table, "properties", properties=_properties(cursor))
    if cursor.accept("set", "location"):
        return s.AlterTable(table, "location", location=cursor.string())
    if cursor.accept("add", "columns") or cursor.accept("replace", "columns"):
        adding = "add columns" in cursor.sql.lower()
        cursor.expect("(")
        return s.AlterTable(table, "add columns" if adding else "replace columns", columns=_columns(cursor))
    add = cursor.accept("add")
    if not add:
        cursor.expect("drop")
    lenient = cursor.accept("if", "not", "exists") if add else cursor.accept("if", "exists")
    clauses = []
    while cursor.accept("partition"):
        clauses.append(_partition(cursor))
        cursor.accept(",")
    cursor.finish()
    if not clauses:
        raise cursor.error("<EOF>", "PARTITION")
    return s.AlterPartitions(table, add, lenient, tuple(clauses))


def _partition(cursor: Cursor) -> s.PartitionClause:
    cursor.expect("(")
    values: list[tuple[str, str]] = []
    while not cursor.accept(")"):
        name = cursor.name()
        cursor.expect("=")
        values.append((name, cursor.take().text))
        cursor.accept(",")
    location = cursor.string() if cursor.accept("location") else None
    return s.PartitionClause(tuple(values), location)


def _repair(cursor: Cursor, database: str) -> s.Statement:
    cursor.expect("repair", "table")
    table = cursor.table(database)
    cursor.finish()
    return s.Repair(table)


def _show(cursor: Cursor, database: str) -> s.Statement:
    what = cursor.name()
    if what == "create":
        what = f"create {cursor.name()}"
    if what == "schemas":
        what = "databases"
    if what in {"databases", "tables", "views"}:
        if what != "databases" and (cursor.accept("in") or cursor.accept("from")):
            database = cursor.name()
        cursor.accept("like")
        pattern = cursor.string() if not cursor.done else None
        cursor.finish()
        return s.Show(what, (database, ""), pattern)
    if what not in {"partitions", "columns", "create table", "create view", "tblproperties"}:
        raise cursor.error(what)
    if what == "columns" and not cursor.accept("in"):
        cursor.expect("from")
    table = cursor.table(database)
    if what == "columns" and (cursor.accept("in") or cursor.accept("from")):
        table = (cursor.name(), table[1])
    pattern = cursor.parenthesis().strip().strip("'\"") if what == "tblproperties" and not cursor.done else None
    cursor.finish()
    return s.Show(what, table, pattern)


def _describe(cursor: Cursor, database: str) -> s.Statement:
    if cursor.accept("extended") or cursor.accept("formatted"):
        raise NotSupportedOnLaptopError("DESCRIBE EXTENDED or FORMATTED")
    table = cursor.table(database)
    cursor.finish()
    return s.Show("describe", table)


def _insert(cursor: Cursor, database: str) -> s.Statement:
    cursor.expect("into")
    table = cursor.table(database)
    columns: tuple[str, ...] = ()
    following = cursor.peek(1)
    if (token := cursor.peek()) and token.matches("(") and following and not following.matches("select"):
        inner = Cursor(cursor.parenthesis())
        names = [inner.name()]
        while inner.accept(","):
            names.append(inner.name())
        inner.finish()
        columns = tuple(names)
    return s.Insert(table, columns, cursor.rest())


def _unload(cursor: Cursor, database: str) -> s.Statement:
    sql = cursor.parenthesis()
    cursor.expect("to")
    location = cursor.string()
    properties = _with(cursor)
    cursor.finish()
    if "format" not in properties:
        raise QueryError("SYNTAX_ERROR", "UNLOAD needs WITH (format = ...)")
    return s.Unload(sql, location, properties)


def _prepare(cursor: Cursor, database: str) -> s.Statement:
    name = cursor.name()
    cursor.expect("from")
    return s.Prepare(name, cursor.rest())


def _execute(cursor: Cursor, database: str) -> s.Statement:
    name = cursor.name()
    if cursor.done:
        return s.Execute(name, ())
    cursor.expect("using")
    return s.Execute(name, split_arguments(cursor.rest()))


def split_arguments(sql: str) -> tuple[str, ...]:
    """Split a list of expressions at its outer commas."""
    cursor, start, depth = Cursor(sql), 0, 0
    arguments: list[str] = []
    while not cursor.done:
        token = cursor.take()
        depth += token.text in {"(", "["} and token.kind == "punctuation"
        depth -= token.text in {")", "]"} and token.kind == "punctuation"
        if depth == 0 and token.matches(","):
            arguments.append(sql[start : token.start].strip())
            start = token.end
    return (*arguments, sql[start:].strip())


def _deallocate(cursor: Cursor, database: str) -> s.Statement:
    cursor.expect("prepare")
    name = cursor.name()
    cursor.finish()
    return s.Deallocate(name)


PARSERS: dict[str, Callable[[Cursor, str], s.Statement]] = {
    "alter": _alter,
    "create": _create,
    "deallocate": _deallocate,
    "desc": _describe,
    "describe": _describe,
    "drop": _drop,
    "execute": _execute,
    "insert": _insert,
    "msck": _repair,
    "prepare": _prepare,
    "show": _show,
    "unload": _unload,
}
