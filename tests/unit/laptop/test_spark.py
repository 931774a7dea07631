from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

import pytest

from laptop.emulator import clients
from laptop.emulator.spark import Job, buckets_named, configuration, last_error
from laptop.emulator.spark_boot import read_connection
from laptop.emulator.spark_files import Mirror, fits_in_folder
from laptop.emulator.spark_jvm import parse_major


class FakeS3:
    """Keeps objects in a dict and notes the order of changes."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects
        self.changes: list[tuple[str, str]] = []

    def get_paginator(self, _name: str) -> FakeS3:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"Contents": [{"Key": key, "Size": len(body)} for key, body in self.objects.items()]}]

    def download_file(self, _bucket: str, key: str, target: str) -> None:
        Path(target).write_bytes(self.objects[key])

    def upload_file(self, source: str, _bucket: str, key: str) -> None:
        self.objects[key] = Path(source).read_bytes()
        self.changes.append(("put", key))

    def delete_objects(self, **request: Any) -> dict[str, Any]:
        for item in request["Delete"]["Objects"]:
            del self.objects[item["Key"]]
            self.changes.append(("delete", item["Key"]))
        return {}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeS3:
    fake = FakeS3({"t/p=1/old.parquet": b"old", "t/p=2/kept.parquet": b"kept", "folder/": b""})
    monkeypatch.setattr(clients, "client", lambda _service: fake)
    monkeypatch.setenv("S3_DATA_DIR", str(tmp_path / "none"))
    return fake


def staged(folder: Path) -> Mirror:
    mirror = Mirror(folder, ["lake"])
    mirror.stage()
    return mirror


def test_objects_are_staged_as_files(s3: FakeS3, tmp_path: Path) -> None:
    mirror = staged(tmp_path / "s3")
    assert (mirror.folder("lake") / "t/p=1/old.parquet").read_bytes() == b"old"
    assert (mirror.folder("lake") / "folder").is_dir()


def test_object_that_stands_for_a_folder_makes_none_outside_of_its_bucket(s3: FakeS3, tmp_path: Path) -> None:
    s3.objects["../../outside/"] = b""
    s3.objects[f"{tmp_path}/outside/"] = b""
    mirror = staged(tmp_path / "s3")
    assert not (tmp_path / "outside").exists()
    assert (mirror.folder("lake") / "folder").is_dir()


def test_run_that_changes_nothing_publishes_nothing(s3: FakeS3, tmp_path: Path) -> None:
    staged(tmp_path / "s3").publish()
    assert s3.changes == []


def test_new_data_is_uploaded_in_the_order_of_writing_and_before_any_deletion(s3: FakeS3, tmp_path: Path) -> None:
    mirror = staged(tmp_path / "s3")
    table = mirror.folder("lake") / "t/p=1"
    (table / "old.parquet").unlink()
    for second, name in enumerate(["z.parquet", "a.parquet"]):
        (table / name).write_bytes(b"new")
        os.utime(table / name, (2_000_000_000 + second,) * 2)
    changes = mirror.publish()
    assert s3.changes == [("put", "t/p=1/z.parquet"), ("put", "t/p=1/a.parquet"), ("delete", "t/p=1/old.parquet")]
    assert (changes.uploaded, changes.deleted) == (2, 1)


def test_file_that_was_overwritten_in_place_is_uploaded(s3: FakeS3, tmp_path: Path) -> None:
    mirror = staged(tmp_path / "s3")
    (mirror.folder("lake") / "t/p=2/kept.parquet").write_bytes(b"changed")
    mirror.publish()
    assert s3.objects["t/p=2/kept.parquet"] == b"changed"


@pytest.mark.parametrize("name", ["t/_temporary/0/part", "t/.spark-staging-1/part", "t/.part.crc"])
def test_work_in_progress_is_never_published(s3: FakeS3, tmp_path: Path, name: str) -> None:
    mirror = staged(tmp_path / "s3")
    file = mirror.folder("lake") / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x")
    mirror.publish()
    assert s3.changes == []


def test_copy_of_the_emulators_own_file_is_no_link_to_it(
    s3: FakeS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = tmp_path / "objects" / clients.account() / "lake" / "t/p=2/kept.parquet"
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"kept")
    monkeypatch.setenv("S3_DATA_DIR", str(tmp_path / "objects"))
    mirror = staged(tmp_path / "s3")
    (mirror.folder("lake") / "t/p=2/kept.parquet").write_bytes(b"XXXX")
    assert stored.read_bytes() == b"kept"


@pytest.mark.parametrize(("key", "fits"), [("a/b.csv", True), ("a//b", False), ("a/../b", False), ("a/", False)])
def test_keys_that_are_no_paths_are_told_apart(key: str, fits: bool) -> None:
    assert fits_in_folder(key) is fits


def test_buckets_are_found_in_arguments_and_paths() -> None:
    texts = ["lake-raw", "s3://lake-curated/orders/", "arn:aws:iam::0:role/lake-glue", "lake-rawest"]
    existing = ["lake-raw", "lake-curated", "lake-glue", "lake-other", "lake"]
    assert buckets_named(texts, existing) == {"lake-raw", "lake-curated", "lake-glue"}


def test_settings_of_the_job_win_and_each_bucket_is_mounted(tmp_path: Path) -> None:
    job = Job(script=Path("job.py"), conf={"spark.sql.shuffle.partitions": "9"})
    conf = configuration(job, Mirror(tmp_path, ["lake.raw"]), tmp_path)
    assert conf["spark.sql.shuffle.partitions"] == "9"
    assert conf["spark.hadoop.fs.viewfs.mounttable.lake.raw.linkFallback"] == f"rawlocal://{tmp_path}/lake.raw"


@pytest.mark.parametrize(
    ("lines", "code", "message"),
    [
        (["fine"], 0, ""),
        (
            ["Traceback (most recent call last):", '  File "x"', "ValueError: 12 bad rows", "  more"],
            1,
            "ValueError: 12 bad rows",
        ),
        (
            [
                "Traceback (most recent call last):",
                "KeyError: 1",
                "During handling",
                "Traceback (most recent call last):",
                '  File "x"',
                "RuntimeError: last",
            ],
            1,
            "RuntimeError: last",
        ),
        (["boom"], 1, "SystemExit: boom"),
        ([], 3, "SystemExit: 3"),
        ([], -9, "killed by signal 9"),
    ],
)
def test_error_message_is_the_last_line_of_the_traceback(lines: list[str], code: int, message: str) -> None:
    assert last_error(lines, code) == message


@pytest.mark.parametrize(
    ("banner", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "21"', 21),
        ("", None),
    ],
)
def test_version_of_java_is_read(banner: str, major: int | None) -> None:
    assert parse_major(banner) == major


def test_connection_of_the_gateway_is_read(tmp_path: Path) -> None:
    file = tmp_path / "gateway"
    file.write_bytes(struct.pack(">ii", 4040, 6) + b"secret")
    assert read_connection(file) == (4040, "secret")
