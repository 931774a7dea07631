import re

import pytest

from laptop.report import charts
from laptop.report.model import QueryFact, Report


def _widths(svg: str, style: str) -> list[float]:
    return [float(width) for width in re.findall(rf'<rect class="{style}"[^>]* width="([\d.]+)"', svg)]


def _heights(svg: str) -> list[float]:
    return [float(height) for height in re.findall(r'<rect class="bar"[^>]* height="([\d.]+)"', svg)]


def test_columns_are_as_tall_as_their_values() -> None:
    full, half = _heights(charts.revenue([("1997-01", 200.0), ("1997-02", 100.0)]))
    assert half == pytest.approx(full / 2, abs=0.1)


def test_a_step_is_as_wide_as_it_was_long(report: Report) -> None:
    svg = charts.runs(report.runs)
    assert len(set(_widths(svg, "s3"))) == 1
    whole, step = max(_widths(svg, "s0")), _widths(svg, "s3")[0]
    assert step == pytest.approx(whole * 4 / 26, abs=0.2)


def test_ten_times_the_bytes_are_one_decade_longer() -> None:
    sizes = (10**4, 10**5, 10**6)
    queries = [QueryFact(str(size), "", "", 1, 1, scanned_bytes=size, raw_bytes=10**7) for size in sizes]
    small, middle, large = _widths(charts.scanned(queries), "bar")
    assert middle - small == pytest.approx(large - middle, abs=0.2)
    assert middle > small


def test_the_heat_map_has_a_cell_for_each_cohort_and_month(report: Report) -> None:
    svg = charts.cohorts(report.cohorts)
    assert svg.count('class="cell"') == 1
    assert svg.count('class="cell0"') == 2
    assert "1997-01, month 1: 21.0%" in svg


@pytest.mark.parametrize("draw", [charts.revenue, charts.cohorts, charts.scanned, charts.runs])
def test_nothing_is_drawn_of_nothing(draw: object) -> None:
    assert callable(draw)
    assert draw([]) == ""


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (25_000_000, "25 MB"), (3 * 10**12, "3.0 TB")]
)
def test_sizes_are_human(size: int, text: str) -> None:
    assert charts.human(size) == text


@pytest.mark.parametrize(("top", "count"), [(1, 6), (7, 4), (393_155, 4), (100, 6)])
def test_axes_have_few_round_values(top: float, count: int) -> None:
    values = charts.ticks(top)
    assert len(values) == count
    assert values[0] == 0
    assert values[-1] <= top
