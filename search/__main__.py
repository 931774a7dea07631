"""Command: `python -m search "words" --collection mail --environment laptop`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from emr_steps.search.query import QueryError
from search.athena import ANALYSTS, AthenaError
from search.client import Index, Result, builds, connect
from smoke.place import NotDeployedError


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer one query; return the exit status."""
    options = _parser().parse_args(arguments)
    console = Console(highlight=False)
    try:
        engine = connect(options.environment, options.workgroup)
        collection = options.collection or _only([build.collection for build in builds(engine)])
        index = Index(engine, collection)
        text = " ".join(options.words)
        if options.sql:
            print(index.sql(text, options.limit))
        else:
            _show(console, index.search(text, options.limit), index.build.documents, text)
    except (QueryError, AthenaError, NotDeployedError, BotoCoreError, ClientError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _only(collections: list[str]) -> str:
    if len(collections) != 1:
        raise QueryError(f"--collection must name one of {collections}" if collections else "there is no index yet")
    return collections[0]


def _show(console: Console, result: Result, documents: int, text: str) -> None:
    table = Table(box=None, pad_edge=False)
    for heading, justify in (("score", "right"), ("terms", "right"), ("title", "left"), ("path", "left")):
        table.add_column(heading, justify="right" if justify == "right" else "left", overflow="ellipsis", no_wrap=True)
    for hit in result.hits:
        # Titles are data: what looks like rich's markup in them is text.
        table.add_row(f"{hit.score:.3f}", str(hit.terms), _plain(hit.title), _plain(hit.path))
    if result.hits:
        console.print(table)
    found = f"{len(result.hits)} of {documents:,} documents" if result.hits else f"nothing found for {text!r}"
    console.print(
        f"{found}; {result.scanned_bytes:,} bytes read, {result.engine_milliseconds} ms", style="dim", markup=False
    )


def _plain(text: str | None) -> str:
    return (text or "").replace("[", r"\[")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m search",
        description="Find the documents that match a query best. A phrase in double quotes must occur.",
    )
    parser.add_argument("words", nargs="+", help="the query")
    parser.add_argument("--collection", help="needed if more than one has an index")
    parser.add_argument("--environment", default="laptop", help="laptop, dev, staging or prod (laptop)")
    parser.add_argument("--limit", type=int, default=10, help="documents to show (10)")
    parser.add_argument("--sql", action="store_true", help="print the statement for Athena instead of running it")
    parser.add_argument("--workgroup", default=ANALYSTS, help=f"who asks and pays ({ANALYSTS})")
    return parser


if __name__ == "__main__":
    sys.exit(main())
