"""Columns of contracts that data sets are made of: what breaks if one is renamed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dashboards.check.columns import Known
from dashboards.check.definition import identifiers
from dashboards.check.scene import Board, Scene
from dashboards.contract_types import column_type
from dashboards.model import DataSet
from dashboards.nearest import suggestion


def missing_tables(scene: Scene) -> Iterator[str]:
    for data_set in scene.data_sets:
        for table in data_set.tables:
            if table not in scene.tables:
                proposal = suggestion(table, scene.tables)
                yield f"data set {data_set.name} reads table {table}, for which there is no contract{proposal}"


def missing_columns(scene: Scene) -> Iterator[str]:
    """One sentence for each column that a contract lacks, with everything that would break."""
    wanted = {source for data_set in scene.data_sets for column in data_set.columns for source in column.sources}
    for source in sorted(wanted - scene.sources.keys()):
        table, _, name = source.partition(".")
        if table not in scene.tables:
            # The table is named by the rule above.
            continue
        # A column that was renamed is one that nobody names yet.
        names = {column.name for column in scene.tables[table].columns}
        near = suggestion(name, {other for other in names if f"{table}.{other}" not in wanted} or names)
        yield f"contract {table} has no column {name}{near}; {_broken(scene, source)}"


def other_tables(scene: Scene) -> Iterator[str]:
    """Hold data sets to the contracts that they say they read: permissions go by that."""
    for data_set in scene.data_sets:
        for column in data_set.columns:
            for source in column.sources:
                table = source.partition(".")[0]
                if table not in data_set.tables:
                    yield (
                        f"data set {data_set.name}: column {column.name} is made of {source}, "
                        f"but the data set reads {', '.join(data_set.tables)}"
                    )


def types(scene: Scene) -> Iterator[str]:
    """Without SQL, a column has the type of the one that it takes."""
    for data_set in scene.data_sets:
        for column in data_set.columns if data_set.sql is None else ():
            found = scene.sources.get(column.sources[0]) if len(column.sources) == 1 else None
            expected = column_type(found.type) if found else None
            if found and column.type != expected:
                yield (
                    f"data set {data_set.name}: column {column.name} is {column.type}, but {column.sources[0]} is "
                    f"{found.type}; expected {expected or 'a type that QuickSight knows'}"
                )


def _broken(scene: Scene, source: str) -> str:
    data_sets = [data_set for data_set in scene.data_sets if _made_of(scene.columns[data_set.id], source)]
    named = "; ".join(
        f"data set {data_set.name} needs it for {', '.join(_made_of(scene.columns[data_set.id], source))}"
        + _row_access(data_set, _made_of(scene.columns[data_set.id], source))
        for data_set in data_sets
    )
    used = [text for board in scene.boards for text in _used(board, source)]
    return f"{named}; used by {'; '.join(used)}" if used else f"{named}; no dashboard uses it"


def _row_access(data_set: DataSet, columns: list[str]) -> str:
    by = sorted(set(data_set.row_access.columns) & set(columns)) if data_set.row_access else []
    return f" (and for its row-level security by {', '.join(by)})" if by else ""


def _made_of(columns: Mapping[str, Known], source: str) -> list[str]:
    return [name for name, known in columns.items() if source in known.sources]


def _used(board: Board, source: str) -> Iterator[str]:
    """Name the dashboard with its visuals, filters and controls that need a column of a contract."""

    def needs(node: object) -> bool:
        found: Iterator[Known | None] = (board.known(each) for each in identifiers(node))
        return any(known is not None and source in known.sources for known in found)

    named = [
        f"sheet {sheet.id}: {', '.join(visuals)}"
        for sheet in board.sheets
        if (visuals := [visual.id for visual in sheet.visuals if needs(visual.body)])
    ]
    filters = [str(body.get("FilterId")) for _, _, body in board.filters if needs(body)]
    controls = [control.id for control in board.controls if needs(control.body)]
    named += [f"{what} {', '.join(ids)}" for what, ids in (("filters", filters), ("controls", controls)) if ids]
    if named:
        yield f"{board.where} ({'; '.join(named)})"


RULES = (missing_tables, missing_columns, other_tables, types)
