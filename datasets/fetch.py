"""Get the pinned packages from the package index that pip is configured to use.

Nothing is installed: the archives are kept as files and read in place. A package that is already there with the right
checksum is not fetched again, so an interrupted run continues with what is missing.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from datasets.catalogue import PACKAGES, Package

TIMEOUT_SECONDS = 900

Download = Callable[[Package, Path], None]


class FetchError(RuntimeError):
    """A package that could not be had. The message says which, why, and what to do."""


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
        Puts the file of a package into a folder; pip, unless a test says otherwise.
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
            _fetch_one(package, target, download or pip_download)
            report(package, "done")
        archives[package.name] = target
    return archives


def sha256(file: Path) -> str:
    """Checksum of a file, as hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def pip_download(package: Package, folder: Path) -> None:
    """Let pip put the file of a package into `folder`; pip checks the hash and honours its own configuration.

    Raises
    ------
    FetchError
        If pip fails or needs longer than 15 minutes.
    """
    requirements = folder / "requirements.txt"
    requirements.write_text(package.requirement + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--dest", str(folder), "--requirement", str(requirements)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise FetchError(_failed(package, f"no answer in {TIMEOUT_SECONDS} seconds")) from error
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise FetchError(_failed(package, "\n".join(errors or done.stderr.splitlines()[-5:])))


def _fetch_one(package: Package, target: Path, download: Download) -> None:
    # The same folder as the target's, so that the last step is a rename: a file with the final name is complete.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".download-") as scratch:
        download(package, Path(scratch))
        got = Path(scratch) / package.file
        if not got.is_file():
            found = sorted(item.name for item in Path(scratch).iterdir() if item.name != "requirements.txt")
            raise FetchError(_failed(package, f"expected the file {package.file}; got {found}"))
        checksum = sha256(got)
        if checksum != package.sha256:
            raise FetchError(_failed(package, f"expected SHA-256 {package.sha256}; got {checksum}"))
        got.replace(target)


def _failed(package: Package, reason: str) -> str:
    return (
        f"could not fetch {package.name} {package.version} from the Python package index:\n{reason}\n"
        "What is complete is kept; run the same command again when the network is back. "
        "A mirror can be named with PIP_INDEX_URL."
    )
