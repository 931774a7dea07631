"""A whole definition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.definition.filters import FilterGroup
from dashboards.definition.parameters import Parameter
from dashboards.model import Definition


def calculated(data_set: str, name: str, expression: str) -> dict[str, str]:
    """Make a calculated field of the definition; unlike one of a data set, it may aggregate.

    Parameters
    ----------
    expression
        In QuickSight's language; columns and calculated fields as `{name}`, parameters as `${name}`.
    """
    return {"DataSetIdentifier": data_set, "Name": name, "Expression": expression}


def document(
    *,
    sheets: Sequence[dict[str, Any]],
    parameters: Sequence[Parameter] = (),
    filters: Sequence[FilterGroup] = (),
    calculations: Sequence[dict[str, str]] = (),
) -> Definition:
    """Put a definition together; the stack adds which data sets its identifiers mean."""
    return {
        "ParameterDeclarations": [parameter.declaration for parameter in parameters],
        "CalculatedFields": list(calculations),
        "FilterGroups": list(filters),
        "Sheets": list(sheets),
        "Options": {"WeekStart": "MONDAY"},
    }
