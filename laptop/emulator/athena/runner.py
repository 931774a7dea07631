"""Runs one statement from its text to its files in S3."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from laptop.emulator.athena import ddl, engine, results, writes
from laptop.emulator.athena import statements as s
from laptop.emulator.athena.engine import Control
from laptop.emulator.athena.errors import QueryError
from laptop.emulator.athena.lexer import tokens
from laptop.emulator.athena.results import Encryption, ResultSet
from laptop.emulator.athena.types import hive_of, trino_of
from laptop.emulator.athena.values import text


@dataclass(frozen=True)
class Job:
    """A statement and its surroundings.

    Attributes
    ----------
    folder
        `s3://bucket/prefix/` for the result files.
    find_prepared
        Returns the SQL of a prepared statement, or raises QueryError.
    """

    query_id: str
    statement: s.Statement
    database: str
    folder: str
    encryption: Encryption
    parameters: Sequence[str] = ()
    find_prepared: Callable[[str], str] | None = None


@dataclass
class Outcome:
    """What a statement left: its result, rows written, and where the manifest is."""

    result: ResultSet = field(default_factory=ResultSet)
    update_count: int = 0
    manifest: str | None = None
    output_bytes: int = 0


def output_location(folder: str, query_id: str, statement: s.Statement) -> str:
    """Return the OutputLocation of a query."""
    if isinstance(statement, s.CreateTableAs):
        return f"{folder}tables/{query_id}"
    if isinstance(statement, s.Unload | s.Insert):
        return f"{folder}{query_id}"
    return f"{folder}{query_id}.csv" if statement.kind == "DML" else f"{folder}{query_id}.txt"


def bind_parameters(sql: str, parameters: Sequence[str]) -> str:
    """Put expressions in the place of the question marks.

    Raises
    ------
    QueryError
        If there are more or fewer question marks than parameters.
    """
    marks = [token for token in tokens(sql) if token.matches("?")]
    if len(marks) != len(parameters):
        message = f"Incorrect number of parameters: expected {len(marks)} but found {len(parameters)}"
        raise QueryError("INVALID_PARAMETER_USAGE", message)
    for mark, parameter in reversed(list(zip(marks, parameters, strict=True))):
        sql = sql[: mark.start] + parameter + sql[mark.end :]
    return sql


def run(job: Job, control: Control) -> Outcome:
    """Run a statement.

    Raises
    ------
    QueryError
        If it fails.
    QueryCancelledError
        If it was stopped, by a person or by a limit.
    """
    statement = job.statement
    if isinstance(statement, s.Unsupported):
        raise statement.error
    if isinstance(statement, s.Execute):
        sql = job.find_prepared(statement.name) if job.find_prepared else ""
        parameters = statement.arguments or job.parameters
        return _run_statement(job, s.parse(bind_parameters(sql, parameters), job.database), control)
    if job.parameters:
        if not isinstance(statement, s.Query | s.Explain | s.CreateTableAs | s.Insert | s.Unload):
            raise QueryError("INVALID_PARAMETER_USAGE", "only queries take execution parameters")
        statement = replace(statement, sql=bind_parameters(statement.sql, job.parameters))
    return _run_statement(job, statement, control)


def _run_statement(job: Job, statement: s.Statement, control: Control) -> Outcome:
    if isinstance(statement, s.Query):
        return _select(job, statement, control)
    if isinstance(statement, s.Explain):
        return _explain(job, statement, control)
    if isinstance(statement, s.CreateTableAs | s.Insert | s.Unload):
        return _write(job, statement, control)
    if isinstance(statement, s.CreateView):
        with engine.prepare(statement.sql, job.database, Control()) as prepared:
            relation = prepared.relation()
            columns = [
                (name.lower(), trino_of(kind), hive_of(kind))
                for name, kind in zip(relation.columns, relation.types, strict=True)
            ]
        ddl.create_view(statement, columns)
        return _utility(job, ResultSet(header=False))
    return _utility(job, _change_catalog(statement))


def _change_catalog(statement: s.Statement) -> ResultSet:
    if isinstance(statement, s.Show):
        columns, rows = ddl.show(statement)
        return ResultSet(columns, ["varchar"] * len(columns), list(rows), header=False)
    if isinstance(statement, s.Repair):
        return ResultSet(["result"], ["varchar"], list(ddl.repair(statement)), header=False)
    actions: dict[type, Callable[..., None]] = {
        s.CreateDatabase: ddl.create_database,
        s.CreateTable: ddl.create_table,
        s.Drop: ddl.drop,
        s.AlterPartitions: ddl.alter_partitions,
        s.AlterTable: ddl.alter_table,
    }
    actions[type(statement)](statement)
    return ResultSet(header=False)


def _select(job: Job, statement: s.Query, control: Control) -> Outcome:
    with engine.prepare(statement.sql, job.database, control) as prepared:
        relation = prepared.relation()
        cursor = prepared.execute(prepared.rows_sql(relation))
        rows = [[text(value) for value in row] for row in prepared.rows(cursor)]
        result = ResultSet(list(relation.columns), [trino_of(kind) for kind in relation.types], list(rows))
    content = results.csv_bytes(result)
    location = output_location(job.folder, job.query_id, statement)
    results.put(location, content, job.encryption)
    results.put(f"{location}.metadata", b"", job.encryption)
    return Outcome(result, output_bytes=len(content))


def _explain(job: Job, statement: s.Explain, control: Control) -> Outcome:
    """Show DuckDB's plan, after Athena's checks of the query."""
    with engine.prepare(statement.sql, job.database, Control()) as prepared:
        plan = prepared.rows(prepared.execute(f"EXPLAIN {prepared.sql}"))[0][1]
    result = ResultSet(["Query Plan"], ["varchar"], [[line] for line in plan.splitlines()])
    results.put(output_location(job.folder, job.query_id, statement), results.csv_bytes(result), job.encryption)
    return Outcome(result)


def _utility(job: Job, result: ResultSet) -> Outcome:
    content = results.text_bytes(result)
    location = f"{job.folder}{job.query_id}.txt"
    results.put(location, content, job.encryption)
    results.put(f"{location}.metadata", b"", job.encryption)
    return Outcome(result, output_bytes=len(content))


def _write(job: Job, statement: s.CreateTableAs | s.Insert | s.Unload, control: Control) -> Outcome:
    with engine.prepare(statement.sql, job.database, control) as prepared:
        location = output_location(job.folder, job.query_id, statement)
        if isinstance(statement, s.CreateTableAs):
            written = writes.create_table_as(statement, prepared, location, job.encryption)
        elif isinstance(statement, s.Insert):
            written = writes.insert(statement, prepared, job.encryption)
        else:
            written = writes.unload(statement, prepared, job.encryption)
    manifest = f"{location}-manifest.csv"
    results.put(manifest, results.manifest_bytes(written.uris), job.encryption)
    if isinstance(statement, s.Unload):
        results.put(f"{location}.metadata", b"", job.encryption)
    return Outcome(ResultSet(["rows"], ["bigint"], header=False), written.rows, manifest)
