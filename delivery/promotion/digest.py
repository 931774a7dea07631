"""Names an assembly by its content, so that what was tested is what is deployed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from delivery.assembly import AssemblyError

# What the CLI and the deployment write beside the assembly.
_NOT_PART = {"outputs.json", "validation-report.json"}


def digest(folder: Path) -> str:
    """Hash names and content of every file of an assembly.

    Raises
    ------
    AssemblyError
        The folder holds no assembly.
    """
    if not (folder / "manifest.json").is_file():
        raise AssemblyError(f"{folder} must hold an assembly; got no manifest.json")
    found = hashlib.sha256()
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    for file in sorted(path for path in files if path.name not in _NOT_PART):
        name = file.relative_to(folder).as_posix()
        found.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


def verify(folder: Path, expected: str) -> None:
    """Require that an assembly is the one that was built.

    Raises
    ------
    AssemblyError
        It differs.
    """
    got = digest(folder)
    if got != expected:
        raise AssemblyError(f"{folder} must be the assembly {expected}; got {got}. Nothing was changed.")
