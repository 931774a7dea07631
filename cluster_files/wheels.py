"""The Python packages of the steps, for the nodes' architecture, exactly as their hashes say."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

REQUIREMENTS = Path(__file__).parent.parent / "emr_steps" / "requirements.txt"
# Python and C library of the nodes: Amazon Linux 2023 has glibc 2.34.
_PYTHON = "3.11"
_MANYLINUX = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")
_MACHINES = {"ARM64": "aarch64", "X86_64": "x86_64"}


class WheelError(Exception):
    """A package that could not be fetched; the message is pip's."""


def download(folder: Path, architecture: str, requirements: Path = REQUIREMENTS) -> list[Path]:
    """Fetch the wheels into a folder. pip refuses each that is not the pinned one.

    Raises
    ------
    WheelError
        If a package has no wheel for the nodes, or another hash.
    """
    machine = _MACHINES[architecture]
    platforms = [option for name in _MANYLINUX for option in ("--platform", f"{name}_{machine}")]
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--no-deps", "--only-binary", ":all:", "--python-version", _PYTHON),
        *(*platforms, "--dest", str(folder), "--requirement", str(requirements)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own arguments)
    if done.returncode:
        raise WheelError(
            f"the packages of {requirements.name} could not be fetched for {machine}: {done.stderr.strip()}"
        )
    return sorted(folder.glob("*.whl"))


def unpack(wheels: list[Path], archive: Path) -> None:
    """Put what is in the wheels into one archive that can be imported from where it is unpacked."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as output:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as source:
                for entry in source.infolist():
                    output.writestr(entry, source.read(entry))
