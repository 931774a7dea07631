"""Outcomes that somebody asks for, so that an unchanged template can be seen to fail well.

They are the JSON document in the SSM parameter `/laptop/emr/faults`:

| member | meaning |
|---|---|
| `no_spot` | instance types without Spot capacity; `["*"]`: none has any |
| `bootstrap_fails` | true: the first bootstrap action returns 1 |
| `primary_lost_after_seconds` | the primary node of a cluster dies so long after the cluster became ready |

`aws ssm put-parameter --type String --overwrite --name /laptop/emr/faults --value '{"no_spot": ["*"]}'`
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from laptop.emulator.clients import client

PARAMETER = "/laptop/emr/faults"
_MEMBERS = ("no_spot", "bootstrap_fails", "primary_lost_after_seconds")


@dataclass(frozen=True)
class Faults:
    """What goes wrong from now on."""

    no_spot: Sequence[str] = ()
    bootstrap_fails: bool = False
    primary_lost_after_seconds: float | None = None


def parse(document: str) -> Faults:
    """Return the faults of a document.

    Raises
    ------
    ValueError
        It is not an object of the known members.
    """
    members = json.loads(document)
    if not isinstance(members, dict) or members.keys() - set(_MEMBERS):
        raise ValueError(f"{PARAMETER} must be an object of {', '.join(_MEMBERS)}; got {document}")
    return Faults(**members)


def current() -> Faults:
    """Return the faults that are asked for at this moment; without the parameter there are none."""
    ssm = client("ssm")
    try:
        return parse(ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return Faults()
