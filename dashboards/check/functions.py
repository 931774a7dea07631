"""The functions of calculated fields: over what they are evaluated, and what they give.

https://docs.aws.amazon.com/quicksight/latest/user/functions-by-category.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashboards.model import ColumnType

# `row` of each row; `aggregate` of the rows of a mark; `table` of the marks of a visual.
Scope = Literal["row", "aggregate", "table"]


@dataclass(frozen=True)
class Function:
    """One function.

    Attributes
    ----------
    name
        As the documentation spells it.
    gives
        The type of its value; a number if it is that of an argument, None if it cannot be told.
    arguments
        How many it takes, at least and at most.
    numeric
        Whether its first argument must be a number.
    """

    name: str
    scope: Scope
    gives: ColumnType | int | None
    arguments: tuple[int, int]
    numeric: bool = False


def _functions(
    scope: Scope, gives: ColumnType | int | None, numeric: bool, **arguments: tuple[int, int]
) -> dict[str, Function]:
    made = (Function(name, scope, gives, count, numeric) for name, count in arguments.items())
    return {function.name.lower(): function for function in made}


_MANY = 1000
FUNCTIONS: dict[str, Function] = {
    # Of each row.
    **_functions("row", 0, True, abs=(1, 1), round=(1, 2)),
    **_functions("row", "INTEGER", True, ceil=(1, 1), decimalToInt=(1, 1), floor=(1, 1), mod=(2, 2)),
    **_functions("row", "DECIMAL", True, exp=(1, 1), intToDecimal=(1, 1), ln=(1, 1), log=(1, 1), sqrt=(1, 1)),
    **_functions("row", "INTEGER", False, dateDiff=(2, 3), extract=(2, 2), locate=(2, 3), netWorkDays=(2, 3)),
    **_functions("row", "INTEGER", False, parseInt=(1, 1), strlen=(1, 1)),
    **_functions("row", "DECIMAL", False, parseDecimal=(1, 1)),
    **_functions("row", "DATETIME", False, addDateTime=(3, 3), addWorkDays=(2, 2), epochDate=(1, 1), now=(0, 0)),
    **_functions("row", "DATETIME", False, parseDate=(1, 3), truncDate=(2, 3)),
    **_functions("row", "STRING", False, concat=(2, _MANY), formatDate=(1, 3), left=(2, 2), ltrim=(1, 1)),
    **_functions("row", "STRING", False, parseJson=(2, 2), replace=(3, 3), right=(2, 2), rtrim=(1, 1), split=(3, 3)),
    **_functions("row", "STRING", False, substring=(3, 3), toLower=(1, 1), toString=(1, 1), toUpper=(1, 1)),
    **_functions("row", "STRING", False, trim=(1, 1), decodeUrl=(1, 1)),
    **_functions("row", "BOOLEAN", False, contains=(2, 3), endsWith=(2, 3), isNotNull=(1, 1), isNull=(1, 1)),
    **_functions("row", "BOOLEAN", False, isWorkDay=(1, 1), notIn=(2, 2), startsWith=(2, 3), **{"in": (2, 2)}),
    **_functions("row", 0, False, coalesce=(2, _MANY), nullIf=(2, 2)),
    **_functions("row", 1, False, ifelse=(3, _MANY)),
    **_functions("row", 2, False, switch=(4, _MANY)),
    # Of the rows of a mark; the last argument may be a list: the level of a level-aware calculation.
    **_functions("aggregate", "DECIMAL", True, avg=(1, 2), median=(1, 2), stdev=(1, 2), stdevp=(1, 2), var=(1, 2)),
    **_functions("aggregate", "DECIMAL", True, varp=(1, 2), percentile=(2, 3), percentileCont=(2, 3)),
    **_functions("aggregate", "DECIMAL", True, percentileDisc=(2, 3), avgIf=(2, 2), medianIf=(2, 2), stdevIf=(2, 2)),
    **_functions("aggregate", "DECIMAL", True, stdevpIf=(2, 2), varIf=(2, 2), varpIf=(2, 2)),
    **_functions("aggregate", "INTEGER", False, count=(1, 2), countIf=(2, 2), distinct_count=(1, 2)),
    **_functions("aggregate", "INTEGER", False, distinct_countIf=(2, 2)),
    **_functions("aggregate", 0, True, sum=(1, 2), sumIf=(2, 2)),
    **_functions("aggregate", 0, False, max=(1, 2), maxIf=(2, 2), min=(1, 2), minIf=(2, 2)),
    **_functions("aggregate", "DECIMAL", True, periodToDateAvg=(3, 4), periodToDateMedian=(3, 4)),
    **_functions("aggregate", "DECIMAL", True, periodToDateStDev=(3, 4), periodToDateStDevP=(3, 4)),
    **_functions("aggregate", "DECIMAL", True, periodToDateVar=(3, 4), periodToDateVarP=(3, 4)),
    **_functions("aggregate", "DECIMAL", True, periodToDatePercentile=(4, 5), periodToDatePercentileCont=(4, 5)),
    **_functions("aggregate", 0, True, periodToDateSum=(3, 4), periodToDateMax=(3, 4), periodToDateMin=(3, 4)),
    **_functions("aggregate", "INTEGER", False, periodToDateCount=(3, 4)),
    # Of the marks of a visual.
    **_functions("table", "DECIMAL", False, percentDifference=(2, 4), percentOfTotal=(1, 2), percentileRank=(1, 3)),
    **_functions("table", "DECIMAL", False, avgOver=(1, 3), runningAvg=(2, 3), stdevOver=(1, 3), stdevpOver=(1, 3)),
    **_functions("table", "DECIMAL", False, varOver=(1, 3), varpOver=(1, 3), percentileOver=(2, 4)),
    **_functions("table", "DECIMAL", False, percentileContOver=(2, 4), percentileDiscOver=(2, 4), windowAvg=(4, 5)),
    **_functions("table", "DECIMAL", False, periodOverPeriodPercentDifference=(2, 4)),
    **_functions("table", "DECIMAL", False, periodToDateAvgOverTime=(3, 3)),
    **_functions("table", "INTEGER", False, countOver=(1, 3), denseRank=(1, 3), distinctCountOver=(1, 3), rank=(1, 3)),
    **_functions("table", "INTEGER", False, runningCount=(2, 3), windowCount=(4, 5), periodToDateCountOverTime=(3, 3)),
    **_functions("table", 0, False, difference=(2, 4), firstValue=(2, 3), lag=(3, 4), lastValue=(2, 3), lead=(3, 4)),
    **_functions("table", 0, False, maxOver=(1, 3), minOver=(1, 3), runningMax=(2, 3), runningMin=(2, 3)),
    **_functions("table", 0, False, runningSum=(2, 3), sumOver=(1, 3), windowMax=(4, 5), windowMin=(4, 5)),
    **_functions("table", 0, False, windowSum=(4, 5), periodOverPeriodDifference=(2, 4)),
    **_functions("table", 0, False, periodOverPeriodLastValue=(2, 4), periodToDateMaxOverTime=(3, 3)),
    **_functions("table", 0, False, periodToDateMinOverTime=(3, 3), periodToDateSumOverTime=(3, 3)),
}


# Which argument of a function of time names a period, and which are dates.
_UNITS = ("YYYY", "Q", "MM", "WK", "DD", "HH", "MI", "SS", "MS")
PERIODS: dict[str, tuple[int, tuple[str, ...]]] = {
    "addDateTime": (1, _UNITS),
    "dateDiff": (2, _UNITS),
    "extract": (0, (*_UNITS, "WD")),
    "truncDate": (0, _UNITS),
}
DATES: dict[str, tuple[int, ...]] = {
    "addDateTime": (2,),
    "dateDiff": (0, 1),
    "extract": (1,),
    "formatDate": (0,),
    "truncDate": (1,),
}


def function(name: str) -> Function | None:
    """Find a function; upper and lower case are the same."""
    return FUNCTIONS.get(name.lower())
