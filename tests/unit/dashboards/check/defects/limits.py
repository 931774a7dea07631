"""How much."""

from typing import Any

from dashboards.model import CalculatedColumn, DataColumn
from tests.unit.dashboards.check.defects.defect import Defect
from tests.unit.dashboards.check.draft import Draft, Edit, Json


def columns(count: int, prefix: str = "more") -> tuple[DataColumn, ...]:
    return tuple(
        DataColumn(name=f"{prefix}{number}", type="STRING", description="", sources=("orders.order_id",))
        for number in range(count)
    )


def calculated_columns(count: int) -> tuple[CalculatedColumn, ...]:
    return tuple(
        CalculatedColumn(name=f"more{number}", type="DECIMAL", expression="({amount}) * 2", description="")
        for number in range(count)
    )


def without_sheet(draft: Draft) -> None:
    draft.definitions["flights"] = {"Sheets": []}
    draft.shown["flights"] = []
    del draft.data_sets["flights"]


def many(key: str, count: int, make: Any) -> Edit:
    def edit(draft: Draft) -> None:
        draft.definitions["orders"].setdefault(key, []).extend(make(number) for number in range(count))

    return edit


def calculated_field(number: int) -> Json:
    return {"DataSetIdentifier": "lake-orders", "Name": f"seeded_{number}", "Expression": "{amount} * 2"}


DEFECTS = (
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
        "too many columns",
        "limits.of_data_sets",
        ("columns; QuickSight takes 2000",),
        lambda draft: draft.change("orders", columns=(*draft.data_sets["orders"].columns, *columns(2000))),
    ),
    Defect(
        "too many calculated columns",
        "limits.of_data_sets",
        ("calculated columns; QuickSight takes 256",),
        lambda draft: draft.change(
            "orders", calculated=(*draft.data_sets["orders"].calculated, *calculated_columns(256))
        ),
    ),
    Defect(
        "a query that is too long",
        "limits.of_data_sets",
        ("QuickSight takes 168000",),
        lambda draft: draft.change("orders", sql="SELECT 1 ".ljust(168_001)),
    ),
    Defect(
        "a name of a column that is too long",
        "limits.of_data_sets",
        ("has 65 characters; QuickSight takes 64",),
        lambda draft: draft.change("orders", columns=(*draft.data_sets["orders"].columns, *columns(1, "x" * 64))),
    ),
    Defect("a dashboard without a sheet", "limits.of_definitions", ("dashboard flights has no sheet",), without_sheet),
    Defect(
        "a title that is too long",
        "limits.of_texts",
        ("data set orders: the title has 129 characters; QuickSight takes 128",),
        lambda draft: draft.change("orders", title="x" * 129),
    ),
)
