"""Put what nodes fetch into the bucket of a deployed lake."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from cluster_files import certificates, wheels

_VALID_DAYS = 365
# Certificates are renewed when they would end within it.
_RENEWED_BEFORE = timedelta(days=60)
# Metadata of the stored certificates: when they end.
_ENDS = "not-valid-after"


class NoClustersError(Exception):
    """The lake has no EMR stack; the message says what to do."""


@dataclass(frozen=True)
class Needed:
    """What the deployed pipeline looks for."""

    bucket: str
    # Folder, with a slash at the end.
    wheelhouse: str
    # None where nodes do not encrypt what they send.
    certificates: str | None

    @staticmethod
    def read(cloudformation: Any, environment: str) -> Needed:
        """Read it from the outputs of the stacks.

        Raises
        ------
        NoClustersError
            If there is no EMR stack.
        """
        outputs: dict[str, str] = {}
        for stack in ("Storage", "Emr"):
            try:
                found = cloudformation.describe_stacks(StackName=f"lake-{environment}-{stack}")["Stacks"][0]
            except ClientError as error:
                raise NoClustersError(
                    f"there is no stack lake-{environment}-{stack} ({error}): deploy it with enabled = true under [emr]"
                ) from error
            outputs |= {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
        return Needed(
            bucket=outputs["ClusterFilesBucketName"],
            wheelhouse=outputs["EmrWheelhouse"],
            certificates=outputs.get("EmrCertificates"),
        )


def store(
    s3: Any, needed: Needed, *, region: str, architecture: str, now: datetime, packages: bool, renew: bool
) -> Iterator[str]:
    """Store what is missing, and yield a line for each thing that was done or found.

    Parameters
    ----------
    packages
        Whether to fetch wheels. Without, only the list of packages is stored: for a laptop, whose steps run with the
        packages of this project.
    renew
        Whether to replace certificates that are good still.
    """
    yield _wheelhouse(s3, needed, architecture, packages=packages)
    if needed.certificates:
        yield _certificates(s3, needed.bucket, needed.certificates, region=region, now=now, renew=renew)


def _wheelhouse(s3: Any, needed: Needed, architecture: str, *, packages: bool) -> str:
    marker = f"{needed.wheelhouse}{wheels.REQUIREMENTS.name}"
    if _head(s3, needed.bucket, marker) is not None:
        return f"packages are at s3://{needed.bucket}/{needed.wheelhouse} already"
    stored = 0
    if packages:
        with tempfile.TemporaryDirectory() as folder:
            files = wheels.download(Path(folder), architecture)
            archive = Path(folder) / "packages.zip"
            wheels.unpack(files, archive)
            for file in (*files, archive):
                s3.upload_file(str(file), needed.bucket, f"{needed.wheelhouse}{file.name}")
            stored = len(files)
    # Last: where it is, everything is.
    s3.upload_file(str(wheels.REQUIREMENTS), needed.bucket, marker)
    return f"stored {stored} packages at s3://{needed.bucket}/{needed.wheelhouse}"


def _certificates(s3: Any, bucket: str, key: str, *, region: str, now: datetime, renew: bool) -> str:
    found = _head(s3, bucket, key)
    if found is not None and not renew:
        ends = datetime.fromisoformat(found["Metadata"][_ENDS])
        if ends - now > _RENEWED_BEFORE:
            return f"certificates at s3://{bucket}/{key} are good until {ends:%Y-%m-%d}"
    ends = now + timedelta(days=_VALID_DAYS)
    s3.put_object(
        Bucket=bucket,
        Key=key,
        Body=certificates.archive(region, now, _VALID_DAYS),
        Metadata={_ENDS: ends.isoformat()},
    )
    return (
        f"stored certificates for {certificates.node_domain(region)} at s3://{bucket}/{key}, good until {ends:%Y-%m-%d}"
    )


def _head(s3: Any, bucket: str, key: str) -> Any:
    try:
        return s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
            return None
        raise
