"""What must be on the workstation."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version

from delivery.doctor.account import ROOT, Account
from delivery.doctor.finding import Finding, Suite, good, problem

suite = Suite()

_PYTHON = ((3, 11), (3, 12))
_NODE = 20


@suite.check("Python is of a version that the lock file covers")
def python(account: Account) -> Iterator[Finding]:
    found = sys.version_info[:2]
    if _PYTHON[0] <= found <= _PYTHON[1]:
        yield good(f"Python {found[0]}.{found[1]}")
    else:
        yield problem(
            f"Python {found[0]}.{found[1]}",
            why="The packages are locked for Python 3.11 and 3.12; others may not install or not synthesize.",
            fix="rm -rf .venv && make install PYTHON=python3.11",
        )


@suite.check("Node.js runs the CDK")
def node(account: Account) -> Iterator[Finding]:
    found = tool_version(["node", "--version"])
    if not found:
        yield problem(
            "`node` was not found or does not run",
            why="The CDK CLI and the library's kernel are written for Node.js.",
            fix="Install Node.js 20 or newer: https://nodejs.org",
        )
    elif found[0] < _NODE:
        yield problem(
            f"Node.js {dotted(found)}",
            why=f"The CDK needs Node.js {_NODE} or newer.",
            fix="Install Node.js 20 or newer: https://nodejs.org",
        )
    else:
        yield good(f"Node.js {dotted(found)}")


@suite.check("The CDK CLI understands what the library writes")
def cli(account: Account) -> Iterator[Finding]:
    pinned = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]["aws-cdk"]
    found = tool_version([str(ROOT / "node_modules" / ".bin" / "cdk"), "--version"])
    library = version("aws-cdk-lib")
    if found and dotted(found) == pinned:
        yield good(f"CDK CLI {pinned}, library {library}")
    else:
        yield problem(
            f"CDK CLI {dotted(found) if found else 'is not installed'}, library {library}",
            why=f"The lake is tested with CLI {pinned}; an older one refuses the library's assemblies.",
            fix="npm ci",
        )


def tool_version(command: list[str]) -> tuple[int, ...] | None:
    """Ask a program for its version; nothing if it does not run or answer."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", done.stdout)
    return tuple(int(part) for part in found.groups()) if found and done.returncode == 0 else None


def dotted(parts: tuple[int, ...]) -> str:
    """Write a version."""
    return ".".join(map(str, parts))
