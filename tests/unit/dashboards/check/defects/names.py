"""Names and ids."""

from copy import deepcopy

from dashboards.walk import objects
from tests.unit.dashboards.check.defects.defect import Defect, column, first, put, wells
from tests.unit.dashboards.check.draft import Draft, Json


def copy_visual(draft: Draft) -> None:
    visuals = draft.sheet("orders", 1)["Visuals"]
    kpi = next(deepcopy(union) for union in draft.sheet("orders")["Visuals"] if "KPIVisual" in union)
    visuals.append(kpi)
    last = draft.elements(sheet=1)
    last.append({**deepcopy(last[-1]), "ElementId": kpi["KPIVisual"]["VisualId"], "RowIndex": 500})


def copy_field(draft: Draft) -> None:
    values = wells(draft, "TableVisual")["Values"]
    values.append(deepcopy(values[0]))


def action_on(*visuals: str) -> Json:
    target = {"SameSheetTargetVisualConfiguration": {"TargetVisuals": list(visuals)}}
    filters = {
        "SelectedFieldsConfiguration": {"SelectedFieldOptions": "ALL_FIELDS"},
        "TargetVisualsConfiguration": target,
    }
    return {
        "CustomActionId": "seeded",
        "Name": "Filter",
        "Trigger": "DATA_POINT_CLICK",
        "ActionOperations": [{"FilterOperation": filters}],
    }


def capital(draft: Draft) -> None:
    draft.change("flights", name="Spare")
    for found in objects(draft.definitions["flights"]):
        if "DataSetIdentifier" in found:
            found["DataSetIdentifier"] = "lake-Spare"  # type: ignore[index]


DEFECTS = (
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
    Defect(
        "an action on a visual of another sheet",
        "references.action_targets",
        ("filters visual segments, which is not on the sheet",),
        lambda draft: put(draft.visual("PieChartVisual"), Actions=[action_on("segments", "revenue-by-week")]),
    ),
    Defect(
        "a format of an unknown column",
        "references.columns",
        ("a configuration of columns names column amuont, which lake-orders does not have; did you mean amount?",),
        lambda draft: put(
            draft.definitions["orders"],
            ColumnConfigurations=[{"Column": column("lake-orders", "amuont"), "Role": "MEASURE"}],
        ),
    ),
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
    Defect(
        "a data set with a capital letter",
        "identity.malformed",
        ("data set Spare: a name is of lower case",),
        capital,
    ),
)
