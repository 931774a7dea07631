"""The code that Glue runs, packed so that the same commit gives the same bytes on every machine."""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from components.arns import home
from contracts.loader import as_dict, load_contracts

ROOT = Path(__file__).parent.parent
COMMON = ROOT / "common" / "python"
JOBS = ROOT / "glue_jobs"
CONTRACTS = ROOT / "contracts"
# The first date that a zip file can hold.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file of this project as it will lie in S3."""

    partition: str
    bucket: str
    key: str

    @property
    def address(self) -> str:
        """`s3://` address."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def arn(self) -> str:
        """ARN of the object."""
        return f"arn:{self.partition}:s3:::{self.bucket}/{self.key}"


def stored_file(scope: Construct, construct_id: str, path: Path) -> StoredFile:
    """Have a file uploaded with the deployment."""
    asset = assets.Asset(scope, construct_id, path=str(path))
    return StoredFile(partition=home(scope).partition, bucket=asset.s3_bucket_name, key=asset.s3_object_key)


def runtime_zip(scope: Construct) -> StoredFile:
    """Pack what every job imports: the common package, all jobs' modules and the contracts as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "runtime.zip"
        write_zip(archive, dict(runtime_files()))
        return stored_file(scope, "Runtime", archive)


def job_script(scope: Construct, job: str) -> StoredFile:
    """Give one job's entry script, `glue_jobs/<job>/job.py`."""
    return stored_file(scope, f"{_pascal(job)}Script", JOBS / job / "job.py")


def runtime_files() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each file of the runtime archive."""
    for root, package in ((COMMON, COMMON / "lake_common"), (ROOT, JOBS)):
        for source in package.rglob("*.py"):
            yield source.relative_to(root).as_posix(), source.read_bytes()
    yield from contract_files(CONTRACTS)


@cache
def contract_files(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """Give the name and the content of each contract as JSON, read once: jobs and functions are packed with them."""
    documents = (
        (contract.name, json.dumps(as_dict(contract), indent=1, sort_keys=True, ensure_ascii=False))
        for contract in load_contracts(folder)
    )
    return tuple((f"lake_common/contracts/{name}.json", document.encode()) for name, document in documents)


def write_zip(archive: Path, files: dict[str, bytes]) -> None:
    """Write a zip whose bytes depend on names and contents only.

    The files are stored, not deflated: the output of deflate differs between builds of zlib, and with it the name of
    the asset and every template that refers to it.
    """
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as output:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            # The system that wrote the archive: Unix, also on Windows.
            entry.create_system = 3
            output.writestr(entry, content)


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
