"""What nodes fetch when they start, and where it lies: Python packages, and certificates.

Neither is part of the deployment. Certificates come with a private key, which no template and no assembly may hold;
packages would make each synthesis carry some hundred megabytes. `make cluster-files` puts both into the bucket, and
the pipeline looks for them before it pays for a cluster.
"""

from hashlib import sha256
from pathlib import Path

REQUIREMENTS = Path(__file__).parent.parent / "emr_steps" / "requirements.txt"
CERTIFICATES = "certificates/nodes.zip"


def wheelhouse_prefix() -> str:
    """Name the folder of the wheelhouse by what is in it: the pinned hashes of the requirements."""
    return f"wheelhouse/{sha256(REQUIREMENTS.read_bytes()).hexdigest()[:16]}/"


def wheelhouse_marker() -> str:
    """Name the object that is written last: where it is, the wheelhouse is complete."""
    return f"{wheelhouse_prefix()}{REQUIREMENTS.name}"


def packages_archive() -> str:
    """Name the wheelhouse as one archive of importable packages, which EMR Serverless unpacks: it has no bootstrap."""
    return f"{wheelhouse_prefix()}packages.zip"
