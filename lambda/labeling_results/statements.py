"""SQL that writes the rows of a job as Parquet, into folders that no table shows yet.

https://docs.aws.amazon.com/athena/latest/ug/unload.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

STAGING = "label_results"
LABELS = "labels"
ANSWERS = "label_answers"
_SAFE = re.compile(r"[a-z0-9][a-z0-9-]*")

_LABEL_COLUMNS = """object, label, annotation, confidence, labeled_by, workers, agreement,
  cast(labeled_at as timestamp) as labeled_at, source_ref, request"""
_ANSWER_COLUMNS = "object, worker, answer, agrees, problem, seconds, cast(answered_at as timestamp) as answered_at"
# An array of structures unnests into their fields, in the order of the type: components/labeling_staging.py.
_ANSWER_FIELDS = "worker, answer, problem, seconds, answered_at, agrees"


@dataclass(frozen=True, kw_only=True)
class Harvest:
    """One reading of a job's results: another one gets folders of its own.

    Parameters
    ----------
    id
        What tells it from others.
    """

    task: str
    job: str
    id: str

    def __post_init__(self) -> None:
        for value in (self.task, self.job, self.id):
            if not _SAFE.fullmatch(value):
                raise ValueError(f"task, job and harvest must match {_SAFE.pattern}; got {value!r}")

    @property
    def folder(self) -> str:
        """Folder of the harvest below that of a table."""
        return f"task={self.task}/job={self.job}/harvest={self.id}"


def staging_key(harvest: Harvest) -> str:
    """Key of the rows as JSON lines, where the staging table looks for them."""
    return f"results/{harvest.folder}/rows.json.gz"


def location(curated_bucket: str, table: str, harvest: Harvest) -> str:
    """`s3://` address of the harvest's files of a table, with a slash at the end."""
    return f"s3://{curated_bucket}/{table}/{harvest.folder}/"


def unload_labels(harvest: Harvest, *, raw_database: str, curated_bucket: str) -> str:
    """Write the labels."""
    columns, rows = _LABEL_COLUMNS, f"{raw_database}.{STAGING}"
    return _unload(f"select {columns}\nfrom {rows}", harvest, location(curated_bucket, LABELS, harvest), "object")


def unload_answers(harvest: Harvest, *, raw_database: str, curated_bucket: str) -> str:
    """Write the answers."""
    rows = f"{raw_database}.{STAGING}\ncross join unnest(answers) as t ({_ANSWER_FIELDS})"
    target = location(curated_bucket, ANSWERS, harvest)
    return _unload(f"select {_ANSWER_COLUMNS}\nfrom {rows}", harvest, target, "object, worker")


def _unload(select: str, harvest: Harvest, target: str, order: str) -> str:
    where = f"task = '{harvest.task}' and job = '{harvest.job}' and harvest = '{harvest.id}'"
    query = f"{select}\nwhere {where}\norder by {order}"
    return f"unload ({query})\nto '{target}'\nwith (format = 'PARQUET', compression = 'ZSTD')"
