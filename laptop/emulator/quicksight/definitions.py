"""What of a dashboard's definition refers to something that is not there. Pure.

Only what needs the data sets is checked here: the API's model says the rest. The types are those of
`DashboardErrorType`; a dashboard with errors has the status CREATION_FAILED. A column that is not there has no type of
its own in that list: it is COLUMN_REPLACEMENT_MISSING.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from laptop.emulator.quicksight import expressions
from laptop.emulator.quicksight.expressions import ExpressionError
from laptop.emulator.quicksight.typed_sql import DATETIME, NUMBERS, STRING
from laptop.emulator.registry import Json

# Name of a column -> its type.
Columns = Mapping[str, str]

# Fields of wells that need a type.
_FIELD_TYPES: dict[str, frozenset[str]] = {
    "NumericalMeasureField": NUMBERS,
    "NumericalDimensionField": NUMBERS,
    "DateDimensionField": frozenset({DATETIME}),
    "DateMeasureField": frozenset({DATETIME}),
    "CategoricalDimensionField": frozenset({STRING}),
}


def errors(definition: Json, data_sets: Mapping[str, Columns | None]) -> list[Json]:
    """Return what is wrong with a definition, as `DashboardError`s.

    Parameters
    ----------
    data_sets
        Columns of the data sets by the identifiers that the definition declares; None for one that does not exist.
    """
    found = [
        _error("DATA_SET_NOT_FOUND", f"data set {identifier} must exist", "DataSetIdentifierDeclarations")
        for identifier, columns in data_sets.items()
        if columns is None
    ]
    known = {identifier: dict(columns or {}) for identifier, columns in data_sets.items()}
    for field in definition.get("CalculatedFields") or []:
        # Its type is known to QuickSight only; it fits everywhere here.
        known.get(field["DataSetIdentifier"], {})[field["Name"]] = ""
    missing = {identifier for identifier, columns in data_sets.items() if columns is None}
    found += _calculated(definition, known, missing)
    found += _references(definition, known, missing)
    found += _parameters(definition)
    return found


def _error(kind: str, message: str, path: str) -> Json:
    return {"Type": kind, "Message": message, "ViolatedEntities": [{"Path": path}]}


def _calculated(definition: Json, known: Mapping[str, Columns], missing: set[str]) -> Iterator[Json]:
    for number, field in enumerate(definition.get("CalculatedFields") or []):
        path, identifier = f"CalculatedFields/{number}", field["DataSetIdentifier"]
        try:
            tree = expressions.parse(field["Expression"])
        except ExpressionError as error:
            yield _error("PARAMETER_VALUE_INCOMPATIBLE", f"calculated field {field['Name']}: {error}", path)
            continue
        if identifier not in known:
            yield _error("DATA_SET_NOT_FOUND", f"{path} must use a data set that is declared; got {identifier}", path)
        elif identifier not in missing:
            for name in sorted(expressions.columns(tree) - known[identifier].keys()):
                message = f"calculated field {field['Name']} must use columns of {identifier}; got {name}"
                yield _error("COLUMN_REPLACEMENT_MISSING", message, path)


def _references(definition: Json, known: Mapping[str, Columns], missing: set[str]) -> Iterator[Json]:
    for path, field, column in _columns(definition, "", ""):
        identifier, name = column["DataSetIdentifier"], column["ColumnName"]
        if identifier in missing:
            continue
        if identifier not in known:
            yield _error("DATA_SET_NOT_FOUND", f"{path} must use a data set that is declared; got {identifier}", path)
        elif name not in known[identifier]:
            yield _error("COLUMN_REPLACEMENT_MISSING", f"{path} must use a column of {identifier}; got {name}", path)
        elif field in _FIELD_TYPES and known[identifier][name] not in {"", *_FIELD_TYPES[field]}:
            expected = " or ".join(sorted(_FIELD_TYPES[field]))
            message = f"{path} must have a column of type {expected}; got {name} of type {known[identifier][name]}"
            yield _error("COLUMN_TYPE_MISMATCH", message, path)


def _columns(part: Any, path: str, field: str) -> Iterator[tuple[str, str, Json]]:
    """Yield each reference to a column: where, in what kind of field, and the reference."""
    if isinstance(part, list):
        for number, item in enumerate(part):
            yield from _columns(item, f"{path}/{number}", field)
    elif isinstance(part, dict):
        if part.keys() >= {"DataSetIdentifier", "ColumnName"}:
            yield path, field, part
        for name, value in part.items():
            inner = name if name in _FIELD_TYPES else ("" if name != "Column" else field)
            yield from _columns(value, f"{path}/{name}".lstrip("/"), inner)


def _parameters(definition: Json) -> Iterator[Json]:
    declared = {
        body["Name"] for declaration in definition.get("ParameterDeclarations") or [] for body in declaration.values()
    }
    for path, name in [*_uses(definition, ""), *_uses_of_expressions(definition)]:
        if name not in declared:
            yield _error("PARAMETER_NOT_FOUND", f"{path} must use a parameter that is declared; got {name}", path)


def _uses_of_expressions(definition: Json) -> Iterator[tuple[str, str]]:
    for number, field in enumerate(definition.get("CalculatedFields") or []):
        # What cannot be parsed has an error already.
        with contextlib.suppress(ExpressionError):
            for name in sorted(expressions.parameters(expressions.parse(field["Expression"]))):
                yield f"CalculatedFields/{number}", name


def _uses(part: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, list):
        for number, item in enumerate(part):
            yield from _uses(item, f"{path}/{number}")
    elif isinstance(part, dict):
        for name, value in part.items():
            here = f"{path}/{name}".lstrip("/")
            if name in {"SourceParameterName", "ParameterName", "DestinationParameterName"} and isinstance(value, str):
                yield here, value
            else:
                yield from _uses(value, here)
