"""The whole lake: a deployment that is killed recovers, a repeated one changes nothing, a teardown leaves nothing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from laptop import aws, deploy, launcher
from laptop.state import PROJECT, Home
from tests.integration.conftest import Laptop, running_laptop
from tests.integration.pipeline_support import wait_for
from tests.synthesis import Assembly

DEPLOY = """
import io, sys
from pathlib import Path
from rich.console import Console
from laptop import deploy
from laptop.state import Home
deploy.deploy_assembly(Home(Path(sys.argv[1])), Console(file=io.StringIO()))
"""
# What each kind of thing is called by the API that lists it: service, operation, member of the answer, name of an item.
LISTS = (
    ("athena", "list_work_groups", "WorkGroups", "Name"),
    ("budgets", "describe_budgets", "Budgets", "BudgetName"),
    ("cloudtrail", "describe_trails", "trailList", "Name"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("cognito-idp", "list_user_pools", "UserPools", "Name"),
    ("dynamodb", "list_tables", "TableNames", ""),
    ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    ("emr", "list_studios", "Studios", "Name"),
    ("emr-serverless", "list_applications", "applications", "id"),
    ("events", "list_rules", "Rules", "Name"),
    ("firehose", "list_delivery_streams", "DeliveryStreamNames", ""),
    ("glue", "get_classifiers", "Classifiers", ""),
    ("glue", "get_crawlers", "Crawlers", "Name"),
    ("glue", "get_databases", "DatabaseList", "Name"),
    ("glue", "get_jobs", "Jobs", "Name"),
    ("glue", "get_security_configurations", "SecurityConfigurations", "Name"),
    ("glue", "list_data_quality_rulesets", "Rulesets", "Name"),
    ("iam", "list_instance_profiles", "InstanceProfiles", "InstanceProfileName"),
    ("iam", "list_policies", "Policies", "PolicyName"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("kinesis", "list_streams", "StreamNames", ""),
    ("lambda", "list_event_source_mappings", "EventSourceMappings", "UUID"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("lambda", "list_layers", "Layers", "LayerName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("quicksight", "list_dashboards", "DashboardSummaryList", "DashboardId"),
    ("quicksight", "list_data_sets", "DataSetSummaries", "DataSetId"),
    ("quicksight", "list_data_sources", "DataSources", "DataSourceId"),
    ("quicksight", "list_folders", "FolderSummaryList", "FolderId"),
    ("quicksight", "list_groups", "GroupList", "GroupName"),
    ("quicksight", "list_themes", "ThemeSummaryList", "ThemeId"),
    ("quicksight", "list_vpc_connections", "VPCConnectionSummaries", "VPCConnectionId"),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("sagemaker", "list_workforces", "Workforces", "WorkforceName"),
    ("sagemaker", "list_workteams", "Workteams", "WorkteamName"),
    ("scheduler", "list_schedules", "Schedules", "Name"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("sqs", "list_queues", "QueueUrls", ""),
    ("ssm", "describe_parameters", "Parameters", "Name"),
    ("stepfunctions", "list_state_machines", "stateMachines", "name"),
)
# What a service, or an operation, must be given.
GIVEN: dict[str, dict[str, Any]] = {
    "quicksight": {"AwsAccountId": aws.ACCOUNT},
    "list_groups": {"Namespace": "default"},
    "describe_budgets": {"AccountId": aws.ACCOUNT},
    "list_policies": {"Scope": "Local"},
    "list_user_pools": {"MaxResults": 60},
}


class WholeLake:
    """A lake whose stacks come and go."""

    def __init__(self, laptop: Laptop) -> None:
        self.laptop = laptop
        self.console = Console(file=io.StringIO(), width=200)

    def client(self, service: str) -> Any:
        return self.laptop.client(service)

    def stacks(self) -> dict[str, str]:
        found = aws.stacks(self.laptop.home, launcher.require(self.laptop.home))
        return {stack.name: stack.status for stack in found if stack.name.startswith("lake-laptop-")}

    def has_begun(self, stack: str) -> bool:
        return any(found["StackName"] == stack for found in self.client("cloudformation").describe_stacks()["Stacks"])

    def outputs(self) -> dict[str, str]:
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        return {item["OutputKey"]: item["OutputValue"] for stack in stacks for item in stack.get("Outputs", [])}

    def resources(self) -> dict[str, str]:
        """Return the physical id of each resource."""
        cloudformation = self.client("cloudformation")
        return {
            f"{stack}/{item['LogicalResourceId']}": item["PhysicalResourceId"]
            for stack in self.stacks()
            for item in aws.resources(cloudformation, stack)
        }

    def inventory(self) -> set[str]:
        """Name everything that the account holds."""
        found = set()
        for service, operation, member, name in LISTS:
            client, given = self.client(service), GIVEN.get(service, {}) | GIVEN.get(operation, {})
            pages = client.get_paginator(operation).paginate(**given) if client.can_paginate(operation) else None
            for page in pages or [getattr(client, operation)(**given)]:
                found |= {f"{service}.{operation} {item[name] if name else item}" for item in page.get(member, [])}
        return found | {f"kms.list_keys {key}" for key in self._usable_keys()} | set(self._refresh_schedules())

    def _refresh_schedules(self) -> Iterator[str]:
        """Name the schedules of all data sets; they can be listed only while their data set is there."""
        quicksight, account = self.client("quicksight"), GIVEN["quicksight"]
        for page in quicksight.get_paginator("list_data_sets").paginate(**account):
            for data_set in (item["DataSetId"] for item in page["DataSetSummaries"]):
                schedules = quicksight.list_refresh_schedules(**account, DataSetId=data_set)["RefreshSchedules"]
                for schedule in schedules:
                    yield f"quicksight.list_refresh_schedules {data_set} {schedule['ScheduleId']}"

    def _usable_keys(self) -> Iterator[str]:
        kms = self.client("kms")
        for page in kms.get_paginator("list_keys").paginate():
            for key in page["Keys"]:
                if kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] != "PendingDeletion":
                    yield key["KeyId"]

    def deploy(self) -> None:
        deploy.deploy_assembly(self.laptop.home, self.console)

    def change(self, stack: str, logical_id: str, **properties: Any) -> None:
        """Edit a resource of the assembly, as a change of the configuration would; a template is found by its hash."""
        (file,) = self.laptop.home.assembly.glob(f"assembly-*/*{stack}*.template.json")
        template = json.loads(file.read_text())
        template["Resources"][logical_id]["Properties"].update(properties)
        file.write_text(json.dumps(template))
        (assets,) = file.parent.glob(f"*{stack}*.assets.json")
        files = json.loads(assets.read_text())["files"]
        (old,) = [key for key, asset in files.items() if asset["source"]["path"] == file.name]
        new = hashlib.sha256(file.read_bytes()).hexdigest()
        for index in (assets, file.parent / "manifest.json"):
            index.write_text(index.read_text().replace(old, new))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, laptop_assembly: Assembly) -> Iterator[WholeLake]:
    for laptop in running_laptop(tmp_path_factory.mktemp("whole")):
        shutil.copytree(laptop_assembly.folder, laptop.home.assembly)
        yield WholeLake(laptop)


def kill_halfway(lake: WholeLake, beginning: str) -> None:
    """Kill the CLI and the emulator once a stack has begun."""
    home: Home = lake.laptop.home
    process = subprocess.Popen(
        [sys.executable, "-c", DEPLOY, str(home.path)], cwd=PROJECT, start_new_session=True, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: lake.has_begun(beginning) or None, f"{beginning} to begin")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    os.killpg(lake.laptop.run.pid, signal.SIGKILL)
    wait_for(lambda: home.running() is None or None, "the emulator to be gone")
    launcher.up(home)


def test_a_killed_deployment_recovers_a_repeated_one_changes_nothing_and_a_teardown_leaves_nothing(
    lake: WholeLake,
) -> None:
    before = lake.inventory()
    kill_halfway(lake, "lake-laptop-Processing")
    # Those that need Processing have not begun, or what had begun was not yet on disk.
    assert set(lake.stacks()) < {"lake-laptop-" + name for name in stack_names(lake.laptop.home.assembly)}

    lake.deploy()
    assert set(lake.stacks().values()) == {"CREATE_COMPLETE"}
    assert len(lake.stacks()) == len(stack_names(lake.laptop.home.assembly))
    resources, outputs = lake.resources(), lake.outputs()
    # What the lists do not show of a lake that is there, they would not miss of one that is gone.
    listing = {f"{service}.{operation}" for service, operation, _, _ in LISTS}
    listing |= {"kms.list_keys", "quicksight.list_refresh_schedules"}
    assert listing == {item.split()[0] for item in lake.inventory() - before}

    lake.deploy()
    assert lake.resources() == resources
    assert set(lake.stacks().values()) == {"CREATE_COMPLETE"}

    lake.change("Query", "Analysts", Description="Changed")
    lake.deploy()
    changed = {name for name, status in lake.stacks().items() if status == "UPDATE_COMPLETE"}
    assert changed == {"lake-laptop-Query"}
    assert lake.client("athena").get_work_group(WorkGroup="lake-analysts")["WorkGroup"]["Description"] == "Changed"
    assert lake.resources() == resources

    # Starts a pipeline and a crawler, which leave objects and logs.
    lake.client("s3").put_object(Bucket=outputs["RawBucketName"], Key="orders/a.csv", Body=b"a")
    groups = {"logGroupNamePrefix": "/aws-glue/crawlers"}
    wait_for(lambda: lake.client("logs").describe_log_groups(**groups)["logGroups"] or None, "logs of a crawler")
    deploy.destroy(lake.laptop.home, lake.console)
    assert lake.stacks() == {}
    bootstrap = {item for item in lake.inventory() if "cdk-" in item or "CDKToolkit" in item}
    assert lake.inventory() - before - bootstrap == set()

    lake.deploy()
    assert set(lake.stacks().values()) == {"CREATE_COMPLETE"}
    assert lake.outputs().keys() == outputs.keys()


def stack_names(assembly: Path) -> list[str]:
    return [template.name.removeprefix("lake-laptop-") for template in deploy.templates(assembly)]
