"""Records of raw files, one JSON object each, in a folder that no table reads.

They take the place of Glue's job bookmarks, which advance when a job commits: a bookmark cannot say which partitions
a raw file belongs to, and it is not safe against a run that is killed between its writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from lake_common.hadoop_files import HadoopFiles

from glue_jobs.curate.raw_files import Record, digest

_THREADS = 16


class Lineage:
    """The records of one table."""

    def __init__(self, files: HadoopFiles, folder: str) -> None:
        self._files = files
        self._folder = folder

    def load(self) -> list[Record] | None:
        """Read all records.

        Returns
        -------
        list or None
            None if a record cannot be read (a killed run may leave half of one on a file system without atomic
            writes): then nothing is known for certain, and everything must be built again.
        """
        names = [name for name in self._files.children(self._folder) if name.endswith(".json")]
        with ThreadPoolExecutor(_THREADS) as pool:
            texts = list(pool.map(lambda name: self._files.read(f"{self._folder}/{name}") or "", names))
        try:
            return [Record.decode(text) for text in texts]
        except (ValueError, KeyError, TypeError):
            return None

    def save(self, records: Iterable[Record]) -> None:
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(lambda record: self._files.write(self._uri(record), record.encode()), records))

    def forget(self, records: Iterable[Record]) -> None:
        for record in records:
            self._files.delete(self._uri(record))

    def clear(self) -> None:
        self._files.delete(self._folder)

    def _uri(self, record: Record) -> str:
        return f"{self._folder}/{digest(record.file.name)}.json"
