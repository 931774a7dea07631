"""Batches of inputs to batches of rows, in Arrow: the code that runs in the executors' Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa

from emr_steps.documents import document, wiki
from emr_steps.documents.refused import RefusedError

WIKI = "wiki"
OUTCOMES = GOOD, REFUSED, SKIPPED = "good", "refused", "skipped"
SCHEMA = (
    "doc_id string, path string, title string, label string, kind string, encoding string, bytes bigint, "
    "body string, reason string, outcome string"
)
_TYPES = {"bytes": pa.int64()}
_FIELDS = [pa.field(name, _TYPES.get(name, pa.string())) for name in (item.split()[0] for item in SCHEMA.split(", "))]
_ARROW = pa.schema(_FIELDS)
# A batch goes to the JVM when it holds that much text, so that memory does not grow with the partition.
_BATCH_CHARACTERS = 1 << 23

Row = dict[str, object]
Convert = Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]


def from_files(collection: str, limit: int) -> Convert:
    """Convert batches of `path` (within the collection) and `content` to batches of `SCHEMA`, one row per file."""

    def rows(batches: Iterable[pa.RecordBatch]) -> Iterator[Row]:
        for batch in batches:
            for path, content in zip(batch.column("path"), batch.column("content"), strict=True):
                yield file_row(collection, path.as_py(), content.as_py(), limit)

    return lambda batches: _batches(rows(batches))


def from_pages(collection: str, limit: int) -> Convert:
    """Convert batches of `path` (of the dump) and `value` (up to a page's end) to batches of `SCHEMA`."""

    def rows(batches: Iterable[pa.RecordBatch]) -> Iterator[Row]:
        for batch in batches:
            for path, record in zip(batch.column("path"), batch.column("value"), strict=True):
                row = page_row(collection, path.as_py(), record.as_py(), limit)
                if row is not None:
                    yield row

    return lambda batches: _batches(rows(batches))


def file_row(collection: str, path: str, content: bytes, limit: int) -> Row:
    """Give the row of one file: a document, or a reason why it is none."""
    row = _row(collection, path, len(content))
    try:
        found = document.read(path, content, limit)
    except RefusedError as error:
        return row | {"reason": str(error), "outcome": REFUSED}
    named = {"title": found.title, "kind": found.kind, "encoding": found.encoding, "body": found.body}
    return row | named | {"outcome": GOOD}


def page_row(collection: str, dump: str, record: str, limit: int) -> Row | None:
    """Give the row of one page of a dump; None if the record holds no page."""
    row = _row(collection, f"{dump}#{_number(record)}", len(record.encode())) | {"kind": WIKI}
    try:
        if len(record) > limit:
            raise RefusedError(f"too large: more than {limit:,} characters")
        page = wiki.read_page(record)
    except wiki.SkippedPage as skipped:
        return row | {"reason": str(skipped), "outcome": SKIPPED}
    except RefusedError as error:
        return row | {"reason": str(error), "outcome": REFUSED}
    if page is None:
        return None
    return row | {"title": page.title, "encoding": "utf-8", "body": page.text, "outcome": GOOD}


def _number(record: str) -> str:
    """Give the number of a page by its first `<id>`, also if the page is damaged elsewhere."""
    begin = record.find("<id>")
    end = record.find("</id>", begin)
    return record[begin + 4 : end].strip() if 0 <= begin < end else ""


def _row(collection: str, path: str, size: int) -> Row:
    return {
        "doc_id": document.doc_id(collection, path),
        "path": path,
        "label": document.label_of(path),
        "bytes": size,
    }


def _batches(rows: Iterator[Row]) -> Iterator[pa.RecordBatch]:
    held: list[Row] = []
    characters = 0
    for row in rows:
        held.append(row)
        characters += len(str(row.get("body", ""))) + 100
        if characters > _BATCH_CHARACTERS:
            yield pa.RecordBatch.from_pylist(held, schema=_ARROW)
            held, characters = [], 0
    if held:
        yield pa.RecordBatch.from_pylist(held, schema=_ARROW)
