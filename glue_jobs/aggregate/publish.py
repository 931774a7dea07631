"""Replace the files of an aggregate.

Each partition of an aggregate (the whole table, if it has none) is one object with a fixed key. S3 replaces an object
at once, so a reader finds the old rows or the new ones, never both or none, and a job that was killed leaves a lake
that the next run makes right. Aggregates are small by nature; a table that outgrows a file wants a partition column.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Protocol

from lake_common.hadoop_files import StoredFile


class Files(Protocol):
    """What publishing needs of a file system."""

    def list(self, folder: str) -> list[StoredFile]: ...
    def copy(self, source: str, target: str) -> None: ...
    def delete(self, uri: str) -> None: ...


def publish(files: Files, staged: str, table: str, name: str) -> list[str]:
    """Put staged files in the place of a table's files.

    Parameters
    ----------
    files
        The file system.
    staged
        Folder with the new files as Spark wrote them, at most one per partition folder. It is deleted afterwards.
    table
        Folder of the table.
    name
        What the file in each partition folder is called.

    Returns
    -------
    list
        The files of the table, as paths below its folder.

    Raises
    ------
    ValueError
        If a partition was staged as several files: publishing them would not be atomic.
    """
    targets: dict[str, str] = {}
    for source in (file.name for file in files.list(staged) if file.name.endswith(".parquet")):
        target = str(PurePosixPath(source).parent / name)
        if target in targets:
            raise ValueError(f"{staged} must hold one file per partition; got {targets[target]} and {source}")
        targets[target] = source
    for target, source in targets.items():
        files.copy(f"{staged}/{source}", f"{table}/{target}")
    for file in files.list(table):
        if file.name not in targets:
            files.delete(f"{table}/{file.name}")
    files.delete(staged)
    return sorted(targets)
