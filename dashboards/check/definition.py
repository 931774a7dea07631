"""The parts of a definition that the rules look at: sheets, visuals, fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Json = Mapping[str, Any]


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
        )

    @cached_property
    def uses(self) -> frozenset[tuple[str, str]]:
        """Data set and name of all columns that occur in it."""
        return frozenset(
            (str(found.get("DataSetIdentifier", "")), str(found["ColumnName"])) for found in identifiers(self.body)
        )


@dataclass(frozen=True)
class Sheet:
    body: Json
    where: str
    visuals: tuple[Visual, ...]

    @property
    def id(self) -> str:
        return str(self.body.get("SheetId", ""))


def read_sheet(body: Json, board: str) -> Sheet:
    """Read a sheet of a dashboard."""
    where = f"{board}, sheet {body.get('SheetId', '')}"
    visuals = (
        Visual(kind, visual, f"{where}, visual {visual.get('VisualId', '')}")
        for kind, visual in members(body.get("Visuals", ()))
    )
    return Sheet(body, where, tuple(visuals))


def identifiers(node: object) -> Iterator[Json]:
    """Give every ColumnIdentifier in a part of a definition."""
    for found in objects(node):
        if "ColumnName" in found:
            yield found


def objects(node: object) -> Iterator[Json]:
    """Give every object in a part of a definition."""
    rest = [node]
    while rest:
        part = rest.pop()
        if isinstance(part, dict):
            yield part
            rest.extend(part.values())
        elif isinstance(part, list | tuple):
            rest.extend(part)


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
                if "FieldId" in item:
                    yield Field(name, "UnaggregatedField", item)
                else:
                    yield from (Field(name, kind, body) for kind, body in item.items())
