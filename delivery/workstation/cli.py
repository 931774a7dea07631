"""Calls the CDK CLI, whose own progress view and questions reach the terminal."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from delivery.assembly import ROOT, AssemblyError

_CDK = ROOT / "node_modules" / ".bin" / "cdk"


def cdk(*arguments: str) -> int:
    """Run a command of the CLI in this terminal; return its exit status."""
    return subprocess.run([str(_CDK), "--no-notices", *arguments], cwd=ROOT, env=_environment(), check=False).returncode  # noqa: S603


def synthesize(environment: str, folder: Path) -> None:
    """Synthesize an environment with the rules of the gate.

    Raises
    ------
    AssemblyError
        The app or a rule fails; the CLI has said why.
    """
    context = ("-c", f"environment={environment}", "-c", "guardrails=true")
    if cdk("synth", "--quiet", "--no-lookups", *context, "--output", str(folder)):
        raise AssemblyError(f"{environment} does not synthesize: nothing was changed")


def patterns(environment: str, stacks: Sequence[str]) -> list[str]:
    """Name stacks as the CLI selects them; all of the environment if none is named."""
    return [f"lake-{environment}/{stack}" for stack in stacks] or [f"lake-{environment}/*"]


def _environment() -> dict[str, str]:
    return os.environ | {"CDK_DISABLE_CLI_TELEMETRY": "true", "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}
