"""The buckets of a Spark run as folders: staged before it, published after it.

Spark has no S3 client on the laptop. It reads and writes folders that hold a copy of every bucket that the run names;
what it changed becomes ordinary objects afterwards, so they have ETags, versions, encryption and events. What a run
does not see: objects that others write while it runs.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laptop.emulator import clients

logger = logging.getLogger("laptop.spark")

_DELETE_BATCH = 1000
# Work in progress of Hadoop's committers. On S3 it is an upload that was never completed: nobody sees it.
_IN_PROGRESS = ("_temporary", ".spark-staging-")

Stamp = tuple[int, int]


@dataclass(frozen=True)
class Changes:
    """What a run did to the lake."""

    uploaded: int
    deleted: int


class Mirror:
    """Copies of buckets under one folder, and what has changed there since they were made."""

    def __init__(self, root: Path, buckets: Iterable[str]) -> None:
        self.root = root
        self.buckets = sorted(buckets)
        self._staged: dict[tuple[str, str], Stamp] = {}

    def folder(self, bucket: str) -> Path:
        return self.root / bucket

    def stage(self) -> None:
        """Copy every object of the buckets into their folders."""
        for bucket in self.buckets:
            self.folder(bucket).mkdir(parents=True, exist_ok=True)
            for item in _list(bucket):
                self._fetch(bucket, item["Key"], item["Size"])

    def _fetch(self, bucket: str, key: str, size: int) -> None:
        is_folder = key.endswith("/") and size == 0
        if not fits_in_folder(key.removesuffix("/") if is_folder else key):
            logger.warning("s3://%s/%s has a name that no folder can hold; Spark will not see it", bucket, key)
            return
        if is_folder:
            (self.folder(bucket) / key).mkdir(parents=True, exist_ok=True)
            return
        path = self.folder(bucket) / key
        path.parent.mkdir(parents=True, exist_ok=True)
        copy_object(bucket, key, size, path)
        self._staged[bucket, key] = _stamp(path)

    def publish(self) -> Changes:
        """Upload what is new or changed, in the order in which it was written; delete what is gone after that."""
        found = {(bucket, key): path for bucket in self.buckets for key, path in _files(self.folder(bucket))}
        changed = [name for name, path in found.items() if self._staged.get(name) != _stamp(path)]
        changed.sort(key=lambda name: (found[name].stat().st_mtime_ns, name))
        s3 = clients.client("s3")
        for bucket, key in changed:
            s3.upload_file(str(found[bucket, key]), bucket, key)
        gone = sorted(self._staged.keys() - found.keys())
        for bucket in self.buckets:
            keys = [key for owner, key in gone if owner == bucket]
            for start in range(0, len(keys), _DELETE_BATCH):
                _delete(bucket, keys[start : start + _DELETE_BATCH])
        return Changes(len(changed), len(gone))


def fits_in_folder(key: str) -> bool:
    """Tell whether a key is also the relative path of a file."""
    return all(part not in {"", ".", ".."} and len(part.encode()) <= 200 for part in key.split("/"))


def copy_object(bucket: str, key: str, size: int, target: Path) -> None:
    """Copy an object to a file: from the emulator's own folder if it is there, else through the API."""
    stored = clients.s3_data_dir() / clients.account() / bucket / key
    if stored.is_file() and stored.stat().st_size == size:
        # A copy, not a hard link: a job that overwrites a file in place must not change the object behind it.
        shutil.copyfile(stored, target)
    else:
        clients.client("s3").download_file(bucket, key, str(target))


def _list(bucket: str) -> Iterator[dict[str, Any]]:
    for page in clients.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket):
        yield from page.get("Contents", [])


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(_IN_PROGRESS)]
        for name in names:
            if name.startswith(".") and name.endswith(".crc"):
                continue
            path = Path(parent, name)
            yield path.relative_to(folder).as_posix(), path


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def _delete(bucket: str, keys: list[str]) -> None:
    objects = [{"Key": key} for key in keys]
    answer = clients.client("s3").delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    if answer.get("Errors"):
        raise RuntimeError(f"S3 must delete what the job deleted from {bucket}; got {answer['Errors'][:3]}")
