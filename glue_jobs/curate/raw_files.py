"""What the raw zone holds for a table, what earlier runs know of it, and hence what a run has to do."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

_INGEST_DATE = re.compile(r"(?:^|/)ingest_date=(\d{4}-\d{2}-\d{2})/")


@dataclass(frozen=True, order=True)
class RawFile:
    """A raw file: its path below the table's folder, its size in bytes, its last change in ms since 1970."""

    name: str
    size: int
    modified: int

    @property
    def ingest_date(self) -> str | None:
        found = _INGEST_DATE.search(self.name)
        return found.group(1) if found else None

    @property
    def scope(self) -> str:
        """The quarantine folder of the file's invalid rows."""
        return f"file-{digest(self.name)}"


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a run found out about a raw file: one JSON object in the lineage folder.

    A file counts as done when `published` is true and the file and the contract are still the same. Until then
    `partitions` also holds those that an earlier version of the file touched, so that they are rebuilt as well.
    """

    file: RawFile
    contract_version: str
    header: tuple[str, ...] = ()
    refused: str | None = None
    rows: int = 0
    invalid: int = 0
    partitions: tuple[str, ...] = ()
    published: bool = False

    def done(self, file: RawFile, contract_version: str) -> bool:
        return self.published and self.file == file and self.contract_version == contract_version

    def encode(self) -> str:
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def decode(cls, text: str) -> Record:
        data = json.loads(text)
        data |= {key: tuple(data[key]) for key in ("header", "partitions")}
        return cls(**data | {"file": RawFile(**data["file"])})


@dataclass(frozen=True)
class Plan:
    """What to do about each raw file.

    `fresh` files are new or changed, or an earlier run did not finish them: they are read. `settled` ones are done.
    `gone` ones are done and no longer in raw, so their partitions cannot be rebuilt. `dropped` ones are no longer in
    raw and are to be forgotten. `stale` are partitions that hold, or may hold, rows of files as they used to be.
    """

    fresh: tuple[RawFile, ...]
    settled: tuple[Record, ...]
    gone: tuple[Record, ...]
    dropped: tuple[Record, ...]
    stale: frozenset[str]

    @property
    def idle(self) -> bool:
        return not self.fresh and not self.dropped


def plan(files: Iterable[RawFile], records: Iterable[Record], contract_version: str, *, accept_deleted: bool) -> Plan:
    """Compare the raw zone with the records of earlier runs.

    Parameters
    ----------
    accept_deleted
        Whether a file that disappeared from raw was deleted on purpose, so that its rows shall go as well.
    """
    present = {file.name: file for file in files}
    absent = [record for record in records if record.file.name not in present]
    known = [record for record in records if record.file.name in present]
    settled = [record for record in known if record.done(present[record.file.name], contract_version)]
    done = {record.file.name for record in settled}
    gone = [record for record in absent if record.published and not accept_deleted]
    dropped = [record for record in absent if record not in gone]
    changed = [record for record in known if record.file.name not in done]
    return Plan(
        fresh=tuple(sorted(file for name, file in present.items() if name not in done)),
        settled=tuple(settled),
        gone=tuple(gone),
        dropped=tuple(dropped),
        stale=frozenset(partition for record in (*changed, *dropped) for partition in record.partitions),
    )


def digest(text: str) -> str:
    """Sixteen hexadecimal digits that stand for a text in a path."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]
