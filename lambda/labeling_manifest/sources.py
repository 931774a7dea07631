"""Where a task's objects come from: a folder of the bucket, a query, or what another job has labeled."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lake_common.labeling.manifest import ManifestError, line_of
from lake_common.labeling.tasks import Task

FOLDER = "objects/"
IMAGE_ENDINGS = (".jpg", ".jpeg", ".png")
# https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html
IMAGE_BYTES = 40 * 1024 * 1024
# A page shows the text whole, and the bytes of most characters are one or two.
TEXT_BYTES = 100_000


@dataclass(frozen=True)
class Found:
    """An object that S3 lists."""

    key: str
    size: int


def check_folder(prefix: str) -> None:
    """Refuse a prefix outside the folder that browsers may read from."""
    if not prefix.startswith(FOLDER) or len(prefix) == len(FOLDER):
        raise ManifestError(f"source.prefix must begin with {FOLDER} and a name; got {prefix!r}")


def of_folder(objects: Iterable[Found], task: Task, bucket: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Make a line of each object that fits the task, and tell why the others do not."""
    lines, unfit = [], []
    for found in objects:
        if found.key.endswith("/"):
            continue
        problem = _problem(found, task)
        if problem:
            unfit.append(f"{found.key}: {problem}")
        else:
            address = f"s3://{bucket}/{found.key}"
            lines.append(line_of(object_name=address, source_ref=address))
    return lines, unfit


def _problem(found: Found, task: Task) -> str | None:
    most = IMAGE_BYTES if task.is_image else TEXT_BYTES
    if not 0 < found.size <= most:
        return f"must have 1 to {most} bytes; got {found.size}"
    if task.is_image and not found.key.lower().endswith(IMAGE_ENDINGS):
        return f"must end with one of {list(IMAGE_ENDINGS)}"
    return None


def of_query(content: str) -> list[dict[str, Any]]:
    """Make a line of each row of a query's result: `source_ref`, or `source` with the name of the `object`."""
    rows = csv.DictReader(io.StringIO(content))
    columns = list(rows.fieldnames or ())
    if columns not in (["source_ref"], ["object", "source_ref"], ["object", "source"]):
        expected = "source_ref, or object and source_ref, or object and source"
        raise ManifestError(f"source.query must give the columns {expected}; got {columns}")
    return [_of_row(row) for row in rows]


def _of_row(row: Mapping[str, str]) -> dict[str, Any]:
    name = row.get("object") or row.get("source_ref")
    if not name:
        raise ManifestError(f"each row of source.query must name its object; got {dict(row)}")
    return line_of(object_name=name, source_ref=row.get("source_ref"), source=row.get("source"))


def of_job(lines: Iterable[Mapping[str, Any]], attribute: str, below: float | None) -> list[dict[str, Any]]:
    """Take the lines that another job labeled, with their labels; of less confidence than `below`, if that is given."""
    chosen = []
    for line in lines:
        metadata = line.get(f"{attribute}-metadata") or {}
        if line.get(attribute) is None:
            continue
        if below is None or float(metadata.get("confidence", 0.0)) < below:
            chosen.append(dict(line))
    return chosen
