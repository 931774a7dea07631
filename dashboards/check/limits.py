"""How much QuickSight takes.

Numbers are those of the API's model: https://docs.aws.amazon.com/quicksight/latest/APIReference/
API_DashboardVersionDefinition.html, API_SheetDefinition.html, API_FilterGroup.html, API_CreateDataSet.html,
API_CustomSql.html, API_CreateColumnsOperation.html, API_CalculatedField.html; of data sets: https://docs.aws.amazon.com/quicksight/latest/user/data-source-limits.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dashboards.check.scene import Scene
from dashboards.walk import Json

OF_A_DASHBOARD = {
    "Sheets": 20,
    "CalculatedFields": 2000,
    "ParameterDeclarations": 400,
    "FilterGroups": 2000,
    "ColumnConfigurations": 2000,
}
OF_A_SHEET = {"Visuals": 75, "ParameterControls": 200, "FilterControls": 200, "TextBoxes": 100, "Images": 10}
FILTERS_OF_A_GROUP = 20
DATA_SETS = 50
COLUMNS = 2000
# A column's name is its id as well: API_InputColumn.html, API_CalculatedColumn.html
COLUMN_NAME = 64
DESCRIPTION = 500
TITLE = 128
CALCULATED_COLUMNS = 256
EXPRESSION = {"data set": 250_000, "dashboard": 32_000}
SQL = 168_000


def of_definitions(scene: Scene) -> Iterator[str]:
    for board in scene.boards:
        yield from _counted(board.where, board.definition, OF_A_DASHBOARD)
        if not board.sheets:
            yield f"{board.where} has no sheet"
        for sheet in board.sheets:
            yield from _counted(sheet.where, sheet.body, OF_A_SHEET)
        for group in board.definition.get("FilterGroups", ()):
            where = f"{board.where}, filter group {group.get('FilterGroupId')}"
            yield from _counted(where, group, {"Filters": FILTERS_OF_A_GROUP})
        if len(board.dashboard.data_sets) > DATA_SETS:
            yield f"{board.where} has {len(board.dashboard.data_sets)} data sets; QuickSight takes {DATA_SETS}"


def of_data_sets(scene: Scene) -> Iterator[str]:
    for data_set in scene.data_sets:
        where = f"data set {data_set.name}"
        texts = {column.name: column.description for column in data_set.columns}
        texts |= {column.name: column.description for column in data_set.calculated}
        if len(texts) > COLUMNS:
            yield f"{where} has {len(texts)} columns; QuickSight takes {COLUMNS}"
        if len(data_set.calculated) > CALCULATED_COLUMNS:
            yield f"{where} has {len(data_set.calculated)} calculated columns; QuickSight takes {CALCULATED_COLUMNS}"
        if len(data_set.sql or "") > SQL:
            yield f"{where} has a query of {len(data_set.sql or '')} characters; QuickSight takes {SQL}"
        for name, description in texts.items():
            yield from _long(where, "name of column", name, name, COLUMN_NAME)
            yield from _long(where, "description of column", name, description, DESCRIPTION)


def of_texts(scene: Scene) -> Iterator[str]:
    for data_set in scene.data_sets:
        yield from _long(f"data set {data_set.name}", "title", "", data_set.title, TITLE)
        for made in data_set.calculated:
            where = f"data set {data_set.name}"
            yield from _long(where, "expression of", made.name, made.expression, EXPRESSION["data set"])
    for board in scene.boards:
        for calculations in board.calculations.values():
            for name, found in calculations.items():
                yield from _long(board.where, "expression of", name, found.expression, EXPRESSION["dashboard"])


def _counted(where: str, node: Json, most: Mapping[str, int]) -> Iterator[str]:
    for key, limit in most.items():
        found = len(node.get(key, ()))
        if found > limit:
            yield f"{where} has {found} {key}; QuickSight takes {limit}"


def _long(where: str, what: str, name: str, text: str, most: int) -> Iterator[str]:
    if len(text) > most:
        what = f"{what} {name[:40]}".rstrip()
        yield f"{where}: the {what} has {len(text)} characters; QuickSight takes {most}"


RULES = (of_definitions, of_data_sets, of_texts)
