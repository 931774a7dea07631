"""The parts of a definition that the rules look at: sheets, visuals, fields, controls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from dashboards.walk import Json, objects

# What of a sheet is read as a part of its own.
_READ = frozenset({"Visuals", "ParameterControls", "FilterControls"})


@dataclass(frozen=True)
class Field:
    """A field in a well of a visual, or in a computation of an insight.

    Attributes
    ----------
    well
        Name of the well, or of the computation and its member.
    kind
        Name of the member of the union: NumericalMeasureField ...; UnaggregatedField in a table of single rows.
    """

    well: str
    kind: str
    body: Json

    @property
    def id(self) -> str:
        return str(self.body.get("FieldId", ""))

    @property
    def column(self) -> Json:
        found: Json = self.body.get("Column", {})
        return found


@dataclass(frozen=True)
class Visual:
    """A visual; `kind` is its member of the union: BarChartVisual ..."""

    kind: str
    body: Json
    where: str

    @property
    def id(self) -> str:
        return str(self.body.get("VisualId", ""))

    @property
    def configuration(self) -> Json:
        found: Json = self.body.get(
            "InsightConfiguration" if self.kind == "InsightVisual" else "ChartConfiguration", {}
        )
        return found

    @cached_property
    def computations(self) -> tuple[tuple[str, Json], ...]:
        """Kind and body of the computations of an insight."""
        return tuple(members(self.configuration.get("Computations", ())))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        wells = tuple(_fields(self.configuration.get("FieldWells", {})))
        return wells + tuple(
            Field(f"{body.get('ComputationId', '')}.{member}", kind, field)
            for _, body in self.computations
            for member, value in body.items()
            if isinstance(value, dict)
            for kind, field in value.items()
            if isinstance(field, dict)
        )

    @cached_property
    def uses(self) -> frozenset[tuple[str, str]]:
        """Data set and name of all columns that occur in it."""
        return frozenset(
            (str(found.get("DataSetIdentifier", "")), str(found["ColumnName"])) for found in identifiers(self.body)
        )


@dataclass(frozen=True)
class Control:
    """A control of a sheet; `kind` is its member of the union: Dropdown ..."""

    sets: Literal["parameter", "filter"]
    kind: str
    body: Json
    sheet: str

    @property
    def id(self) -> str:
        return str(self.body.get(f"{self.sets.title()}ControlId"))

    @property
    def source(self) -> str:
        """Name of the parameter, or id of the filter, that it sets."""
        return str(self.body.get("SourceParameterName" if self.sets == "parameter" else "SourceFilterId"))

    @property
    def where(self) -> str:
        return f"{self.sheet}, control {self.id}"


@dataclass(frozen=True)
class Sheet:
    body: Json
    where: str
    visuals: tuple[Visual, ...]
    controls: tuple[Control, ...]

    @property
    def id(self) -> str:
        return str(self.body.get("SheetId", ""))


@dataclass(frozen=True)
class Part:
    """A part of a definition that may name other things; a `sheet` is what is on it besides visuals and controls."""

    kind: Literal["visual", "control", "sheet", "filter group", "calculated field", "parameter", "column"]
    where: str
    body: Json

    @cached_property
    def objects(self) -> tuple[Json, ...]:
        """All objects in it: many rules look at them."""
        return tuple(objects(self.body))

    @property
    def identifiers(self) -> Iterator[Json]:
        """Every ColumnIdentifier in it."""
        return _identifiers(self.objects)


def read_sheet(body: Json, board: str) -> Sheet:
    """Read a sheet of a dashboard."""
    where = f"{board}, sheet {body.get('SheetId', '')}"
    visuals = (
        Visual(kind, visual, f"{where}, visual {visual.get('VisualId', '')}")
        for kind, visual in members(body.get("Visuals", ()))
    )
    parameters = members(body.get("ParameterControls", ()))
    filters = members(body.get("FilterControls", ()))
    controls = (
        *(Control("parameter", kind, control, where) for kind, control in parameters),
        *(Control("filter", kind, control, where) for kind, control in filters),
    )
    return Sheet(body, where, tuple(visuals), controls)


def read_parts(definition: Json, sheets: Iterable[Sheet], board: str) -> Iterator[Part]:
    """Give every part of a definition, each with where it is."""
    for sheet in sheets:
        yield from (Part("visual", visual.where, visual.body) for visual in sheet.visuals)
        yield from (Part("control", control.where, control.body) for control in sheet.controls)
        yield Part("sheet", sheet.where, {key: value for key, value in sheet.body.items() if key not in _READ})
    for group in definition.get("FilterGroups", ()):
        yield Part("filter group", f"{board}, filter group {group.get('FilterGroupId')}", group)
    for entry in definition.get("CalculatedFields", ()):
        yield Part("calculated field", f"{board}, calculated field {entry.get('Name')}", entry)
    for entry in definition.get("ParameterDeclarations", ()):
        names = (str(body.get("Name")) for _, body in members([entry]))
        yield Part("parameter", f"{board}, parameter {', '.join(names)}", entry)
    for entry in definition.get("ColumnConfigurations", ()):
        yield Part("column", f"{board}, a configuration of columns", entry)


def identifiers(node: object) -> Iterator[Json]:
    """Give every ColumnIdentifier in a piece of a definition."""
    return _identifiers(objects(node))


def _identifiers(found: Iterable[Json]) -> Iterator[Json]:
    return (each for each in found if "ColumnName" in each)


def members(unions: Iterable[Json]) -> Iterator[tuple[str, Json]]:
    """Give the member of each union; if one has several, the first."""
    for union in unions:
        for kind, body in union.items():
            if isinstance(body, dict):
                yield kind, body
                break


def _fields(wells: Json) -> Iterator[Field]:
    for name, value in wells.items():
        if isinstance(value, dict):
            yield from _fields(value)
        elif isinstance(value, list | tuple):
            for item in value:
                # What is no field at all is for schemas to name.
                if isinstance(item, dict) and "FieldId" in item:
                    yield Field(name, "UnaggregatedField", item)
                elif isinstance(item, dict):
                    yield from (Field(name, kind, body) for kind, body in item.items() if isinstance(body, dict))
