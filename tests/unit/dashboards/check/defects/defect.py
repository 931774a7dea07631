"""A kind of defect, and what puts one into the real dashboards."""

from dataclasses import dataclass
from typing import Any

from tests.unit.dashboards.check.draft import Draft, Edit, Json


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


def wells(draft: Draft, kind: str) -> Json:
    """Give the wells of the first visual of a kind."""
    found = draft.visual(kind)["ChartConfiguration"]["FieldWells"]
    nested = [value for value in found.values() if isinstance(value, dict)]
    return nested[0] if nested else found


def column(data_set: str, name: str) -> Json:
    return {"DataSetIdentifier": data_set, "ColumnName": name}


def calculate(expression: str) -> Edit:
    def edit(draft: Draft) -> None:
        draft.definitions["orders"]["CalculatedFields"].append(
            {"DataSetIdentifier": "lake-orders", "Name": "seeded", "Expression": expression}
        )

    return edit
