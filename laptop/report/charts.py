"""Charts as inline SVG. Colors are CSS classes of the page, so that they follow light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log10

from laptop.report.model import QueryFact, RunFact

WIDTH = 920
STEP_CLASSES = {
    "Claim": "s0",
    "StartCrawler": "s1",
    "WaitForCrawler": "s1",
    "GetCrawler": "s1",
    "CheckQuality": "s2",
    "Curate": "s3",
    "RegisterPartitions": "s4",
    "RegisterAggregates": "s4",
    "Aggregate": "s5",
    "Verify": "s6",
}
LEGEND = (
    ("s1", "crawl"),
    ("s2", "check quality"),
    ("s3", "curate (Spark)"),
    ("s4", "register partitions"),
    ("s5", "aggregate (Spark)"),
    ("s6", "verify"),
)


def revenue(months: Sequence[tuple[str, float]]) -> str:
    """Columns: dollars by month."""
    if not months:
        return ""
    height, left, bottom = 260, 60, 30
    top = max(value for _, value in months) or 1.0
    slot = (WIDTH - left) / len(months)
    parts = [_grid(left, height - bottom, top, "${:,.0f}")]
    for index, (month, value) in enumerate(months):
        tall = (height - bottom - 15) * value / top
        x = left + slot * index
        parts.append(
            f'<rect class="bar" x="{x + slot * 0.14:.1f}" y="{height - bottom - tall:.1f}" width="{slot * 0.72:.1f}" '
            f'height="{tall:.1f}" rx="3"><title>{escape(month)}: ${value:,.2f}</title></rect>'
            f'<text class="axis" x="{x + slot / 2:.1f}" y="{height - 10}" text-anchor="middle">'
            f"{escape(month[2:].replace('-', '/'))}</text>"
        )
    return _svg(height, parts, "Revenue by month")


def cohorts(cells: Sequence[tuple[str, int, float]]) -> str:
    """Heat map: share of each cohort that bought again, by months since the first purchase."""
    if not cells:
        return ""
    names = sorted({name for name, _, _ in cells})
    latest = max(month for _, month, _ in cells)
    left, top, tall = 90, 24, 34
    wide = (WIDTH - left) / (latest + 1)
    # Everybody buys in month 0; the scale belongs to those who come back.
    strongest = max((share for _, month, share in cells if month), default=1.0) or 1.0
    parts = [
        f'<text class="axis" x="{left + wide * (month + 0.5):.1f}" y="14" text-anchor="middle">{month}</text>'
        for month in range(latest + 1)
    ]
    for row, name in enumerate(names):
        y = top + tall * row
        parts.append(
            f'<text class="axis" x="{left - 12}" y="{y + tall / 2 + 4:.0f}" text-anchor="end">{escape(name)}</text>'
        )
        for _, month, share in (cell for cell in cells if cell[0] == name):
            strong = " strong" if month and share / strongest > 0.6 else ""
            opacity = 1.0 if month == 0 else 0.08 + 0.87 * min(share / strongest, 1.0)
            parts.append(
                f'<rect class="{"cell0" if month == 0 else "cell"}" x="{left + wide * month + 1:.1f}" y="{y + 1}" '
                f'width="{wide - 2:.1f}" height="{tall - 2}" rx="4" fill-opacity="{opacity:.2f}">'
                f"<title>{escape(name)}, month {month}: {share:.1%}</title></rect>"
                f'<text class="celltext{strong}" x="{left + wide * (month + 0.5):.1f}" '
                f'y="{y + tall / 2 + 4:.0f}" text-anchor="middle">{share:.0%}</text>'
            )
    return _svg(top + tall * len(names) + 4, parts, "Retention by cohort")


def scanned(queries: Sequence[QueryFact]) -> str:
    """Pairs of bars on a logarithmic scale: bytes that a query scanned, and the raw files that it did not read."""
    if not queries:
        return ""
    left, tall, top = 250, 34, 22
    width = WIDTH - left - 90
    largest = max(max(query.raw_bytes, query.scanned_bytes) for query in queries)
    decades = [power for power in range(3, 16) if 10**power <= largest * 1.5]
    ceiling = _log(largest * 1.5)

    def extent(size: int) -> float:
        return width * max(_log(size) - 2, 0) / (ceiling - 2)

    height = top + tall * len(queries) + 6
    parts = [
        f'<line class="grid" x1="{left + extent(10**power):.1f}" x2="{left + extent(10**power):.1f}" y1="{top - 4}" '
        f'y2="{height - 4}"/><text class="axis" x="{left + extent(10**power):.1f}" y="12" text-anchor="middle">'
        f"{human(10**power)}</text>"
        for power in decades
    ]
    for row, query in enumerate(queries):
        y = top + tall * row
        parts.append(
            f'<text class="label" x="{left - 12}" y="{y + 19}" text-anchor="end">{escape(query.name)}</text>'
            f'<rect class="raw" x="{left}" y="{y + 4}" width="{extent(query.raw_bytes):.1f}" height="11" rx="2">'
            f"<title>raw files: {query.raw_bytes:,} bytes</title></rect>"
            f'<rect class="bar" x="{left}" y="{y + 16}" width="{max(extent(query.scanned_bytes), 2):.1f}" height="11" '
            f'rx="2"><title>scanned: {query.scanned_bytes:,} bytes</title></rect>'
            f'<text class="axis" x="{left + extent(max(query.raw_bytes, query.scanned_bytes)) + 8:.1f}" y="{y + 19}">'
            f"{saving(query)}</text>"
        )
    return _svg(height, parts, "Bytes scanned by query")


def runs(executions: Sequence[RunFact]) -> str:
    """Time line: each pipeline run and its steps."""
    if not executions:
        return ""
    left, tall, top = 250, 24, 22
    begun = min(run.begun for run in executions)
    ended = max(run.ended for run in executions)
    scale = (WIDTH - left - 10) / max(ended - begun, 1e-9)
    height = top + tall * len(executions) + 6
    tick = next(step for step in (5, 10, 20, 30, 60, 120, 300, 600, 3600) if (ended - begun) / step <= 12)
    parts = [
        f'<line class="grid" x1="{left + second * scale:.1f}" x2="{left + second * scale:.1f}" y1="{top - 4}" '
        f'y2="{height - 4}"/><text class="axis" x="{left + second * scale:.1f}" y="12" text-anchor="middle">'
        f"{second} s</text>"
        for second in range(0, int(ended - begun) + 1, tick)
    ]
    for row, run in enumerate(executions):
        y = top + tall * row
        parts.append(
            f'<text class="label" x="{left - 12}" y="{y + 16}" text-anchor="end">{escape(label_of(run))}</text>'
        )
        whole = (left + (run.begun - begun) * scale, y + 9, (run.ended - run.begun) * scale)
        parts.append(_bar(*whole, "s0", height=8, title=f"{run.product}: {run.ended - run.begun:.1f} s"))
        for span in run.spans:
            if style := STEP_CLASSES.get(span.state):
                place = (left + (span.begun - begun) * scale, y + 5, (span.ended - span.begun) * scale)
                title = f"{span.state}: {span.ended - span.begun:.1f} s"
                parts.append(_bar(*place, style, height=16, title=title))
    return _svg(height, parts, "Pipeline runs")


def human(size: float) -> str:
    """Bytes in the largest decimal unit that leaves at least 1."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def saving(query: QueryFact) -> str:
    """How much less a query scanned than the raw files hold."""
    if not query.raw_bytes:
        return ""
    share = query.scanned_bytes / query.raw_bytes
    return f"{1 - share:.1%} less" if share <= 1 else f"{share - 1:.1%} more"


def label_of(run: RunFact) -> str:
    """Name a run by the file that started it, or by its product if a person did."""
    return run.cause.rpartition("/")[2] if "/" in run.cause else f"{run.product}, by hand"


def ticks(top: float) -> list[float]:
    """Three to six round values from 0 up to `top`."""
    power = 10 ** int(_log(top)) if top >= 1 else 1
    step = next(unit * power / 10 for unit in (1, 2, 5, 10, 20, 50) if top / (unit * power / 10) <= 6)
    values = [0.0]
    while values[-1] + step <= top:
        values.append(values[-1] + step)
    return values


def _grid(left: int, floor: int, top: float, label: str) -> str:
    lines = []
    for value in ticks(top):
        y = floor - (floor - 15) * value / top
        lines.append(
            f'<line class="grid" x1="{left}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="axis" x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{label.format(value)}</text>'
        )
    return "".join(lines)


def _bar(x: float, y: float, width: float, style: str, *, height: int, title: str) -> str:
    return (
        f'<rect class="{style}" x="{x:.1f}" y="{y}" width="{max(width, 1):.1f}" height="{height}" rx="2">'
        f"<title>{escape(title)}</title></rect>"
    )


def _log(value: float) -> float:

    return log10(max(value, 1))


def _svg(height: float, parts: Sequence[str], title: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
