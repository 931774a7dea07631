"""Synthesize an environment in this process and read its assembly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from app import make_app

ROOT = Path(__file__).parent.parent
ENVIRONMENTS = ("laptop", "dev", "staging", "prod")


@dataclass(frozen=True)
class Resource:
    """One resource of a template."""

    stack: str
    logical_id: str
    type: str
    body: Mapping[str, Any]

    @property
    def properties(self) -> Mapping[str, Any]:
        properties: Mapping[str, Any] = self.body.get("Properties", {})
        return properties

    def __str__(self) -> str:
        return f"{self.stack}/{self.logical_id} ({self.type})"


@dataclass(frozen=True)
class Assembly:
    """The cloud assembly of one environment, already on disk."""

    environment: str
    folder: Path

    @cached_property
    def templates(self) -> dict[str, dict[str, Any]]:
        """Template of each stack, by its short name (`Storage`)."""
        return {
            artifact["properties"]["stackName"].rsplit("-", 1)[-1]: json.loads(
                (self.nested / artifact["properties"]["templateFile"]).read_text()
            )
            for artifact in self._artifacts().values()
            if artifact["type"] == "aws:cloudformation:stack"
        }

    @property
    def nested(self) -> Path:
        """Folder of the stage, where the templates are."""
        return self.folder / f"assembly-lake-{self.environment}"

    def _artifacts(self) -> dict[str, Any]:
        artifacts: dict[str, Any] = json.loads((self.nested / "manifest.json").read_text())["artifacts"]
        return artifacts

    def unprotected_stacks(self) -> list[str]:
        """Return the stacks that one command can delete."""
        return sorted(
            artifact["properties"]["stackName"].rsplit("-", 1)[-1]
            for artifact in self._artifacts().values()
            if artifact["type"] == "aws:cloudformation:stack"
            and not artifact["properties"].get("terminationProtection", False)
        )

    def resources(self, stack: str | None = None, type: str | None = None) -> Iterator[Resource]:  # noqa: A002
        """Yield the resources of one stack or all, of one type or all."""
        for name, template in self.templates.items():
            for logical_id, body in template.get("Resources", {}).items():
                if stack in (None, name) and type in (None, body["Type"]):
                    yield Resource(name, logical_id, body["Type"], body)

    def only(self, stack: str, type: str, prefix: str = "") -> Resource:  # noqa: A002
        """Return the one resource of a type whose logical id begins with a prefix."""
        found = [each for each in self.resources(stack, type) if each.logical_id.startswith(prefix)]
        assert len(found) == 1, f"expected one {type} {prefix}* in {stack}; got {[each.logical_id for each in found]}"
        return found[0]

    def outputs(self, stack: str) -> dict[str, Any]:
        """Return the outputs that people and scripts read, without the exports that other stacks import."""
        outputs = self.templates[stack].get("Outputs", {})
        return {name: output["Value"] for name, output in outputs.items() if "Export" not in output}


def flags() -> dict[str, Any]:
    """Return the feature flags of cdk.json, without which a synthesis is not the one that is deployed."""
    found: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return found


def synthesize(environment: str, folder: Path, **context: str) -> Assembly:
    """Synthesize one environment with the feature flags of cdk.json."""
    make_app({**flags(), **context, "environment": environment}, str(folder)).synth()
    return Assembly(environment, folder)
