"""A real corpus through the text pipeline: indexed on a cluster of EMR, and searched through Athena."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from laptop.launcher import LaptopError
from laptop.report.model import HitFact, SearchFact

if TYPE_CHECKING:
    from datasets.prepare import RawFile
    from laptop.demo.lake import Lake
    from laptop.demo.pipelines import Pipelines

# Speeches of the presidents of the United States; a name of the datasets' catalogue.
COLLECTION = "speeches"
QUERIES = ("gold silver coinage", '"cold war"', "health insurance reform")
_PRODUCT, _HITS = "text", 3
_UPLOADS_AT_ONCE = 8


def start(pipelines: Pipelines, files: Sequence[RawFile]) -> str:
    """Upload the files of a collection and let a cluster index them; return the id of the request.

    Raises
    ------
    LaptopError
        What the cluster needs cannot be stored.
    """
    _store_cluster_files()
    with ThreadPoolExecutor(_UPLOADS_AT_ONCE) as pool:
        # A fault in one of them is raised here.
        list(pool.map(lambda file: pipelines.upload([file]), files))
    request = request_of(files)
    pipelines.start(_PRODUCT, {"collection": COLLECTION, "request": request, "queries": list(QUERIES)})
    return request


def wait(lake: Lake, pipelines: Pipelines, request: str) -> str:
    """Wait until the collection is indexed, and say what the index holds.

    Raises
    ------
    LaptopError
        The pipeline fails.
    """
    (execution,) = pipelines.wait({request})
    known = " (known input: nothing to do)" if execution.state == "Duplicate" else ""
    built = lake.query(
        f"SELECT documents, terms FROM text_builds WHERE collection = '{COLLECTION}'",  # noqa: S608 - our own name
        "lake_analytics",
    ).frame
    documents, terms = built.iloc[0]
    return f"{documents:,} documents, {terms:,} terms{known}"


def _store_cluster_files() -> None:
    from cluster_files.__main__ import main as cluster_files  # noqa: PLC0415

    status = cluster_files(["--environment", "laptop"])
    if status:
        raise LaptopError(f"what nodes fetch must be stored; `make cluster-files` ended with status {status}")


def request_of(files: Sequence[RawFile]) -> str:
    """Name a request by its input, so that repeating the demo repeats no work."""
    digest = hashlib.sha256(json.dumps([COLLECTION, *QUERIES]).encode())
    for file in files:
        digest.update(f"{file.key} {file.path.stat().st_size}\n".encode())
    return f"demo-{digest.hexdigest()[:12]}"


def search(console: Console) -> tuple[SearchFact, ...]:
    """Ask the index, and print the answers."""
    from search.client import Index  # noqa: PLC0415

    index = Index.connect("laptop", COLLECTION)
    found = []
    for query in QUERIES:
        result = index.search(query, _HITS)
        hits = tuple(HitFact(hit.title or hit.path or hit.doc_id, hit.score) for hit in result.hits)
        found.append(SearchFact(query, hits, result.engine_milliseconds, result.scanned_bytes))
    console.print(_table(found))
    return tuple(found)


def _table(searches: Sequence[SearchFact]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 3), show_header=False)
    for item in searches:
        best = ", ".join(f"{hit.title} ({hit.score:.2f})" for hit in item.hits) or "nothing"
        # Titles are data: what looks like rich's markup in them is text.
        table.add_row(f"[cyan]{item.query}[/]", best.replace("[", r"\["), f"{item.milliseconds} ms")
    return table


def prepare(archives: dict[str, Path], folder: Path) -> list[RawFile]:
    """Write the documents of the collection as raw files."""
    from datasets.corpora import corpus  # noqa: PLC0415
    from datasets.text import prepare_text  # noqa: PLC0415

    return prepare_text((corpus(COLLECTION),), archives, folder / "text")
