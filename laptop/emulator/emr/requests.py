"""What RunJobFlow and AddJobFlowSteps refuse. Pure.

| rule | source (EMR API reference) |
|---|---|
| enumerations, required members | the API's model |
| StepConcurrencyLevel above 1 excludes TERMINATE_CLUSTER and CANCEL_AND_WAIT | StepConfig, ActionOnFailure |
| 1 to 256 concurrent steps | RunJobFlow, StepConcurrencyLevel |
| release label `emr-x.y.z` | RunJobFlow, ReleaseLabel |
"""

from __future__ import annotations

import re

from laptop.emulator import shapes
from laptop.emulator.emr import commands, fleets
from laptop.emulator.emr.fleets import refuse
from laptop.emulator.registry import Json, NotImplementedOnLaptop

# Its Spark is the one of the main environment.
RELEASES = ("emr-7.13.0",)
_MOST_CONCURRENT_STEPS = 256
_STOPPING = ("TERMINATE_CLUSTER", "TERMINATE_JOB_FLOW", "CANCEL_AND_WAIT")
_LEGACY = ("AmiVersion", "NewSupportedProducts", "SupportedProducts")


def check_cluster(request: Json) -> str:
    """Check a RunJobFlow request; return INSTANCE_FLEET or INSTANCE_GROUP.

    Raises
    ------
    ServiceError
        EMR would refuse it, or the laptop cannot run it.
    """
    shapes.check("emr", "RunJobFlow", request)
    _check_release(request)
    collection = fleets.check_instances(request["Instances"])
    level = request.get("StepConcurrencyLevel", 1)
    if not 1 <= level <= _MOST_CONCURRENT_STEPS:
        raise refuse(f"StepConcurrencyLevel must be 1 to {_MOST_CONCURRENT_STEPS}; got {level}")
    if "ManagedScalingPolicy" in request:
        fleets.check_scaling(request["ManagedScalingPolicy"], collection)
    if "AutoTerminationPolicy" in request:
        fleets.check_idle(request["AutoTerminationPolicy"])
    for name in ("ServiceRole", "JobFlowRole"):
        if not request.get(name):
            raise refuse(f"{name} must name a role; got none")
    check_steps(request.get("Steps") or [], level)
    return collection


def _check_release(request: Json) -> None:
    label = request.get("ReleaseLabel")
    if not re.fullmatch(r"emr-(spark-)?\d+\.\d+\.\d+", label or ""):
        raise refuse(f"The supplied release label is invalid: {label}. It must be like {RELEASES[0]}.")
    if label not in RELEASES:
        raise NotImplementedOnLaptop(f"ReleaseLabel {label} (there is the Spark of {' and '.join(RELEASES)} only)")
    old = [name for name in _LEGACY if request.get(name)]
    if old:
        raise refuse(f"{', '.join(old)} must not be used with a release label")


def check_steps(steps: list[Json], concurrency: int) -> None:
    """Check the steps of a request for a cluster that runs so many steps at once."""
    for step in steps:
        action = step.get("ActionOnFailure")
        if not action:
            raise NotImplementedOnLaptop("a step without ActionOnFailure, whose default AWS does not document,")
        if concurrency > 1 and action in _STOPPING:
            raise refuse(
                f"ActionOnFailure of {step['Name']} must be CONTINUE since StepConcurrencyLevel is {concurrency};"
                f" got {action}"
            )
        commands.parse(step["HadoopJarStep"])
