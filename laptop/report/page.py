"""The report as one HTML page: no script, no font, no image that is not inline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from laptop.report import charts
from laptop.report.charts import human
from laptop.report.model import CheckFact, QueryFact, Report, SearchFact, StackFact, WorkerFact

_STYLE = Path(__file__).with_name("style.css")
_STATES = {"proven": ("good", "✓ proven"), "failed": ("bad", "✗ failed"), "not proven": ("unsure", "? not proven")}


def render(report: Report) -> str:
    """Draw the page."""
    body = "\n".join(
        (
            _head(report),
            _section(
                "Architecture", "Drawn from the deployed templates.", f'<div class="diagram">{report.diagram}</div>'
            ),
            _pipelines(report),
            _tables(report),
            _quarantine(report),
            _insight(report),
            _queries(report.queries),
            _searches(report.searches),
            _workers(report.workers),
            _dashboards(report),
            _checks(report.checks),
            _stacks(report.stacks),
            _steps(report),
        )
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Data lake on a laptop</title><style>{_STYLE.read_text(encoding='utf-8')}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _head(report: Report) -> str:
    proven = sum(check.state == "proven" for check in report.checks)
    raw_rows = sum(table.raw_rows for table in report.tables)
    resources = sum(stack.count for stack in report.stacks)
    succeeded = sum(run.status == "SUCCEEDED" for run in report.runs)
    cost = sum(query.price for query in report.queries)
    facts = (
        (f"{report.seconds:.0f} s", "from start to this report"),
        (f"{resources}", f"resources in {len(report.stacks)} stacks, deployed by the CDK CLI"),
        (f"{succeeded} of {len(report.runs)}", "pipeline runs succeeded"),
        (f"{raw_rows:,}", f"raw rows in {len(report.tables)} tables"),
        (f"{len(report.queries)}", f"named queries, ${cost:.4f} on Athena"),
        (f"{proven} of {len(report.checks)}", "claims proven by smoke tests"),
    )
    cards = "".join(
        f'<div class="fact"><b>{escape(value)}</b><span>{escape(text)}</span></div>' for value, text in facts
    )
    return (
        "<h1>The data lake, on this laptop</h1>"
        f'<p class="soft">{report.created:%Y-%m-%d %H:%M} · {escape(report.machine)} · emulator at '
        f"<code>{escape(report.endpoint)}</code> · no AWS account, no Docker</p>"
        f'<div class="facts">{cards}</div>'
    )


def _pipelines(report: Report) -> str:
    legend = "".join(
        f'<span><svg viewBox="0 0 12 12"><rect class="{style}" width="12" height="12" rx="3"/></svg>'
        f"{escape(text)}</span>"
        for style, text in charts.LEGEND
    )
    return _section(
        "What ran",
        "Each bar is one run of a Step Functions pipeline: started by an object that arrived, or by hand.",
        charts.runs(report.runs) + f'<div class="legend">{legend}</div>',
    )


def _tables(report: Report) -> str:
    rows = [
        (
            escape(table.name),
            f"{table.raw_rows:,}",
            f"{table.curated_rows:,}",
            f"{table.quarantined_rows:,}",
            '<span class="good">✓</span>' if table.balanced else '<span class="bad">✗</span>',
            human(table.raw_bytes),
            human(table.curated_bytes),
            f"{table.files:,}",
        )
        for table in report.tables
    ]
    header = ("table", "raw rows", "curated", "quarantine", "adds up", "raw", "Parquet", "files")
    return _section(
        "Tables",
        "Raw files as they arrived, and what became of every row. Curated and quarantine always add up to raw.",
        _table(header, rows, numbers=range(1, 8)),
    )


def _quarantine(report: Report) -> str:
    rows = [
        (
            escape(reason.table),
            escape(reason.reason),
            f"{reason.rows:,}",
            f"<code>{escape(_cut(reason.example))}</code>",
        )
        for reason in report.reasons
    ]
    text = (
        "Nothing is dropped: rows that a contract rejects, copies and superseded versions are kept with their reason."
    )
    return _section("Quarantine", text, _table(("table", "reason", "rows", "for example"), rows, numbers=(2,)))


def _insight(report: Report) -> str:
    return _section(
        "What the data says",
        "CDNOW, a music shop of 1997, from the analytics zone: all its customers first bought in the first quarter.",
        f"<h3>Revenue by month</h3>{charts.revenue(report.revenue)}"
        f"<h3>Who came back, by months since the first purchase</h3>{charts.cohorts(report.cohorts)}",
    )


def _queries(queries: Sequence[QueryFact]) -> str:
    rows = [
        (
            f"{escape(query.name)}<br><span class='soft'>{escape(query.description)}</span>",
            f"{query.rows:,}",
            f"{query.milliseconds:,} ms",
            human(query.scanned_bytes),
            human(query.raw_bytes),
            f"${query.price:.6f}",
            f"${query.raw_price:.6f}",
        )
        for query in queries
    ]
    header = ("query", "rows", "engine", "scanned", "raw files", "price", "price on raw")
    return _section(
        "Queries, and what Athena would charge",
        "Named queries of the workgroups. Blue: bytes scanned; grey: the raw files of the same tables (logarithmic). "
        "Athena charges $5 per TB and at least 10 MB a query, so on data this small most queries cost the minimum.",
        charts.scanned(queries) + _table(header, rows, numbers=range(1, 7)),
    )


def _searches(searches: Sequence[SearchFact]) -> str:
    rows = [
        (
            f"<code>{escape(search.query)}</code>",
            "<br>".join(f"{escape(hit.title)} <span class='soft'>{hit.score:.3f}</span>" for hit in search.hits),
            f"{search.milliseconds:,} ms",
            human(search.scanned_bytes),
        )
        for search in searches
    ]
    text = (
        "Addresses on the State of the Union, indexed on a cluster of EMR by the weights of their words and phrases "
        "(TF-IDF). A search is one statement of SQL; the number is the cosine between document and query."
    )
    return _section("Search", text, _table(("query", "best documents", "engine", "scanned"), rows, numbers=(2, 3)))


def _workers(workers: Sequence[WorkerFact]) -> str:
    rows = [
        (f"<code>{escape(worker.worker)}</code>", f"{worker.answers:,}", f"{worker.disagreement:.0%}")
        for worker in workers
    ]
    text = (
        "Mails, each shown to several simulated workers by a labeling job of SageMaker Ground Truth. The labels weigh "
        "workers by what their answers tell of them, so one who does not read costs little."
    )
    return _section("Labels", text, _table(("worker", "answers", "contradicted by the label"), rows, numbers=(1, 2)))


def _dashboards(report: Report) -> str:
    rows = [
        (
            escape(person.name),
            f"<code>{escape(', '.join(person.groups))}</code>",
            escape(", ".join(person.dashboards)),
            f"{person.rows:,}",
            f"{person.all_rows:,}",
            f"<code>{escape(', '.join(person.withheld))}</code>" if person.withheld else "",
        )
        for person in report.people
    ]
    text = (
        "QuickSight's dashboards, drawn from the deployed definitions and the rows that were imported. Rules for rows "
        "and columns decide what each person sees."
    )
    header = ("person", "groups", "dashboards", "rows seen", "of rows", "columns withheld")
    link = f'<p><a href="{escape(report.dashboards)}">Open the dashboards</a></p>'
    return _section("Dashboards", text, link + _table(header, rows, numbers=(3, 4)))


def _checks(checks: Sequence[CheckFact]) -> str:
    rows = []
    for check in checks:
        style, text = _STATES[check.state]
        proof = f"<span class='soft'>{escape(check.proof)}</span>"
        rows.append((f'<span class="state {style}">{text}</span>', f"{escape(check.title)}<br>{proof}"))
    text = "The same scripts run against AWS. What a laptop cannot show is marked, never green."
    return _section("Smoke tests", text, _table(("", "claim and evidence"), rows))


def _stacks(stacks: Sequence[StackFact]) -> str:
    rows = [
        (
            f"<code>{escape(stack.name)}</code>",
            escape(stack.status),
            str(stack.count),
            ", ".join(f"{number} {escape(kind.removeprefix('AWS::'))}" for kind, number in stack.resources),
        )
        for stack in stacks
    ]
    text = "CloudFormation stacks, from the templates that also deploy to AWS."
    return _section("What was deployed", text, _table(("stack", "status", "resources", "types"), rows, numbers=(2,)))


def _steps(report: Report) -> str:
    rows = [(escape(step.title), f"{step.seconds:.1f} s", escape(step.detail)) for step in report.steps]
    return _section("Where the time went", "", _table(("step", "time", "result"), rows, numbers=(1,)))


def _section(title: str, text: str, content: str) -> str:
    return f'<section><h2>{escape(title)}</h2><p class="soft">{escape(text)}</p>{content}</section>'


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    """Make a table of cells that are HTML already; `numbers` are the columns that align to the right."""
    right = set(numbers)

    def cells(tag: str, values: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{' class=n' if index in right else ''}>{value}</{tag}>" for index, value in enumerate(values)
        )

    lines = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{cells("th", header)}</tr>{lines}</table></div>'


def _cut(text: str, size: int = 90) -> str:
    return text if len(text) <= size else f"{text[: size - 1]}…"
