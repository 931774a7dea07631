"""Put the files of a collection where readers look.

S3 renames nothing and replaces one object at a time, so the order of the writes makes it safe: the new files under new
names, then a record that lists them, then the old files go. A reader that goes by the record (`published`) finds the
old collection or the new one, complete; a reader that lists the folder may, for the moment in between, find documents
twice, and never fewer. A run that dies leaves what the next one cleans up.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Protocol

from lake_common.hadoop_files import StoredFile

# The leading underscore keeps it from readers of the table.
RECORD = "_published.json"
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]")


class Files(Protocol):
    """What publishing needs of a file system."""

    def list(self, folder: str) -> list[StoredFile]: ...
    def read(self, uri: str) -> str | None: ...
    def write(self, uri: str, text: str) -> None: ...
    def copy(self, source: str, target: str) -> None: ...
    def delete(self, uri: str) -> None: ...


@dataclass(frozen=True)
class Published:
    """The record of a collection: its files, and what the run that wrote them counted."""

    files: tuple[str, ...]
    facts: dict[str, Any]


def published(files: Files, folder: str) -> Published | None:
    """Read which files make up a collection; None if none was ever published."""
    text = files.read(f"{folder}/{RECORD}")
    if text is None:
        return None
    record = json.loads(text)
    return Published(tuple(record["files"]), record["facts"])


def clean(files: Files, folder: str) -> None:
    """Delete what the record does not list: leftovers of a run that died."""
    record = published(files, folder)
    keep = {RECORD, *(record.files if record else ())}
    for file in files.list(folder):
        if file.name not in keep:
            files.delete(f"{folder}/{file.name}")


def publish(files: Files, staged: str, folder: str, run: str, facts: dict[str, Any]) -> Published:
    """Replace a collection by the Parquet files of a folder.

    Parameters
    ----------
    files
        The file system.
    staged
        Folder with the new files as Spark wrote them.
    folder
        Folder of the collection.
    run
        Identifies the run; names of new files begin with it.
    facts
        What the record shall tell beside the files.
    """
    clean(files, folder)
    prefix = _prefix(_UNSAFE.sub("-", run), published(files, folder))
    sources = [file.name for file in files.list(staged) if file.name.endswith(".parquet")]
    names = tuple(f"{prefix}-{number:05d}.parquet" for number in range(len(sources)))
    for source, name in zip(sources, names, strict=True):
        files.copy(f"{staged}/{source}", f"{folder}/{name}")
    now = Published(names, facts)
    files.write(f"{folder}/{RECORD}", json.dumps({"files": names, "facts": facts}, indent=1, ensure_ascii=False))
    clean(files, folder)
    return now


def _prefix(run: str, before: Published | None) -> str:
    """Name new files otherwise than those that they replace, also if a run is repeated under its name."""
    taken = before.files if before else ()
    return next(name for name in (f"{run}-a", f"{run}-b") if not any(file.startswith(name) for file in taken))
