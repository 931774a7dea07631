"""The functions of calculated fields, and how many arguments they take. Pure.

Source: "Functions by category" of the QuickSight user guide, and the page of each function.
"""

from __future__ import annotations


def _taking(least: int, most: int, names: str) -> dict[str, tuple[int, int]]:
    return dict.fromkeys(names.split(), (least, most))


# Functions of one row, which a data set may compute.
ROW_FUNCTIONS: dict[str, tuple[int, int]] = {
    **_taking(0, 0, "now"),
    **_taking(1, 1, "abs ceil decimalToInt decodeURL epochDate exp floor intToDecimal isNotNull isNull isWorkDay"),
    **_taking(1, 1, "ln log ltrim parseDecimal parseInt rtrim sqrt strlen toLower toString toUpper trim"),
    **_taking(1, 2, "round"),
    **_taking(1, 3, "formatDate parseDate"),
    **_taking(2, 2, "addWorkDays extract left mod nullIf parseJson right truncDate"),
    **_taking(2, 3, "contains dateDiff endsWith locate netWorkDays startsWith"),
    **_taking(2, 64, "coalesce concat"),
    **_taking(3, 3, "addDateTime replace split substring"),
    **_taking(3, 255, "ifelse"),
    **_taking(4, 255, "switch"),
}
# Functions over the rows or marks of a visual, which only a dashboard's calculated field may use.
AGGREGATE_FUNCTIONS: dict[str, tuple[int, int]] = {
    **_taking(1, 2, "avg count distinct_count max median min percentOfTotal stdev stdevp sum var varp"),
    **_taking(1, 3, "avgOver countOver denseRank distinctCountOver maxOver minOver percentileRank rank stdevOver"),
    **_taking(1, 3, "stdevpOver sumOver varOver varpOver"),
    **_taking(2, 2, "avgIf countIf distinct_countIf maxIf medianIf minIf stdevIf stdevpIf sumIf varIf varpIf"),
    **_taking(2, 3, "firstValue lastValue percentile percentileCont percentileDisc runningAvg runningCount"),
    **_taking(2, 3, "runningMax runningMin runningSum"),
    **_taking(2, 4, "difference percentDifference percentileContOver percentileDiscOver percentileOver"),
    **_taking(2, 4, "periodOverPeriodDifference periodOverPeriodLastValue periodOverPeriodPercentDifference"),
    **_taking(3, 3, "periodToDateAvgOverTime periodToDateCountOverTime periodToDateMaxOverTime"),
    **_taking(3, 3, "periodToDateMinOverTime periodToDateSumOverTime"),
    **_taking(3, 4, "lag lead periodToDateAvg periodToDateCount periodToDateMax periodToDateMedian"),
    **_taking(3, 4, "periodToDateMin periodToDateStDev periodToDateSum periodToDateVar"),
    **_taking(4, 5, "windowAvg windowCount windowMax windowMin windowSum"),
}
