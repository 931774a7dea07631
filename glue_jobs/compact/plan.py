"""Which partitions to compact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from pathlib import PurePosixPath

from lake_common.hadoop_files import StoredFile

MIB = 1 << 20
# Athena's advice is files of 128 MB and more; beyond 512 MB a task works long on one file and little is gained.
# https://docs.aws.amazon.com/athena/latest/ug/performance-tuning-data-optimization-techniques.html
SMALL_BYTES = 128 * MIB
TARGET_BYTES = 512 * MIB


@dataclass(frozen=True)
class Rewrite:
    """One partition to compact: its folder below the table (empty if the table has none) and its files."""

    partition: str
    files: tuple[StoredFile, ...]
    target_files: int

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(PurePosixPath(file.name).name for file in self.files)


def plan(
    files: Iterable[StoredFile], *, small_bytes: int = SMALL_BYTES, target_bytes: int = TARGET_BYTES
) -> list[Rewrite]:
    """Choose the partitions with at least two small files that would fit in fewer files.

    What has been compacted is not chosen again, so the job may run at any time.

    Parameters
    ----------
    files
        All files of the table; hidden ones are passed over.
    small_bytes
        A file below this size is small.
    target_bytes
        Largest size of a compacted file, before the new compression.
    """
    partitions: dict[str, list[StoredFile]] = defaultdict(list)
    for file in files:
        if not is_hidden(file):
            folder = str(PurePosixPath(file.name).parent)
            partitions["" if folder == "." else folder].append(file)
    chosen = []
    for partition, members in sorted(partitions.items()):
        target_files = max(1, ceil(sum(file.size for file in members) / target_bytes))
        small = sum(file.size < small_bytes for file in members)
        if small >= 2 and target_files < len(members):
            chosen.append(Rewrite(partition, tuple(sorted(members)), target_files))
    return chosen


def is_hidden(file: StoredFile) -> bool:
    """Tell whether readers pass over a file, because its name or a folder's begins with `_` or `.`."""
    return any(part.startswith(("_", ".")) for part in PurePosixPath(file.name).parts)
