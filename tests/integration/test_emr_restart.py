"""What is left of clusters and job runs when the emulator is killed and started again."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from pathlib import Path

from tests.integration.conftest import running_laptop
from tests.integration.emr_support import new_emr
from tests.integration.glue_support import wait_for

running = contextmanager(running_laptop)


def test_killed_clusters_and_job_runs_have_ended_with_errors_after_the_restart(tmp_path: Path) -> None:
    with running(tmp_path) as laptop:
        emr = new_emr(laptop)
        cluster = emr.run(emr.step("sleep"), emr.copy("after"), keep=True)
        wait_for(lambda: emr.steps(cluster)["sleep"] == "RUNNING")
        api = laptop.client("emr-serverless")
        application = api.create_application(releaseLabel="emr-7.13.0", type="SPARK")["applicationId"]
        run = api.start_job_run(
            applicationId=application,
            executionRoleArn="arn:aws:iam::000000000000:role/emr-test",
            jobDriver={
                "sparkSubmit": {"entryPoint": f"s3://{emr.bucket}/code/step.py", "entryPointArguments": ["sleep"]}
            },
        )["jobRunId"]
        wait_for(lambda: api.list_job_runs(applicationId=application, states=["RUNNING"])["jobRuns"])
        os.killpg(laptop.run.pid, signal.SIGKILL)
        wait_for(lambda: laptop.home.running() is None)
    with running(tmp_path) as laptop:
        emr = type(emr)(laptop, emr.bucket)
        status = emr.until(cluster, "TERMINATED_WITH_ERRORS")
        assert status["StateChangeReason"]["Message"] == "The laptop was shut down while the cluster was up"
        assert emr.steps(cluster) == {"sleep": "INTERRUPTED", "after": "CANCELLED"}
        states = {node["Status"]["State"] for node in emr.api.list_instances(ClusterId=cluster)["Instances"]}
        assert states == {"TERMINATED"}
        api = laptop.client("emr-serverless")
        ended = wait_for(lambda: api.list_job_runs(applicationId=application, states=["FAILED"])["jobRuns"])
        assert [item["id"] for item in ended] == [run]
