"""What EMR refuses of a request, each rule once."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from laptop.emulator.emr import requests
from laptop.emulator.registry import NotImplementedOnLaptop, ServiceError

Json = dict[str, Any]
SPOT = {"TimeoutAction": "SWITCH_TO_ON_DEMAND", "TimeoutDurationMinutes": 5}
STEP = {
    "Name": "index",
    "ActionOnFailure": "CONTINUE",
    "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["spark-submit", "s3://code/step.py"]},
}
FLEETS: Json = {
    "Name": "text",
    "ReleaseLabel": "emr-7.13.0",
    "ServiceRole": "service",
    "JobFlowRole": "nodes",
    "Steps": [STEP],
    "Instances": {
        "InstanceFleets": [
            {
                "InstanceFleetType": "MASTER",
                "TargetOnDemandCapacity": 1,
                "InstanceTypeConfigs": [{"InstanceType": "m7g.xlarge"}],
            },
            {
                "InstanceFleetType": "CORE",
                "TargetOnDemandCapacity": 2,
                "InstanceTypeConfigs": [{"InstanceType": "m7g.xlarge"}, {"InstanceType": "m6g.xlarge"}],
            },
            {
                "InstanceFleetType": "TASK",
                "TargetSpotCapacity": 4,
                "InstanceTypeConfigs": [{"InstanceType": "m7g.xlarge", "WeightedCapacity": 2}],
                "LaunchSpecifications": {"SpotSpecification": SPOT | {"AllocationStrategy": "diversified"}},
            },
        ]
    },
}
GROUPS: Json = FLEETS | {
    "Instances": {
        "InstanceGroups": [
            {"InstanceRole": "MASTER", "InstanceType": "m7g.xlarge", "InstanceCount": 1},
            {"InstanceRole": "CORE", "InstanceType": "m7g.xlarge", "InstanceCount": 2},
        ]
    }
}


def changed(base: Json, path: str, value: Any) -> Json:
    """Return the request with one member set, e.g. `Instances.InstanceFleets.0.Name`; None removes it."""
    request = deepcopy(base)
    *parents, last = path.split(".")
    place: Any = request
    for name in parents:
        place = place[int(name) if name.isdigit() else name]
    if isinstance(place, list):
        place[int(last)] = value
    elif value is None:
        del place[last]
    else:
        place[last] = value
    return request


@pytest.mark.parametrize(("request_", "collection"), [(FLEETS, "INSTANCE_FLEET"), (GROUPS, "INSTANCE_GROUP")])
def test_sound_request_is_taken(request_: Json, collection: str) -> None:
    assert requests.check_cluster(request_) == collection


FLEET = "Instances.InstanceFleets"
TYPES = [{"InstanceType": f"m{number}.xlarge"} for number in range(31)]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("ReleaseLabel", "7.13.0", "release label is invalid"),
        ("ReleaseLabel", None, "release label is invalid"),
        ("JobFlowRole", None, "JobFlowRole must name a role"),
        ("AmiVersion", "3.8", "AmiVersion must not be used"),
        ("ScaleDownBehavior", "NEVER", "at .scaleDownBehavior. failed .* enum value set"),
        ("Nonsense", 1, "at .nonsense. failed .* must be one of"),
        ("StepConcurrencyLevel", 257, "1 to 256"),
        ("AutoTerminationPolicy", {"IdleTimeout": 604_801}, "60 to 604800"),
        ("Instances.InstanceGroups", [], ""),
        ("Instances.InstanceGroups", GROUPS["Instances"]["InstanceGroups"], "either instance fleets or"),
        ("Instances.MasterInstanceType", "m7g.xlarge", "either instance fleets or"),
        (f"{FLEET}.1.InstanceFleetType", "MASTER", "one instance fleet for its primary node; got 2"),
        (f"{FLEET}.2.InstanceFleetType", "CORE", "at most one core instance fleet; got 2"),
        (f"{FLEET}.1.InstanceFleetType", "TASK", "at most one task instance fleet"),
        (f"{FLEET}.0.TargetOnDemandCapacity", 2, "must have 1 or 3 units"),
        (f"{FLEET}.0.TargetSpotCapacity", 1, "of one market"),
        (f"{FLEET}.1.TargetOnDemandCapacity", 0, "target capacity above 0"),
        (f"{FLEET}.1.InstanceTypeConfigs", TYPES[:6], "1 to 5 instance types; got 6"),
        (f"{FLEET}.2.InstanceTypeConfigs", TYPES, "1 to 30 instance types; got 31"),
        (f"{FLEET}.1.InstanceTypeConfigs", [TYPES[0], TYPES[0]], "m0.xlarge twice"),
        (f"{FLEET}.0.InstanceTypeConfigs.0.WeightedCapacity", 2, "MASTER fleet must be 1; got 2"),
        (f"{FLEET}.2.LaunchSpecifications.SpotSpecification.TimeoutDurationMinutes", 4, "5 to 1440; got 4"),
        (f"{FLEET}.2.LaunchSpecifications.SpotSpecification.TimeoutAction", "WAIT", "timeoutAction. failed"),
        (f"{FLEET}.2.LaunchSpecifications.SpotSpecification.AllocationStrategy", "best", "enum value set"),
    ],
)
def test_fails_for_what_breaks_a_rule_of_fleets(path: str, value: Any, message: str) -> None:
    request = changed(FLEETS, path, value)
    if not message:
        assert requests.check_cluster(request) == "INSTANCE_FLEET"
        return
    with pytest.raises(ServiceError, match=message):
        requests.check_cluster(request)


GROUP = "Instances.InstanceGroups"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (f"{GROUP}.0.InstanceCount", 2, "MASTER group must be 1 or 3; got 2"),
        (f"{GROUP}.1.InstanceCount", 0, "CORE group must be at least 1; got 0"),
        (f"{GROUP}.1.InstanceRole", "MASTER", "one instance group for its primary node; got 2"),
        (f"{GROUP}.1.BidPrice", "0.1", "market SPOT only"),
        ("Instances.Ec2SubnetIds", ["subnet-1"], "with instance fleets only"),
        ("Instances.InstanceGroups", [], "got none of them"),
    ],
)
def test_fails_for_what_breaks_a_rule_of_groups(path: str, value: Any, message: str) -> None:
    with pytest.raises(ServiceError, match=message):
        requests.check_cluster(changed(GROUPS, path, value))


def limits(**changes: Any) -> Json:
    sound = {"UnitType": "InstanceFleetUnits", "MinimumCapacityUnits": 2, "MaximumCapacityUnits": 9}
    return {"ComputeLimits": sound | changes}


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (limits(UnitType="Instances"), "must be InstanceFleetUnits"),
        (limits(MinimumCapacityUnits=10), r"1 to MaximumCapacityUnits \(9\); got 10"),
        (limits(MaximumCoreCapacityUnits=10), r"MaximumCoreCapacityUnits must be at most MaximumCapacityUnits \(9\)"),
        (limits(MaximumOnDemandCapacityUnits=10), "MaximumOnDemandCapacityUnits must be at most"),
    ],
)
def test_fails_for_a_scaling_policy_that_contradicts_the_cluster(policy: Json, message: str) -> None:
    with pytest.raises(ServiceError, match=message):
        requests.check_cluster(FLEETS | {"ManagedScalingPolicy": policy})


def test_fails_for_a_step_that_would_stop_others_that_run_beside_it() -> None:
    step = STEP | {"ActionOnFailure": "CANCEL_AND_WAIT"}
    with pytest.raises(ServiceError, match="must be CONTINUE since StepConcurrencyLevel is 2"):
        requests.check_cluster(FLEETS | {"StepConcurrencyLevel": 2, "Steps": [step]})


def test_fails_for_a_release_with_another_spark() -> None:
    with pytest.raises(NotImplementedOnLaptop, match=r"there is the Spark of emr-7\.13\.0 only"):
        requests.check_cluster(FLEETS | {"ReleaseLabel": "emr-6.15.0"})
