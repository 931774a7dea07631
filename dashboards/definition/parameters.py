"""What a reader of a dashboard may choose, and the controls to choose by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards.definition.fields import identifier

Control = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A choice with its default.

    Attributes
    ----------
    name
        Letters and digits only, as the API asks.
    control
        The control without its id and title: where it is shown adds them.
    """

    name: str
    title: str
    declaration: dict[str, Any]
    kind: str
    control: dict[str, Any]

    def control_on(self, sheet: str) -> Control:
        """Give the control of this parameter on a sheet; each sheet has its own."""
        common = {
            "ParameterControlId": f"{sheet}-{self.name}",
            "Title": self.title,
            "SourceParameterName": self.name,
        }
        return {self.kind: common | self.control}


def choice(name: str, *, title: str, data_set: str, column: str) -> Parameter:
    """Let people choose some of the values of a text column; nothing chosen means all of them."""
    return Parameter(
        name=name,
        title=title,
        declaration={
            "StringParameterDeclaration": {
                "Name": name,
                "ParameterValueType": "MULTI_VALUED",
                "DefaultValues": {},
                # Of a list with several values, the recommended value is all.
                "ValueWhenUnset": {"ValueWhenUnsetOption": "RECOMMENDED_VALUE"},
            }
        },
        kind="Dropdown",
        control={
            "Type": "MULTI_SELECT",
            "SelectableValues": {"LinkToDataSetColumn": identifier(data_set, column)},
        },
    )


def one_of(name: str, *, title: str, values: Sequence[str], default: str) -> Parameter:
    """Let people choose one of some texts."""
    return Parameter(
        name=name,
        title=title,
        declaration=_single("String", name, default),
        kind="Dropdown",
        control={"Type": "SINGLE_SELECT", "SelectableValues": {"Values": list(values)}},
    )


def day(name: str, *, title: str, default: date) -> Parameter:
    """Let people choose a day."""
    return _day(name, title, {"StaticValues": [f"{default.isoformat()}T00:00:00Z"]})


def days_ago(name: str, *, title: str, days: int) -> Parameter:
    """Let people choose a day; it begins with one that lies some days back."""
    return _day(name, title, {"RollingDate": {"Expression": f"addDateTime({-days}, 'DD', truncDate('DD', now()))"}})


def whole_number(name: str, *, title: str, least: int, most: int, step: int, default: int) -> Parameter:
    """Let people choose a whole number by a slider."""
    declaration = _single("Integer", name, default)
    return _slider(name, title, declaration, MinimumValue=least, MaximumValue=most, StepSize=step)


def decimal(name: str, *, title: str, least: float, most: float, step: float, default: float) -> Parameter:
    """Let people choose a number by a slider."""
    declaration = _single("Decimal", name, default)
    return _slider(name, title, declaration, MinimumValue=least, MaximumValue=most, StepSize=step)


def _single(kind: str, name: str, default: str | float) -> dict[str, Any]:
    members = {"Name": name, "ParameterValueType": "SINGLE_VALUED", "DefaultValues": {"StaticValues": [default]}}
    return {f"{kind}ParameterDeclaration": members}


def _slider(name: str, title: str, declaration: dict[str, Any], **control: float) -> Parameter:
    return Parameter(name=name, title=title, declaration=declaration, kind="Slider", control=control)


def _day(name: str, title: str, default: dict[str, Any]) -> Parameter:
    return Parameter(
        name=name,
        title=title,
        declaration={
            "DateTimeParameterDeclaration": {
                "Name": name,
                "DefaultValues": default,
                "TimeGranularity": "DAY",
            }
        },
        kind="DateTimePicker",
        control={"DisplayOptions": {"DateTimeFormat": "YYYY-MM-DD"}},
    )
