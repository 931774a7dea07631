"""Places on the grid, insights and their words."""

from tests.unit.dashboards.check.defects.defect import Defect, column, put, wells
from tests.unit.dashboards.check.draft import Draft


def narrative(draft: Draft, old: str, new: str) -> None:
    told = draft.visual("InsightVisual")["InsightConfiguration"]["CustomNarrative"]
    assert old in told["Narrative"]
    told["Narrative"] = told["Narrative"].replace(old, new)


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


DEFECTS = (
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
    Defect(
        "two places for a visual",
        "layout.elements",
        ("the layout has 2 places for",),
        lambda draft: draft.elements().append({**draft.elements()[0], "RowIndex": 900}),
    ),
    Defect(
        "a narrative of a computation that is not there",
        "insights.narratives",
        ("the narrative speaks of computation Grwoth, which does not exist; did you mean Growth?",),
        lambda draft: narrative(
            draft, "</narrative>", "<block><expression>Grwoth.items</expression></block></narrative>"
        ),
    ),
    Defect(
        "a narrative of something that no computation gives",
        "insights.outputs",
        ("the narrative asks Growth for compoundedGrowhtRate", "did you mean compoundedGrowthRate?"),
        lambda draft: narrative(draft, "Growth.compoundedGrowthRate", "Growth.compoundedGrowhtRate"),
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
)
