"""Parameters, filters and controls."""

from tests.unit.dashboards.check.defects.defect import Defect, calculate, column, first, put
from tests.unit.dashboards.check.draft import Draft, Edit, Json


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


def text_box(content: str) -> Edit:
    def edit(draft: Draft) -> None:
        draft.sheet("orders")["TextBoxes"] = [{"SheetTextBoxId": "seeded", "Content": content}]
        place = {"ColumnIndex": 0, "ColumnSpan": 36, "RowIndex": 900, "RowSpan": 2}
        draft.elements().append({"ElementId": "seeded", "ElementType": "TEXT_BOX", **place})

    return edit


def scoped(sheet: str, *visuals: str) -> Edit:
    def edit(draft: Draft) -> None:
        scope: Json = {"SheetId": sheet, "Scope": "SELECTED_VISUALS", "VisualIds": list(visuals)}
        draft.group()["ScopeConfiguration"] = {"SelectedSheets": {"SheetVisualScopingConfigurations": [scope]}}

    return edit


DEFECTS = (
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
        "a title of an unknown parameter",
        "parameters.undeclared",
        ("dashboard orders, sheet revenue names parameter Segmnet, which is not declared; did you mean Segment?",),
        lambda draft: put(draft.sheet("orders"), Title="Revenue of <<$Segmnet>>"),
    ),
    Defect(
        "a text box with an unknown parameter",
        "parameters.undeclared",
        ("dashboard orders, sheet revenue names parameter Segmnet, which is not declared; did you mean Segment?",),
        text_box("Orders of <<$Segmnet>>"),
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
        "a control on a sheet where its filter does not work",
        "controls.reach",
        ("sheet revenue, control seeded sets filter months-after-the-first, which does not work on the sheet",),
        filter_control("Slider", "months-after-the-first"),
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
        "a filter of no visual",
        "filters.scopes",
        ("is for selected visuals of sheet revenue and selects none",),
        lambda draft: put(
            draft.group(),
            ScopeConfiguration={
                "SelectedSheets": {
                    "SheetVisualScopingConfigurations": [
                        {"SheetId": "revenue", "Scope": "SELECTED_VISUALS", "VisualIds": []},
                        {"SheetId": "revenue", "Scope": "ALL_VISUALS"},
                    ]
                }
            },
        ),
    ),
    Defect(
        "a slider that does not reach where it begins",
        "controls.defaults",
        ("control retention-CohortSize does not offer 0, with which parameter CohortSize begins",),
        lambda draft: put(first(draft.controls("Slider")), MinimumValue=500),
    ),
    Defect(
        "a list without the value that it begins with",
        "controls.defaults",
        ("control cost-SplitBy does not offer 'team', with which parameter SplitBy begins",),
        lambda draft: put(
            next(
                each for each in draft.controls("Dropdown", dashboard="operations") if each["Title"] == "Split costs by"
            ),
            SelectableValues={"Values": ["kind", "status"]},
        ),
    ),
    Defect(
        "a slider that cannot move",
        "controls.values",
        ("a slider climbs by steps from its minimum to its maximum",),
        lambda draft: put(first(draft.controls("Slider")), MaximumValue=0),
    ),
)
