"""Wherever publishing is killed, a reader of the record finds the old collection or the new one, complete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from lake_common.hadoop_files import StoredFile

from emr_steps.documents.publish import RECORD, clean, publish, published

TABLE = "s3://curated/documents/collection=c"
STAGED = "s3://curated/_staging/documents/c/outcome=good"


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it."""


class Objects:
    """S3: objects by address, and a number of operations after which the caller dies."""

    def __init__(self) -> None:
        self.objects: dict[str, str] = {}
        self.left = 10_000

    def list(self, folder: str) -> list[StoredFile]:
        names = (name.removeprefix(f"{folder}/") for name in self.objects if name.startswith(f"{folder}/"))
        return [StoredFile(name, 1) for name in sorted(names)]

    def read(self, uri: str) -> str | None:
        return self.objects.get(uri)

    def write(self, uri: str, text: str) -> None:
        self._step()
        self.objects[uri] = text

    def copy(self, source: str, target: str) -> None:
        self._step()
        self.objects[target] = self.objects[source]

    def delete(self, uri: str) -> None:
        self._step()
        del self.objects[uri]

    def _step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed

    def stage(self, *contents: str) -> None:
        self.objects = {name: text for name, text in self.objects.items() if not name.startswith(STAGED)}
        self.objects |= {f"{STAGED}/part-{number}.parquet": text for number, text in enumerate(contents)}
        self.objects[f"{STAGED}/_SUCCESS"] = ""

    def collection(self) -> Sequence[str]:
        """What a reader of the record finds."""
        record = published(self, TABLE)
        return [self.objects[f"{TABLE}/{name}"] for name in record.files] if record else []

    def visible(self) -> set[str]:
        """What a reader of the folder finds."""
        return {text for name, text in self.objects.items() if name.startswith(TABLE) and not name.endswith(RECORD)}


def test_a_collection_is_replaced_and_its_record_says_by_what() -> None:
    s3 = Objects()
    s3.stage("old 1", "old 2")
    publish(s3, STAGED, TABLE, "run-1", {"documents": 2})
    s3.stage("new")
    record = publish(s3, STAGED, TABLE, "run-2", {"documents": 1})
    assert record == published(s3, TABLE)
    assert (record.files, record.facts) == (("run-2-a-00000.parquet",), {"documents": 1})
    assert s3.collection() == ["new"]
    assert s3.visible() == {"new"}


@pytest.mark.parametrize("operations", range(7))
@pytest.mark.parametrize("run", ["run-2", "run-1"], ids=["another run", "the same run"])
def test_a_kill_at_any_point_leaves_the_old_collection_or_the_new_one(operations: int, run: str) -> None:
    s3 = Objects()
    s3.stage("old 1", "old 2")
    publish(s3, STAGED, TABLE, "run-1", {})
    s3.stage("new 1", "new 2", "new 3")
    s3.left = operations
    old, new = ["old 1", "old 2"], ["new 1", "new 2", "new 3"]
    if operations < 6:
        with pytest.raises(Killed):
            publish(s3, STAGED, TABLE, run, {})
    assert s3.collection() in (old, new)
    assert s3.visible() >= set(s3.collection())
    s3.left = 10_000
    publish(s3, STAGED, TABLE, run, {})
    assert s3.collection() == new
    assert s3.visible() == set(new)


def test_leftovers_are_deleted_and_nothing_else() -> None:
    s3 = Objects()
    s3.stage("a")
    publish(s3, STAGED, TABLE, "execution:1", {})
    kept: dict[str, Any] = {name: text for name, text in s3.objects.items() if name.startswith(TABLE)}
    assert f"{TABLE}/execution-1-a-00000.parquet" in kept
    s3.objects[f"{TABLE}/half.parquet"] = "x"
    clean(s3, TABLE)
    assert {name: text for name, text in s3.objects.items() if name.startswith(TABLE)} == kept
