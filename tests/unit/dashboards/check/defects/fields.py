"""Fields of visuals, and their wells."""

from typing import Any

from tests.unit.dashboards.check.defects.defect import Defect, column, first, put, wells
from tests.unit.dashboards.check.draft import Draft, Json


def replace_first(union_of: list[Json], **union: Any) -> None:
    union_of[0] = union


def aggregate_as_dimension(draft: Draft) -> None:
    field = first(draft.fields("CategoricalDimensionField", visual="PieChartVisual"))
    (calculated,) = [
        entry["Name"]
        for entry in draft.definitions["orders"]["CalculatedFields"]
        if entry["DataSetIdentifier"] == "lake-orders"
    ]
    category = wells(draft, "PieChartVisual")["Category"]
    replace_first(
        category, NumericalDimensionField={"FieldId": field["FieldId"], "Column": column("lake-orders", calculated)}
    )


def aggregate_twice(draft: Draft) -> None:
    fields = (field for field in draft.fields("NumericalMeasureField") if "AggregationFunction" not in field)
    put(first(fields), AggregationFunction={"SimpleNumericalAggregation": "SUM"})


def nowhere(draft: Draft) -> None:
    for given in draft.data_sets["flights"].columns:
        if given.geographic_role:
            draft.column("flights", given.name, geographic_role=None)


DEFECTS = (
    Defect(
        "a measure on text",
        "fields.types",
        ("segment in Values is STRING", "a NumericalMeasureField takes INTEGER"),
        lambda draft: put(
            first(draft.fields("NumericalMeasureField", visual="LineChartVisual")),
            Column=column("lake-orders", "segment"),
        ),
    ),
    Defect(
        "a date that is no date",
        "fields.types",
        ("amount in Category is DECIMAL", "a DateDimensionField takes DATETIME"),
        lambda draft: put(
            first(draft.fields("DateDimensionField", visual="LineChartVisual")), Column=column("lake-orders", "amount")
        ),
    ),
    Defect(
        "hours of a date",
        "fields.granularities",
        ("order_date in Category has no time of the day", "HOUR"),
        lambda draft: put(first(draft.fields("DateDimensionField", visual="LineChartVisual")), DateGranularity="HOUR"),
    ),
    Defect(
        "text that is summed up",
        "fields.aggregations",
        ("can be COUNT or DISTINCT_COUNT; got MAX",),
        lambda draft: put(
            first(draft.fields("CategoricalMeasureField", visual="PieChartVisual")), AggregationFunction="MAX"
        ),
    ),
    Defect(
        "a measure without aggregation",
        "fields.aggregations",
        ("is of each row and needs an AggregationFunction",),
        lambda draft: first(draft.fields("NumericalMeasureField", visual="LineChartVisual")).pop("AggregationFunction"),
    ),
    Defect("an aggregate that is aggregated", "fields.aggregations", ("aggregated already",), aggregate_twice),
    Defect("an aggregate as a dimension", "fields.aggregations", ("can be a measure only",), aggregate_as_dimension),
    Defect(
        "two kinds of one visual",
        "unions.several_members",
        ("dashboard orders, sheet revenue, a visual must be exactly one thing", "BarChartVisual and"),
        lambda draft: put(
            next(union for union in draft.sheet("orders")["Visuals"] if "PieChartVisual" in union),
            BarChartVisual={"VisualId": "other"},
        ),
    ),
    Defect(
        "two kinds of one field",
        "unions.several_members",
        ("must be exactly one thing; got CategoricalDimensionField and DateDimensionField",),
        lambda draft: put(
            wells(draft, "PieChartVisual")["Category"][0],
            DateDimensionField={"FieldId": "second", "Column": column("lake-orders", "order_date")},
        ),
    ),
    Defect(
        "a scope of everything and of something",
        "unions.several_members",
        ("ScopeConfiguration must be exactly one thing",),
        lambda draft: put(
            draft.group()["ScopeConfiguration"],
            SelectedSheets={"SheetVisualScopingConfigurations": [{"SheetId": "revenue", "Scope": "ALL_VISUALS"}]},
        ),
    ),
    Defect(
        "a heat map with two values",
        "wells.full",
        ("Values of a HeatMapVisual takes 1 fields; got 2",),
        lambda draft: wells(draft, "HeatMapVisual")["Values"].append(
            {
                "NumericalMeasureField": {
                    "FieldId": "second",
                    "Column": column("lake-cohort-retention", "customers"),
                    "AggregationFunction": {"SimpleNumericalAggregation": "SUM"},
                }
            }
        ),
    ),
    Defect(
        "a tree map without sizes",
        "wells.empty",
        ("a TreeMapVisual needs a field in Sizes",),
        lambda draft: (
            put(wells(draft, "TreeMapVisual"), Sizes=[]),
            draft.visual("TreeMapVisual")["ChartConfiguration"].pop("SortConfiguration", None),
            draft.visual("TreeMapVisual")["ChartConfiguration"].pop("SizeLabelOptions", None),
        ),
    ),
    Defect(
        "a map of a column without place",
        "wells.places",
        ("has no geographic role",),
        nowhere,
    ),
    Defect(
        "a latitude without longitude",
        "wells.places",
        ("LATITUDE alone is no place; LONGITUDE is missing",),
        lambda draft: [
            found.pop(number)
            for visual in draft.visuals("GeospatialMapVisual", "flights")
            for found in [visual["ChartConfiguration"]["FieldWells"]["GeospatialMapAggregatedFieldWells"]["Geospatial"]]
            for number, field in reversed(list(enumerate(found)))
            if "longitude" in str(field).lower()
        ],
    ),
)
