"""The types of the members that the other rules read.

Schemas know all members, but cfn-lint comes after the synthesis; without these, a rule would stumble over the first
text that should be a list, and say nothing of where it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from dashboards.model import Collection
from dashboards.walk import objects

_LISTS = frozenset(
    {
        "Actions",
        "CalculatedFields",
        "ColumnConfigurations",
        "Computations",
        "Elements",
        "FilterControls",
        "FilterGroups",
        "Filters",
        "Images",
        "Layouts",
        "ParameterControls",
        "ParameterDeclarations",
        "SheetControlLayouts",
        "SheetVisualScopingConfigurations",
        "Sheets",
        "TextBoxes",
        "Visuals",
    }
)
_LISTS_OF_TEXT = frozenset({"TargetVisuals", "VisualIds"})
_OBJECTS = frozenset(
    {
        "ChartConfiguration",
        "Column",
        "Configuration",
        "CustomNarrative",
        "DefaultValues",
        "FieldWells",
        "GridLayout",
        "InsightConfiguration",
        "ScopeConfiguration",
        "SelectableValues",
        "SelectedSheets",
        "Time",
        "ValueWhenUnset",
    }
)
_OBJECT_ENDS = ("AggregatedFieldWells", "DimensionField", "MeasureField", "ParameterDeclaration")
_NUMBERS = frozenset(
    {
        "ColumnIndex",
        "ColumnSpan",
        "MaximumValue",
        "MinimumValue",
        "RowIndex",
        "RowSpan",
        "StepSize",
    }
)
_TEXTS = frozenset(
    {
        "ColumnName",
        "ComputationId",
        "CustomActionId",
        "DataSetIdentifier",
        "DateGranularity",
        "DestinationParameterName",
        "ElementId",
        "Expression",
        "FieldId",
        "FilterControlId",
        "FilterGroupId",
        "FilterId",
        "Name",
        "Narrative",
        "ParameterControlId",
        "ParameterName",
        "ParameterValueType",
        "Scope",
        "SheetId",
        "SheetImageId",
        "SheetTextBoxId",
        "SourceField",
        "SourceFilterId",
        "SourceParameterName",
        "TargetSheetId",
        "VisualId",
    }
)


def wrong_types(collection: Collection) -> Iterator[str]:
    """Say what is of another type than the API takes, before anything reads it."""
    for dashboard in collection.dashboards:
        for found in objects(dict(dashboard.definition)):
            for member, value in found.items():
                expected = _expected(member, value) or _in_wells(member, value)
                if expected:
                    yield f"dashboard {dashboard.name}: {member} must be {expected}; got {value!r:.60}"


def _expected(member: str, value: object) -> str:
    if member in _LISTS and not _lists(value, dict):
        return "a list of objects"
    if member in _LISTS_OF_TEXT and not _lists(value, str):
        return "a list of texts"
    if (member in _OBJECTS or member.endswith(_OBJECT_ENDS)) and not isinstance(value, dict):
        return "an object"
    if member in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
        return "a number"
    return "a text" if member in _TEXTS and not isinstance(value, str) else ""


def _in_wells(member: str, value: object) -> str:
    """Look into the wells of a visual, whose names are many."""
    wells = value.values() if member.endswith("FieldWells") and isinstance(value, dict) else ()
    whole = all(isinstance(well, dict) or _lists(well, dict) for well in wells)
    return "" if whole else "wells with lists of fields"


def _lists(value: object, kind: type) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, kind) for item in value)
