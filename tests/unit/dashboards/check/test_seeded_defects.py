"""Each kind of defect, put into the real dashboards alone, is found by its own rule and by no other."""

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import pytest

from dashboards.check import RULES, DashboardError, examine, problems, require
from dashboards.check.definition import objects
from dashboards.model import LookBack, Refresh, RowRule
from tests.unit.dashboards.check.draft import COLLECTION, CONTRACTS, Draft, Edit, Json, first_numeric, spoiled


@dataclass(frozen=True)
class Defect:
    """An edit, the only rule that may find it, and words that its sentences must have."""

    name: str
    rule: str
    words: tuple[str, ...]
    edit: Edit

    def __str__(self) -> str:
        return self.name


def first(found: Any) -> Json:
    item: Json = next(iter(found))
    return item


def put(target: Json, **members: Any) -> Json:
    target.update(members)
    return target


def replace_first(union_of: list[Json], **union: Any) -> None:
    union_of[0] = union


def wells(draft: Draft, kind: str) -> Json:
    """Give the wells of the first visual of a kind."""
    found = draft.visual(kind)["ChartConfiguration"]["FieldWells"]
    nested = [value for value in found.values() if isinstance(value, dict)]
    return nested[0] if nested else found


def column(data_set: str, name: str) -> Json:
    return {"DataSetIdentifier": data_set, "ColumnName": name}


def narrative(draft: Draft, old: str, new: str) -> None:
    told = draft.visual("InsightVisual")["InsightConfiguration"]["CustomNarrative"]
    assert old in told["Narrative"]
    told["Narrative"] = told["Narrative"].replace(old, new)


def calculate(expression: str) -> Edit:
    def edit(draft: Draft) -> None:
        draft.definitions["orders"]["CalculatedFields"].append(
            {"DataSetIdentifier": "lake-orders", "Name": "seeded", "Expression": expression}
        )

    return edit


def calculate_in_data_set(expression: str) -> Edit:
    return lambda draft: draft.column("orders", "size", expression=expression)


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


def copy_visual(draft: Draft) -> None:
    visuals = draft.sheet("orders", 1)["Visuals"]
    kpi = next(deepcopy(union) for union in draft.sheet("orders")["Visuals"] if "KPIVisual" in union)
    visuals.append(kpi)
    last = draft.elements(sheet=1)
    last.append({**deepcopy(last[-1]), "ElementId": kpi["KPIVisual"]["VisualId"], "RowIndex": 500})


def copy_field(draft: Draft) -> None:
    values = wells(draft, "TableVisual")["Values"]
    values.append(deepcopy(values[0]))


def two_refreshes_an_hour(draft: Draft) -> None:
    given = draft.data_sets["clicks"].refreshes
    draft.change("clicks", refreshes=(*given, Refresh(id="seeded", kind="FULL_REFRESH", interval="HOURLY")))


def six_refreshes(draft: Draft) -> None:
    daily = [
        Refresh(id=f"seeded-{number}", kind="FULL_REFRESH", interval="DAILY", time_of_day=f"0{number}:00")
        for number in range(6)
    ]
    draft.change("orders", refreshes=tuple(daily))


def query_directly(draft: Draft) -> None:
    draft.change(
        "orders", import_mode="DIRECT_QUERY", look_back=None, refreshes=draft.data_sets["orders"].refreshes[1:]
    )


def look_back_on(name: str, size: int = 1) -> Edit:
    return lambda draft: draft.change("orders", look_back=LookBack(column=name, size=size, unit="DAY"))


def rules_of(draft: Draft, *rules: RowRule) -> None:
    given = draft.data_sets["orders"].row_access
    assert given
    draft.access("orders", rules=(*given.rules, *rules))


def nowhere(draft: Draft) -> None:
    for given in draft.data_sets["flights"].columns:
        if given.geographic_role:
            draft.column("flights", given.name, geographic_role=None)


def condition(draft: Draft, expression: str) -> None:
    """Change the condition of a format of the operations dashboard."""
    colors = (found for found in objects(draft.definitions["operations"]["Sheets"]) if "Color" in found)
    first(found for found in colors if "Expression" in found)["Expression"] = expression


def rolling(draft: Draft, expression: str) -> None:
    """Change the default of a date that moves on."""
    declared = draft.definitions["operations"]["ParameterDeclarations"]
    first(found["RollingDate"] for found in objects(declared) if "RollingDate" in found)["Expression"] = expression


def one_rule_less(draft: Draft) -> None:
    given = draft.data_sets["orders"].row_access
    assert given
    draft.access("orders", rules=tuple(rule for rule in given.rules if rule.group != "lake-managers"))


def spare_data_set(draft: Draft) -> None:
    given = draft.data_sets["orders"]
    draft.data_sets["spare"] = replace(given, name="spare", refreshes=(), row_access=None)


def declare_but_not_show(draft: Draft) -> None:
    draft.shown["traffic"] = [*draft.shown["traffic"], "usage"]


def no_longer_there(draft: Draft) -> None:
    sheet = draft.sheet("orders")
    gone = next(union for union in sheet["Visuals"] if "PieChartVisual" in union)
    sheet["Visuals"].remove(gone)


def not_in_the_layout(draft: Draft) -> None:
    draft.elements().pop()


def side_by_side(draft: Draft) -> None:
    one, other = draft.elements()[:2]
    other["ColumnIndex"] = one["ColumnIndex"] + one["ColumnSpan"] - 1
    other["ColumnSpan"] = 1


def unused_parameter(draft: Draft) -> None:
    draft.definitions["orders"]["ParameterDeclarations"].append(
        {"StringParameterDeclaration": {"Name": "Seeded", "ParameterValueType": "SINGLE_VALUED"}}
    )


def uncontrolled(draft: Draft) -> None:
    """Take the control of a parameter without default from every sheet."""
    for sheet in draft.definitions["orders"]["Sheets"]:
        gone = [each for each in sheet["ParameterControls"] if "Dropdown" in each]
        ids = {each["Dropdown"]["ParameterControlId"] for each in gone}
        sheet["ParameterControls"] = [each for each in sheet["ParameterControls"] if each not in gone]
        for layout in sheet.get("SheetControlLayouts", ()):
            grid = layout["Configuration"]["GridLayout"]
            grid["Elements"] = [each for each in grid["Elements"] if each["ElementId"] not in ids]


def filter_control(kind: str, source: str) -> Edit:
    def edit(draft: Draft) -> None:
        body: Json = {"FilterControlId": "seeded", "Title": "Seeded", "SourceFilterId": source}
        if kind == "Slider":
            body |= {"MinimumValue": 0, "MaximumValue": 10, "StepSize": 1}
        draft.sheet("orders").setdefault("FilterControls", []).append({kind: body})

    return edit


def scoped(sheet: str, *visuals: str) -> Edit:
    def edit(draft: Draft) -> None:
        scope: Json = {"SheetId": sheet, "Scope": "SELECTED_VISUALS", "VisualIds": list(visuals)}
        draft.group()["ScopeConfiguration"] = {"SelectedSheets": {"SheetVisualScopingConfigurations": [scope]}}

    return edit


def many(key: str, count: int, make: Any) -> Edit:
    def edit(draft: Draft) -> None:
        draft.definitions["orders"].setdefault(key, []).extend(make(number) for number in range(count))

    return edit


def calculated_field(number: int) -> Json:
    return {"DataSetIdentifier": "lake-orders", "Name": f"seeded_{number}", "Expression": "{amount} * 2"}


DEFECTS = (
    # Names of something else
    Defect(
        "a column that does not exist",
        "references.columns",
        ("dashboard orders, sheet revenue, visual", "amuont", "did you mean amount?"),
        lambda draft: put(
            first(draft.fields("NumericalMeasureField", visual="LineChartVisual")),
            Column=column("lake-orders", "amuont"),
        ),
    ),
    Defect(
        "a column of a filter that does not exist",
        "references.columns",
        ("filter group orders-of-segments-group", "did you mean segment?"),
        lambda draft: put(first(draft.filters("CategoryFilter")), Column=column("lake-orders", "segmnet")),
    ),
    Defect(
        "a data set that is not declared",
        "references.data_sets",
        ("names data set lake-order", "did you mean lake-orders?"),
        lambda draft: put(
            first(draft.fields("CategoricalMeasureField", visual="PieChartVisual")),
            Column=column("lake-order", "amount"),
        ),
    ),
    Defect(
        "a sort by a field that is not in the visual",
        "references.sort_fields",
        ("visual", "names field elsewhere", "in none of its wells"),
        lambda draft: put(
            draft.visual("PieChartVisual")["ChartConfiguration"]["SortConfiguration"]["CategorySort"][0]["FieldSort"],
            FieldId="elsewhere",
        ),
    ),
    Defect(
        "an action that leads nowhere",
        "references.action_targets",
        ("leads to sheet retentoin", "did you mean retention?"),
        lambda draft: put(
            draft.visual("PieChartVisual"),
            Actions=[
                {
                    "CustomActionId": "seeded",
                    "Name": "Go",
                    "Trigger": "DATA_POINT_CLICK",
                    "ActionOperations": [
                        {"NavigationOperation": {"LocalNavigationConfiguration": {"TargetSheetId": "retentoin"}}}
                    ],
                }
            ],
        ),
    ),
    # Ids
    Defect("a visual twice", "identity.duplicates_of_a_dashboard", ("visual", "2 times"), copy_visual),
    Defect("a field twice in a visual", "identity.duplicates_of_a_visual", ("field", "2 times"), copy_field),
    Defect(
        "a computation twice",
        "identity.duplicates_of_a_visual",
        ("computation Growth is there 2 times",),
        lambda draft: draft.visual("InsightVisual")["InsightConfiguration"]["Computations"].append(
            {
                "GrowthRate": {
                    "ComputationId": "Growth",
                    "Name": "Growth",
                    "Time": {
                        "DateDimensionField": {"FieldId": "seeded-time", "Column": column("lake-orders", "order_date")}
                    },
                }
            }
        ),
    ),
    Defect(
        "a parameter twice",
        "identity.duplicates_of_a_dashboard",
        ("parameter Segment is there 2 times",),
        lambda draft: draft.definitions["orders"]["ParameterDeclarations"].append(
            next(
                each
                for each in draft.definitions["orders"]["ParameterDeclarations"]
                if "StringParameterDeclaration" in each
            )
        ),
    ),
    Defect(
        "a filter twice",
        "identity.duplicates_of_a_dashboard",
        ("filter orders-of-segments is there 2 times",),
        lambda draft: put(first(draft.filters("TimeRangeFilter")), FilterId="orders-of-segments"),
    ),
    Defect(
        "a refresh twice",
        "identity.duplicates_of_the_collection",
        ("refresh", "2 times"),
        lambda draft: draft.refresh("orders", id=draft.data_sets["orders"].refreshes[1].id),
    ),
    Defect(
        "a calculated field with the name of a column",
        "identity.duplicates_of_a_dashboard",
        ("calculated field quantity has the name of a column of lake-orders",),
        lambda draft: draft.definitions["orders"]["CalculatedFields"].append(
            {"DataSetIdentifier": "lake-orders", "Name": "quantity", "Expression": "{amount} * 2"}
        ),
    ),
    Defect(
        "an id with a space",
        "identity.malformed",
        ("filter 'of segments' must match",),
        lambda draft: put(first(draft.filters("CategoryFilter")), FilterId="of segments"),
    ),
    # Fields
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
    # Calculated columns and fields
    Defect(
        "an expression with an open bracket",
        "calculated.unreadable",
        ("dashboard orders: the expression of seeded cannot be read: a bracket '(' is not closed",),
        calculate("sum({amount}"),
    ),
    Defect(
        "an expression of an unknown column",
        "calculated.unknown_columns",
        ("seeded is calculated from {amuont}", "did you mean amount?"),
        calculate("sum({amuont})"),
    ),
    Defect(
        "a calculated column of an unknown column",
        "calculated.unknown_columns",
        ("data set orders: size is calculated from {quantitiy}", "did you mean quantity?"),
        calculate_in_data_set("ifelse({quantitiy} = 1, 'one', 'more')"),
    ),
    Defect(
        "an unknown function",
        "calculated.wrong",
        ("distinctCount is no function of QuickSight", "did you mean"),
        calculate("distinctCount({order_id})"),
    ),
    Defect(
        "an argument too few",
        "calculated.wrong",
        ("dateDiff takes 2 to 3 arguments; got 1",),
        calculate("dateDiff({order_date})"),
    ),
    Defect(
        "rows mixed with aggregates",
        "calculated.wrong",
        ("operator / mixes values of each row with aggregated ones",),
        calculate("{amount} / sum({amount})"),
    ),
    Defect(
        "an aggregate of an aggregate",
        "calculated.wrong",
        ("sum aggregates what is aggregated already",),
        calculate("sum(max({amount}))"),
    ),
    Defect(
        "arithmetic on text", "calculated.wrong", ("operator * needs numbers; got STRING",), calculate("{segment} * 2")
    ),
    Defect("a sum of text", "calculated.wrong", ("sum needs a number; got STRING",), calculate("sum({segment})")),
    Defect(
        "an aggregate in a data set",
        "calculated.wrong",
        ("data set orders: size: count is of many rows",),
        calculate_in_data_set("ifelse(count({order_id}) > 1, 'more', 'one')"),
    ),
    Defect(
        "a calculated column of another type",
        "calculated.declared_types",
        ("size is declared STRING, but its expression gives INTEGER",),
        calculate_in_data_set("{quantity} * 2"),
    ),
    Defect(
        "a circle",
        "calculated.circles",
        ("one is calculated from other is calculated from one",),
        lambda draft: draft.definitions["orders"]["CalculatedFields"].extend(
            [
                {"DataSetIdentifier": "lake-orders", "Name": "one", "Expression": "{other} + 1"},
                {"DataSetIdentifier": "lake-orders", "Name": "other", "Expression": "{one} + 1"},
            ]
        ),
    ),
    Defect(
        "an expression of an unknown parameter",
        "calculated.unknown_parameters",
        ("seeded is calculated from ${CohortSiez}", "did you mean CohortSize?"),
        calculate("{amount} * ${CohortSiez}"),
    ),
    Defect(
        "a format by a column that is not in the visual",
        "inline.of_visuals",
        ("dashboard operations, sheet", "looks at {rows_invlaid}, which is not there; did you mean rows_invalid?"),
        lambda draft: condition(draft, "SUM({rows_invlaid}) > 0"),
    ),
    Defect(
        "a format by an unknown function",
        "inline.of_visuals",
        ("SUMM is no function of QuickSight",),
        lambda draft: condition(draft, "SUMM({rows_invalid}) > 0"),
    ),
    Defect(
        "a date that moves on by an unknown parameter",
        "inline.of_parameters_and_filters",
        ("parameter Since", "looks at ${Dyas}, which is not declared"),
        lambda draft: rolling(draft, "addDateTime(${Dyas}, 'DD', now())"),
    ),
    # Layout
    Defect(
        "a visual beyond the grid",
        "layout.overflow",
        ("takes columns 30 to 38; the grid has 0 to 35",),
        lambda draft: put(draft.elements()[3], ColumnIndex=30),
    ),
    Defect(
        "a visual that is too high",
        "layout.overflow",
        ("is 22 rows high",),
        lambda draft: put(draft.elements()[-1], RowSpan=22),
    ),
    Defect("visuals over each other", "layout.overlaps", ("lie over each other",), side_by_side),
    Defect("a place without a visual", "layout.elements", ("which is not on the sheet",), no_longer_there),
    Defect("a visual without a place", "layout.outside", ("has no place in the layout",), not_in_the_layout),
    Defect(
        "a visual taken for a text box",
        "layout.elements",
        ("takes", "for a TEXT_BOX; it is a VISUAL"),
        lambda draft: put(draft.elements()[0], ElementType="TEXT_BOX"),
    ),
    # Insights
    Defect(
        "a narrative of a computation that is not there",
        "insights.narratives",
        ("the narrative speaks of computation Grwoth, which does not exist; did you mean Growth?",),
        lambda draft: narrative(draft, "</narrative>", "<block><expression>Grwoth.x</expression></block></narrative>"),
    ),
    Defect(
        "a computation that the narrative leaves out",
        "insights.narratives",
        ("computation Seeded is in no place of the narrative",),
        lambda draft: draft.visual("InsightVisual")["InsightConfiguration"]["Computations"].append(
            {
                "TotalAggregation": {
                    "ComputationId": "Seeded",
                    "Name": "Seeded",
                    "Value": {
                        "NumericalMeasureField": {
                            "FieldId": "seeded",
                            "Column": column("lake-orders", "amount"),
                            "AggregationFunction": {"SimpleNumericalAggregation": "SUM"},
                        }
                    },
                }
            }
        ),
    ),
    Defect(
        "a narrative that is no XML",
        "insights.unreadable_narratives",
        ("the narrative is no XML",),
        lambda draft: narrative(draft, "</narrative>", ""),
    ),
    Defect(
        "a forecast without time",
        "insights.forecasts",
        ("a forecast needs a date on its axis; got segment, a CategoricalDimensionField",),
        lambda draft: put(
            wells(draft, "LineChartVisual"),
            Category=[
                {
                    "CategoricalDimensionField": {
                        "FieldId": wells(draft, "LineChartVisual")["Category"][0]["DateDimensionField"]["FieldId"],
                        "Column": column("lake-orders", "segment"),
                    }
                }
            ],
        ),
    ),
    Defect(
        "growth without time",
        "insights.time",
        ("GrowthRate Growth needs a date as Time; got nothing",),
        lambda draft: next(
            each["GrowthRate"]
            for each in draft.visual("InsightVisual")["InsightConfiguration"]["Computations"]
            if "GrowthRate" in each
        ).pop("Time"),
    ),
    # Parameters, filters, controls
    Defect(
        "a filter by an unknown parameter",
        "parameters.undeclared",
        ("filter group cohorts-of-size-group names parameter CohortSiez", "did you mean CohortSize?"),
        lambda draft: (
            put(first(draft.filters("NumericRangeFilter")), RangeMinimum={"Parameter": "CohortSiez"}),
            calculate("{amount} * ${CohortSize}")(draft),
        ),
    ),
    Defect(
        "a control of an unknown parameter",
        "parameters.undeclared",
        ("control", "names parameter Segmnet", "did you mean Segment?"),
        lambda draft: put(first(draft.controls("Dropdown")), SourceParameterName="Segmnet"),
    ),
    Defect(
        "a parameter that nothing reads",
        "parameters.unused",
        ("parameter Seeded is read by no filter",),
        unused_parameter,
    ),
    Defect(
        "a parameter without default and control",
        "parameters.unset",
        ("is by parameter Segment, which has neither a default nor a control",),
        uncontrolled,
    ),
    Defect(
        "a filter of text on a number",
        "filters.types",
        ("a CategoryFilter takes STRING or BOOLEAN; amount is DECIMAL",),
        lambda draft: put(first(draft.filters("CategoryFilter")), Column=column("lake-orders", "amount")),
    ),
    Defect(
        "a filter by a parameter of another type",
        "filters.parameter_types",
        ("parameter Segment is STRING; expected INTEGER or DECIMAL",),
        lambda draft: (
            put(first(draft.filters("NumericRangeFilter")), RangeMinimum={"Parameter": "Segment"}),
            calculate("{amount} * ${CohortSize}")(draft),
        ),
    ),
    Defect(
        "a filter of an unknown sheet",
        "filters.scopes",
        ("is for sheet revenues, which does not exist; did you mean revenue?",),
        scoped("revenues", "revenue-by-week"),
    ),
    Defect(
        "a filter of an unknown visual",
        "filters.scopes",
        ("is for visual revenue-by-wekk, which is not on sheet revenue; did you mean revenue-by-week?",),
        scoped("revenue", "revenue-by-wekk"),
    ),
    Defect(
        "a filter that reaches nothing of its data set",
        "filters.without_effect",
        ("filters lake-orders, of which its scope shows nothing",),
        scoped("customers", "segments"),
    ),
    Defect(
        "a control of an unknown filter",
        "controls.sources",
        ("control seeded sets filter orders-of-segment, which does not exist; did you mean orders-of-segments?",),
        filter_control("Dropdown", "orders-of-segment"),
    ),
    Defect(
        "a slider of a filter of text",
        "controls.types",
        ("a Slider sets NumericEqualityFilter or NumericRangeFilter; got CategoryFilter",),
        filter_control("Slider", "orders-of-segments"),
    ),
    Defect(
        "a date picker of a parameter of text",
        "controls.types",
        ("a DateTimePicker sets DATETIME; got STRING",),
        lambda draft: put(first(draft.controls("DateTimePicker")), SourceParameterName="Segment"),
    ),
    Defect(
        "several values of a parameter that takes one",
        "controls.values",
        ("parameter Segment takes one",),
        lambda draft: [
            put(each["StringParameterDeclaration"], ParameterValueType="SINGLE_VALUED")
            for each in draft.definitions["orders"]["ParameterDeclarations"]
            if "StringParameterDeclaration" in each
        ],
    ),
    Defect(
        "a slider that cannot move",
        "controls.values",
        ("a slider climbs by steps from its minimum to its maximum",),
        lambda draft: put(first(draft.controls("Slider")), MaximumValue=0),
    ),
    # Data sets
    Defect(
        "a geographic role of another type",
        "data_sets.geographic_roles",
        ("LATITUDE is the role of DECIMAL or INTEGER; segment is STRING",),
        lambda draft: draft.column("orders", "segment", geographic_role="LATITUDE"),
    ),
    Defect(
        "a data set that nobody shows", "data_sets.unused", ("data set spare is used by no dashboard",), spare_data_set
    ),
    Defect(
        "a data set that is declared and not shown",
        "data_sets.not_shown",
        ("dashboard traffic declares data set usage, and no visual shows it",),
        declare_but_not_show,
    ),
    Defect(
        "a table of two contracts",
        "data_sets.without_query",
        ("data set cohort-retention has no SQL, so it reads one table; got cohort_retention, orders",),
        lambda draft: draft.change("cohort-retention", tables=("cohort_retention", "orders")),
    ),
    Defect(
        "a table without a contract",
        "contract_columns.missing_tables",
        ("data set orders reads table ordres, for which there is no contract; did you mean orders?",),
        lambda draft: draft.change("orders", tables=(*draft.data_sets["orders"].tables, "ordres")),
    ),
    Defect(
        "a column of a table that is not read",
        "contract_columns.other_tables",
        ("column segment is made of customer_history.segment, but the data set reads orders",),
        lambda draft: draft.change("orders", tables=("orders",)),
    ),
    Defect(
        "a type that the contract does not have",
        "contract_columns.types",
        ("is BOOLEAN, but cohort_retention.",),
        lambda draft: draft.column(
            "cohort-retention", first_numeric(draft.data_sets["cohort-retention"]), type="BOOLEAN"
        ),
    ),
    # Refreshes
    Defect(
        "a refresh without SPICE",
        "refreshes.without_spice",
        ("data set orders: refresh orders-weekly needs SPICE; got DIRECT_QUERY",),
        query_directly,
    ),
    Defect(
        "an incremental refresh without look-back",
        "refreshes.without_look_back",
        ("refresh orders-daily is incremental; the data set has no look_back",),
        lambda draft: draft.change("orders", look_back=None),
    ),
    Defect(
        "a look-back in no date",
        "refreshes.look_back",
        ("looks back in column amount, which is DECIMAL; expected DATETIME",),
        look_back_on("amount"),
    ),
    Defect(
        "a look-back in an unknown column",
        "refreshes.look_back",
        ("looks back in column order_dat, which it does not take; did you mean order_date?",),
        look_back_on("order_dat"),
    ),
    Defect("a look-back of nothing", "refreshes.look_back", ("looks back 0 DAY",), look_back_on("order_date", 0)),
    Defect("six refreshes", "refreshes.intervals", ("has 6 refreshes; QuickSight takes 5",), six_refreshes),
    Defect(
        "two refreshes an hour",
        "refreshes.intervals",
        ("2 refreshes of interval HOURLY; QuickSight takes one",),
        two_refreshes_an_hour,
    ),
    Defect(
        "a full refresh every fifteen minutes",
        "refreshes.intervals",
        ("of interval MINUTE15 must be incremental; it is full",),
        lambda draft: draft.refresh("orders", kind="FULL_REFRESH", interval="MINUTE15", time_of_day=None),
    ),
    Defect(
        "a daily refresh without a time",
        "refreshes.times",
        ("needs a time of the day as HH:MM; got None",),
        lambda draft: draft.refresh("orders", time_of_day=None),
    ),
    Defect(
        "a weekly refresh on a day of the month",
        "refreshes.times",
        ("needs a day from SUNDAY to SATURDAY; got 31",),
        lambda draft: draft.refresh("orders", interval="WEEKLY", day="31"),
    ),
    # Who sees what
    Defect(
        "rows told apart by a number",
        "row_rules.columns",
        ("row-level security by column quantity, which is INTEGER; expected STRING",),
        lambda draft: draft.access("orders", columns=("segment", "quantity")),
    ),
    Defect(
        "a rule of an unknown group",
        "row_rules.rules",
        ("of group lake-manager, which does not exist; did you mean lake-managers?",),
        lambda draft: rules_of(draft, RowRule(group="lake-manager", values={})),
    ),
    Defect(
        "a rule by an unknown column",
        "row_rules.rules",
        ("of group lake-operators by column segmnet, which is not among its columns; did you mean segment?",),
        lambda draft: rules_of(draft, RowRule(group="lake-operators", values={"segmnet": ("new",)})),
    ),
    Defect(
        "a rule whose empty value would show everything",
        "row_rules.rules",
        ("a value is empty or has a comma",),
        lambda draft: rules_of(draft, RowRule(group="lake-operators", values={"segment": ("new", "")})),
    ),
    Defect(
        "two rules of a group",
        "row_rules.rules",
        ("2 rules of group lake-managers",),
        lambda draft: rules_of(draft, RowRule(group="lake-managers", values={})),
    ),
    Defect(
        "a tag of an unknown column",
        "row_rules.tags",
        ("by tag segment of column segmnet, which is not among its columns",),
        lambda draft: draft.access("orders", tags={"segment": "segmnet"}),
    ),
    Defect(
        "readers who would see no row",
        "row_rules.readers_without_rule",
        ("readers lake-managers have no rule in data set orders and would see no row of it",),
        one_rule_less,
    ),
    Defect(
        "readers who do not exist",
        "readers.unknown",
        ("dashboard orders is for group lake-manager, which does not exist; did you mean lake-managers?",),
        lambda draft: draft.readers.update(orders=("lake-manager",)),
    ),
    Defect(
        "a personal column for readers who may not read it",
        "readers.personal_columns",
        (
            "visual revenue-by-segment shows column segment of lake-orders, which is personal; "
            "lake-managers, lake-retention may not read it",
        ),
        lambda draft: draft.column("orders", "segment", personal=True),
    ),
    Defect(
        "personal columns that nobody may read",
        "readers.nobody",
        ("data set orders has personal columns (customer_id) and nobody who may read them",),
        lambda draft: draft.change("orders", personal_readers=()),
    ),
    Defect(
        "a dashboard without readers",
        "readers.nobody",
        ("dashboard orders has no readers",),
        lambda draft: draft.readers.update(orders=()),
    ),
    # How much
    Defect(
        "too many calculated fields",
        "limits.of_definitions",
        ("CalculatedFields; QuickSight takes 2000",),
        many("CalculatedFields", 2000, calculated_field),
    ),
    Defect(
        "a description that is too long",
        "limits.of_data_sets",
        ("the description of column segment has 501 characters; QuickSight takes 500",),
        lambda draft: draft.column("orders", "segment", description="x" * 501),
    ),
    Defect(
        "a title that is too long",
        "limits.of_texts",
        ("data set orders: the title has 129 characters; QuickSight takes 128",),
        lambda draft: draft.change("orders", title="x" * 129),
    ),
)


def test_the_dashboards_are_in_order() -> None:
    assert problems(COLLECTION, CONTRACTS) == []
    require(COLLECTION, CONTRACTS)


def test_the_copy_that_is_spoiled_is_the_collection() -> None:
    assert spoiled(lambda draft: None) == []
    assert Draft().collection() == COLLECTION


@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_fails_by_its_own_rule_with(defect: Defect) -> None:
    found = spoiled(defect.edit)
    assert {problem.rule for problem in found} == {defect.rule}
    text = "\n".join(problem.text for problem in found)
    assert [words for words in defect.words if words not in text] == []


def test_every_rule_finds_a_defect() -> None:
    elsewhere = {
        # Renamed columns of contracts have a test of their own.
        "contract_columns.missing_columns",
        # The real collection is put together such that it cannot have these; see the tests of small collections.
        "data_sets.not_of_the_collection",
        "insights.without_computations",
    }
    assert {defect.rule for defect in DEFECTS} == RULES.keys() - elsewhere
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS)


def test_fails_if_a_dashboard_shows_a_data_set_that_is_not_deployed() -> None:
    kept = tuple(data_set for data_set in COLLECTION.data_sets if data_set.name != "usage")
    found = examine(replace(COLLECTION, data_sets=kept), CONTRACTS)
    assert {problem.rule for problem in found} == {"data_sets.not_of_the_collection"}
    assert "shows data set usage, which the collection does not have" in found[0].text


def test_fails_if_an_insight_computes_nothing() -> None:
    def edit(draft: Draft) -> None:
        draft.visual("InsightVisual")["InsightConfiguration"] = {}

    (problem,) = spoiled(edit)
    assert problem.rule == "insights.without_computations"


def test_all_problems_are_told_at_once() -> None:
    draft = Draft()
    draft.change("orders", look_back=None, title="x" * 129)
    with pytest.raises(DashboardError, match=r"(?s)dashboards have 2 problems:\n.*has no look_back\n.*takes 128"):
        require(draft.collection(), CONTRACTS)
