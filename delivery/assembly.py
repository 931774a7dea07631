"""Reads a cloud assembly: what the CDK CLI would send to CloudFormation."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


def resources(folder: Path, environment: str) -> Iterator[Resource]:
    """Yield every resource of an environment, stack by stack.

    Raises
    ------
    AssemblyError
        The folder holds no assembly of the environment.
    """
    nested = folder / f"assembly-lake-{environment}"
    manifest = nested / "manifest.json"
    if not manifest.is_file():
        raise AssemblyError(f"{folder} must hold an assembly of {environment}; run `make synth ENV={environment}`")
    for artifact in json.loads(manifest.read_text(encoding="utf-8"))["artifacts"].values():
        if artifact["type"] != "aws:cloudformation:stack":
            continue
        properties = artifact["properties"]
        template = json.loads((nested / properties["templateFile"]).read_text(encoding="utf-8"))
        short = properties["stackName"].rsplit("-", 1)[-1]
        for logical_id, body in template.get("Resources", {}).items():
            yield Resource(short, logical_id, body["Type"], body)


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
