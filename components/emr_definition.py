"""The definition of the text pipeline, complete: `pipelines/text.asl.json` with the request for its cluster."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DEFINITION = Path(__file__).parent.parent / "pipelines" / "text.asl.json"
# Expressions in the request, which only an execution can fill in.
CLUSTER_NAME = "{% 'lake-text ' & $states.context.Execution.Name %}"
KERBEROS_PASSWORD = "{% $kerberosPassword %}"  # noqa: S105 (the name of a variable)


def complete_definition(request: Mapping[str, Any], *, step_role: str | None) -> str:
    """Put the request for the cluster into its place.

    Parameters
    ----------
    step_role
        The role that each step takes, where they do not act as the node's.
    """
    machine: dict[str, Any] = json.loads(DEFINITION.read_text(encoding="utf-8"))
    states = machine["States"]
    states["CreateCluster"]["Arguments"] = request
    if step_role:
        states["RunSteps"]["ItemProcessor"]["States"]["AddStep"]["Arguments"]["ExecutionRoleArn"] = step_role
    return json.dumps(machine, indent=1, ensure_ascii=False)
