"""Calculated columns and fields, and conditions."""

from dashboards.walk import objects
from tests.unit.dashboards.check.defects.defect import Defect, calculate, first
from tests.unit.dashboards.check.draft import Draft, Edit


def calculate_in_data_set(expression: str) -> Edit:
    return lambda draft: draft.column("orders", "size", expression=expression)


def condition(draft: Draft, expression: str) -> None:
    """Change the condition of a format of the operations dashboard."""
    colors = (found for found in objects(draft.definitions["operations"]["Sheets"]) if "Color" in found)
    first(found for found in colors if "Expression" in found)["Expression"] = expression


def shown_if(draft: Draft, expression: str) -> None:
    """Arrange the first sheet of the operations dashboard freely, with a condition for one visual."""
    element = {"ElementId": "runs", "ElementType": "VISUAL", "RenderingRules": [{"Expression": expression}]}
    layout = {"FreeFormLayout": {"Elements": [element]}}
    draft.sheet("operations")["Layouts"] = [{"Configuration": layout}]


def rolling(draft: Draft, expression: str) -> None:
    """Change the default of a date that moves on."""
    declared = draft.definitions["operations"]["ParameterDeclarations"]
    first(found["RollingDate"] for found in objects(declared) if "RollingDate" in found)["Expression"] = expression


DEFECTS = (
    Defect(
        "an expression with an open bracket",
        "calculated.unreadable",
        ("dashboard orders: the expression of seeded cannot be read: a bracket '(' is not closed",),
        calculate("sum({amount}"),
    ),
    Defect(
        "an expression of an unknown column",
        "calculated.unknown_names",
        ("seeded is calculated from {amuont}", "did you mean amount?"),
        calculate("sum({amuont})"),
    ),
    Defect(
        "a calculated column of an unknown column",
        "calculated.unknown_names",
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
        "calculated.unknown_names",
        ("seeded is calculated from ${CohortSiez}", "did you mean CohortSize?"),
        calculate("{amount} * ${CohortSiez}"),
    ),
    Defect(
        "a format by a column that is not in the visual",
        "inline.of_visuals",
        ("dashboard operations, sheet", "looks at {rows_invlaid}, which does not exist; did you mean rows_invalid?"),
        lambda draft: condition(draft, "SUM({rows_invlaid}) > 0"),
    ),
    Defect(
        "a format by an unknown parameter",
        "inline.of_visuals",
        ("looks at ${Sinec}, which does not exist; did you mean Since?",),
        lambda draft: condition(draft, "SUM({rows_invalid}) > ${Sinec}"),
    ),
    Defect(
        "a format by an unknown function",
        "inline.of_visuals",
        ("SUMM is no function of QuickSight",),
        lambda draft: condition(draft, "SUMM({rows_invalid}) > 0"),
    ),
    Defect(
        "a date that moves on by an unknown parameter",
        "inline.without_columns",
        ("parameter Since", "looks at ${Dyas}, which does not exist"),
        lambda draft: rolling(draft, "addDateTime(${Dyas}, 'DD', now())"),
    ),
    Defect(
        "a visual that is shown by an unknown parameter",
        "inline.without_columns",
        ("sheet runs: ${Sinec} = 1 looks at ${Sinec}, which does not exist; did you mean Since?",),
        lambda draft: shown_if(draft, "${Sinec} = 1"),
    ),
    Defect(
        "a format that cannot be read",
        "inline.of_visuals",
        ("cannot be read: a bracket '(' is not closed",),
        lambda draft: condition(draft, "SUM({rows_invalid} > 0"),
    ),
)
