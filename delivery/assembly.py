"""Reads a cloud assembly: what the CDK CLI would send to CloudFormation."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


class AssemblyError(Exception):
    """The assembly is not there or cannot be made; the message says why."""


@dataclass(frozen=True)
class Resource:
    """One resource of a template; `stack` is its short name (`Storage`)."""

    stack: str
    logical_id: str
    type: str
    body: Mapping[str, Any]

    @property
    def properties(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.body.get("Properties", {})
        return found


@dataclass(frozen=True)
class Stack:
    """A stack: its name in CloudFormation, how the CDK CLI selects it, and its template."""

    name: str
    path: str
    template: Mapping[str, Any]

    @property
    def short(self) -> str:
        """Its name within the environment (`Storage`)."""
        return self.name.rsplit("-", 1)[-1]


def stacks(folder: Path, environment: str) -> list[Stack]:
    """Read the stacks of an environment, each after those that it depends on.

    Raises
    ------
    AssemblyError
        The folder holds no assembly of the environment.
    """
    nested = folder / f"assembly-lake-{environment}"
    manifest = nested / "manifest.json"
    if not manifest.is_file():
        raise AssemblyError(f"{folder} must hold an assembly of {environment}; run `make synth ENV={environment}`")
    artifacts = json.loads(manifest.read_text(encoding="utf-8"))["artifacts"]
    order = TopologicalSorter({key: artifact.get("dependencies", []) for key, artifact in artifacts.items()})
    found = []
    for key in order.static_order():
        artifact = artifacts[key]
        if artifact["type"] == "aws:cloudformation:stack":
            properties = artifact["properties"]
            template = json.loads((nested / properties["templateFile"]).read_text(encoding="utf-8"))
            name = properties["stackName"]
            found.append(Stack(name, f"lake-{environment}/{name.rsplit('-', 1)[-1]}", template))
    return found


def resources(folder: Path, environment: str) -> Iterator[Resource]:
    """Yield every resource of an environment, stack by stack.

    Raises
    ------
    AssemblyError
        The folder holds no assembly of the environment.
    """
    for stack in stacks(folder, environment):
        for logical_id, body in stack.template.get("Resources", {}).items():
            yield Resource(stack.short, logical_id, body["Type"], body)


def synthesize(environment: str, outdir: Path, source: Path = ROOT) -> None:
    """Synthesize an environment from a checkout with this checkout's CLI and packages.

    Raises
    ------
    AssemblyError
        The app fails; the message is the end of what it printed.
    """
    options = ["--quiet", "--no-lookups", "--no-notices", "-c", f"environment={environment}", "--output", str(outdir)]
    done = subprocess.run(  # noqa: S603
        [
            str(ROOT / "node_modules" / ".bin" / "cdk"),
            "synth",
            *options,
            "--app",
            f"{ROOT / '.venv/bin/python'} app.py",
        ],
        cwd=source,
        env=os.environ | {"CDK_DISABLE_CLI_TELEMETRY": "true", "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise AssemblyError(f"{environment} does not synthesize from {source}:\n{done.stderr.strip()[-2000:]}")
