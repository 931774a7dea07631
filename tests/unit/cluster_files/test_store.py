"""What nodes fetch is stored once, completely, and renewed before it ends."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from cluster_files.store import Needed, NoClustersError, store
from cluster_files.wheels import REQUIREMENTS, WheelError, download, unpack

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NEEDED = Needed(bucket="files", wheelhouse="wheelhouse/1/", certificates="certificates/nodes.zip")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="files")
        yield client


def wheel(folder: Path, name: str = "tiny") -> Path:
    file = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as output:
        output.writestr(f"{name}/__init__.py", "VALUE = 42\n")
    return file


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let wheels come from nowhere, and tell for which architecture they were asked."""
    asked: list[str] = []

    def fetch(folder: Path, architecture: str) -> list[Path]:
        asked.append(architecture)
        return [wheel(folder)]

    monkeypatch.setattr("cluster_files.wheels.download", fetch)
    return asked


def run(
    s3: Any, needed: Needed = NEEDED, *, now: datetime = NOW, packages: bool = True, renew: bool = False
) -> list[str]:
    return list(store(s3, needed, region="us-east-1", architecture="ARM64", now=now, packages=packages, renew=renew))


def keys(s3: Any) -> set[str]:
    return {each["Key"] for each in s3.list_objects_v2(Bucket="files").get("Contents", [])}


def test_packages_and_certificates_are_stored_where_the_pipeline_looks(s3: Any, fetched: list[str]) -> None:
    lines = run(s3)

    assert keys(s3) == {
        "wheelhouse/1/tiny-1.0-py3-none-any.whl",
        "wheelhouse/1/packages.zip",
        "wheelhouse/1/requirements.txt",
        "certificates/nodes.zip",
    }
    assert fetched == ["ARM64"]
    assert lines == [
        "stored 1 packages at s3://files/wheelhouse/1/",
        "stored certificates for *.ec2.internal at s3://files/certificates/nodes.zip, good until 2027-01-01",
    ]


def test_the_list_of_packages_is_stored_last(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> list[Path]:
        raise WheelError("no network")

    monkeypatch.setattr("cluster_files.wheels.download", fails)
    with pytest.raises(WheelError):
        run(s3)

    assert keys(s3) == set()


def test_a_second_time_changes_nothing(s3: Any, fetched: list[str]) -> None:
    run(s3)
    before = s3.head_object(Bucket="files", Key="certificates/nodes.zip")["ETag"]
    lines = run(s3, now=NOW + timedelta(days=300))

    assert s3.head_object(Bucket="files", Key="certificates/nodes.zip")["ETag"] == before
    assert len(fetched) == 1
    assert lines == [
        "packages are at s3://files/wheelhouse/1/ already",
        "certificates at s3://files/certificates/nodes.zip are good until 2027-01-01",
    ]


@pytest.mark.parametrize(("days", "renew"), [(306, False), (1, True)], ids=["near their end", "on demand"])
@pytest.mark.usefixtures("fetched")
def test_certificates_are_renewed(s3: Any, days: int, renew: bool) -> None:
    run(s3)
    before = s3.head_object(Bucket="files", Key="certificates/nodes.zip")["ETag"]
    run(s3, now=NOW + timedelta(days=days), renew=renew)

    assert s3.head_object(Bucket="files", Key="certificates/nodes.zip")["ETag"] != before


def test_no_certificates_are_made_where_nodes_need_none(s3: Any, fetched: list[str]) -> None:
    run(s3, Needed(bucket="files", wheelhouse="wheelhouse/1/", certificates=None))

    assert "certificates/nodes.zip" not in keys(s3)
    assert fetched


def test_a_laptop_gets_the_list_without_the_packages(s3: Any, fetched: list[str]) -> None:
    run(s3, packages=False)

    assert keys(s3) == {"wheelhouse/1/requirements.txt", "certificates/nodes.zip"}
    assert fetched == []


def test_fails_when_s3_denies_the_look(s3: Any) -> None:
    with pytest.raises(ClientError, match=r"NoSuchBucket|404"):
        run(s3, Needed(bucket="someone-elses", wheelhouse="wheelhouse/1/", certificates=None), packages=False)


def test_what_is_needed_is_read_from_the_deployed_stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    class CloudFormation:
        def describe_stacks(self, StackName: str) -> Any:  # noqa: N803
            outputs = {
                "lake-prod-Storage": {"ClusterFilesBucketName": "files", "RawBucketName": "raw"},
                "lake-prod-Emr": {"EmrWheelhouse": "wheelhouse/1/"},
            }[StackName]
            return {"Stacks": [{"Outputs": [{"OutputKey": key, "OutputValue": each} for key, each in outputs.items()]}]}

    assert Needed.read(CloudFormation(), "prod") == Needed(
        bucket="files", wheelhouse="wheelhouse/1/", certificates=None
    )


def test_fails_with_what_to_do_when_there_are_no_clusters() -> None:
    class CloudFormation:
        def describe_stacks(self, StackName: str) -> Any:  # noqa: N803
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")

    with pytest.raises(NoClustersError, match=r"enabled = true under \[emr\]"):
        Needed.read(CloudFormation(), "dev")


def test_packages_can_be_imported_from_where_the_archive_is_unpacked(tmp_path: Path) -> None:
    unpack([wheel(tmp_path), wheel(tmp_path, "other")], tmp_path / "packages.zip")
    with zipfile.ZipFile(tmp_path / "packages.zip") as archive:
        archive.extractall(tmp_path / "there")

    assert {file.parent.name for file in (tmp_path / "there").glob("*/__init__.py")} == {"tiny", "other"}


def test_fails_when_a_package_is_not_the_pinned_one(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"tiny @ {wheel(tmp_path).as_uri()} --hash=sha256:{'0' * 64}\n")
    (tmp_path / "out").mkdir()
    with pytest.raises(WheelError, match="DO NOT MATCH"):
        download(tmp_path / "out", "ARM64", requirements)


def test_every_package_of_the_steps_is_pinned_by_its_hash() -> None:
    text = REQUIREMENTS.read_text(encoding="utf-8").replace("\\\n", " ")
    pinned = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]

    assert pinned
    assert [line for line in pinned if "==" not in line or "--hash=sha256:" not in line] == []
