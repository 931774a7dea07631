"""Exchange the files of a partition so that nobody ever counts a row twice or misses one.

S3 replaces one object at a time, so between the first and the last step of an exchange a partition holds a wrong set
of rows. Two things make that harmless:

- A *journal*, written when the new files are complete and checked, says which files go and which come. It is the
  commit: before it, nothing has happened; after it, whoever runs next completes the exchange (it never rolls back).
- A *guard*, an object in the partition that is not Parquet, stands there while its rows are wrong. A reader that lists
  the partition then fails with an error instead of returning wrong numbers, and succeeds when it tries again. Its name
  sorts last, so a listing in several pages meets it too. A reader that listed the old files before finds them gone,
  which is an error as well.

A journal whose partition has been rewritten by someone else meanwhile (curation rebuilds whole folders) is void.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Protocol

from lake_common.hadoop_files import StoredFile

from glue_jobs.compact.plan import is_hidden

GUARD = "zz-compaction-in-progress"
GUARD_TEXT = (
    "The files of this partition are being exchanged. Run the query again; if this lasts, run the compact job.\n"
)
JOURNAL = "journal.json"


class Files(Protocol):
    """What an exchange needs of a file system."""

    def list(self, folder: str) -> list[StoredFile]: ...
    def read(self, uri: str) -> str | None: ...
    def write(self, uri: str, text: str) -> None: ...
    def copy(self, source: str, target: str) -> None: ...
    def delete(self, uri: str) -> None: ...


@dataclass(frozen=True)
class Journal:
    """An exchange: the partition's folder, the files that go and the files that come, with their sizes in bytes."""

    partition: str
    old: Mapping[str, int]
    new: Mapping[str, int]


@dataclass(frozen=True)
class Workspace:
    """Where one partition is prepared: a hidden folder beside the tables, one per partition."""

    folder: str

    @property
    def data(self) -> str:
        return f"{self.folder}/data"

    @property
    def journal(self) -> str:
        return f"{self.folder}/{JOURNAL}"


def commit(files: Files, workspace: Workspace, journal: Journal) -> None:
    """Make the exchange certain. The files that come must be complete in the workspace."""
    files.write(workspace.journal, json.dumps(asdict(journal), sort_keys=True))


def recover(files: Files, workspace: Workspace) -> bool:
    """Complete the exchange that the workspace holds, if it holds one, and empty the workspace.

    Returns
    -------
    bool
        Whether the partition now holds the new files.
    """
    journal = _journal(files, workspace)
    done = journal is not None and _exchange(files, workspace, journal)
    files.delete(workspace.folder)
    return done


def _journal(files: Files, workspace: Workspace) -> Journal | None:
    text = files.read(workspace.journal)
    try:
        return Journal(**json.loads(text)) if text else None
    except json.JSONDecodeError:
        # Unlike S3, a folder can hold the beginning of a file whose writer was killed: the exchange had not begun.
        return None


def _exchange(files: Files, workspace: Workspace, journal: Journal) -> bool:
    partition, guard = journal.partition, f"{journal.partition}/{GUARD}"
    present = {file.name: file.size for file in files.list(partition) if not is_hidden(file)}
    if present == dict(journal.new):
        return True
    if GUARD not in present and present != dict(journal.old):
        return False
    files.write(guard, GUARD_TEXT)
    for name in journal.new:
        files.copy(f"{workspace.data}/{name}", f"{partition}/{name}")
    for name in journal.old:
        files.delete(f"{partition}/{name}")
    files.delete(guard)
    return True
