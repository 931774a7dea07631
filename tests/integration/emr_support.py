"""A small lake for the tests of EMR: roles, a bucket with steps, and a request for a cluster."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.integration.conftest import Laptop
from tests.integration.glue_support import new_bucket, wait_for

Json = dict[str, Any]
ENDED = ("TERMINATED", "TERMINATED_WITH_ERRORS")
FAULTS = "/laptop/emr/faults"

# Without Spark: what decides is that a program runs, not what it computes.
SCRIPT = """
import sys, time
word = sys.argv[1]
print("hello", word)
if word == "fail":
    raise ValueError("too many bad documents")
if word == "sleep":
    time.sleep(60)
"""


def fleet(role: str, *, on_demand: int = 0, spot: int = 0, action: str = "SWITCH_TO_ON_DEMAND") -> Json:
    specification = {
        "TimeoutAction": action,
        "TimeoutDurationMinutes": 5,
        "AllocationStrategy": "price-capacity-optimized",
    }
    return {
        "Name": role.lower(),
        "InstanceFleetType": role,
        "TargetOnDemandCapacity": on_demand,
        "TargetSpotCapacity": spot,
        "InstanceTypeConfigs": [{"InstanceType": name} for name in ("m7g.xlarge", "m6g.xlarge")],
        **({"LaunchSpecifications": {"SpotSpecification": specification}} if spot else {}),
    }


@dataclass(frozen=True)
class Emr:
    """EMR of a laptop, with a bucket for scripts and logs."""

    laptop: Laptop
    bucket: str

    @cached_property
    def api(self) -> Any:
        return self.laptop.client("emr")

    def step(self, word: str, action: str = "CONTINUE", **more: Any) -> Json:
        arguments = ["spark-submit", "--deploy-mode", "cluster", f"s3://{self.bucket}/code/step.py", word]
        return {
            "Name": word,
            "ActionOnFailure": action,
            "HadoopJarStep": {"Jar": "command-runner.jar", "Args": arguments},
        } | more

    def copy(
        self, name: str, action: str = "CONTINUE", *, fails: bool = False, source: str = "", target: str = ""
    ) -> Json:
        """Return a step that needs no Spark: it copies files, or fails because there is nothing to copy."""
        source = source or f"s3://{self.bucket}/{'nothing' if fails else 'code'}/"
        arguments = ["s3-dist-cp", f"--src={source}", f"--dest={target or f'hdfs:///{name}/'}"]
        jar = {"Jar": "command-runner.jar", "Args": arguments}
        return {"Name": name, "ActionOnFailure": action, "HadoopJarStep": jar}

    def request(self, *steps: Json, keep: bool = False, task: Json | None = None, **more: Any) -> Json:
        fleets = [fleet("MASTER", on_demand=1), fleet("CORE", on_demand=2), *([task] if task else [])]
        instances = {"InstanceFleets": fleets, "KeepJobFlowAliveWhenNoSteps": keep} | more.pop("Instances", {})
        return {
            "Name": "text",
            "ReleaseLabel": "emr-7.13.0",
            "Applications": [{"Name": "Spark"}],
            "ServiceRole": "emr-test",
            "JobFlowRole": "emr-test",
            "LogUri": f"s3://{self.bucket}/logs/",
            "Instances": instances,
            **({"Steps": list(steps)} if steps else {}),
            **more,
        }

    def run(self, *steps: Json, **more: Any) -> str:
        started: str = self.api.run_job_flow(**self.request(*steps, **more))["JobFlowId"]
        return started

    def status(self, cluster_id: str) -> Json:
        found: Json = self.api.describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"]
        return found

    def until(self, cluster_id: str, *states: str) -> Json:
        """Wait until the cluster is in one of the states; return its status."""

        def look() -> Json | None:
            status = self.status(cluster_id)
            assert status["State"] in states or status["State"] not in ENDED, status
            return status if status["State"] in states else None

        found: Json = wait_for(look)
        return found

    def ended_step(self, cluster_id: str, step_id: str) -> Json:
        def look() -> Json | None:
            step: Json = self.api.describe_step(ClusterId=cluster_id, StepId=step_id)["Step"]
            return step if step["Status"]["State"] in {"COMPLETED", "CANCELLED", "FAILED", "INTERRUPTED"} else None

        found: Json = wait_for(look)
        return found

    def steps(self, cluster_id: str) -> dict[str, str]:
        listed = self.api.list_steps(ClusterId=cluster_id)["Steps"]
        return {step["Name"]: step["Status"]["State"] for step in reversed(listed)}

    def log(self, key: str) -> str:
        body = self.laptop.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return gzip.decompress(body).decode()

    @contextlib.contextmanager
    def faults(self, **members: Any) -> Iterator[None]:
        """Let something go wrong within the block."""
        ssm = self.laptop.client("ssm")
        ssm.put_parameter(Name=FAULTS, Type="String", Value=json.dumps(members), Overwrite=True)
        try:
            yield
        finally:
            ssm.delete_parameter(Name=FAULTS)


def new_emr(laptop: Laptop) -> Emr:
    """Make the roles, unless they are there, and a bucket with a step."""
    iam = laptop.client("iam")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="emr-test", AssumeRolePolicyDocument="{}")
        iam.create_instance_profile(InstanceProfileName="emr-test")
    bucket = new_bucket(laptop)
    laptop.client("s3").put_object(Bucket=bucket, Key="code/step.py", Body=SCRIPT.encode())
    return Emr(laptop, bucket)
