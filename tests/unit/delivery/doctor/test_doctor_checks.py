import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError, TokenRetrievalError

from config.loader import load
from delivery.doctor import bootstrap, governance, identity, money, names, quotas, tools
from delivery.doctor.account import Account
from delivery.doctor.finding import Finding, State, Suite, diagnose, good
from tests.unit.delivery.conftest import NO_STACKS, NUMBER, REGION, TRUST, configured, with_answers

Ask = Callable[[Account], Iterator[Finding]]


def ask(check: Ask, account: Account) -> Finding:
    """Give the only finding of a check; what is wrong must come with a reason and a way out."""
    (finding,) = check(account)
    if finding.state is not State.GOOD:
        assert finding.why
        assert finding.fix
    return finding


def with_config(account: Account, **sections: dict[str, Any]) -> Account:
    return replace(account, config=configured(**sections))


def test_another_python_than_the_locked_ones_is_a_problem(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(tools.python, account).state is State.GOOD
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    assert "Python 3.14" in ask(tools.python, account).what


@pytest.mark.parametrize(
    ("found", "state"), [(None, State.PROBLEM), ((18, 1, 0), State.PROBLEM), ((22, 1, 0), State.GOOD)]
)
def test_node_must_be_there_and_new_enough(
    found: tuple[int, ...] | None, state: State, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "tool_version", lambda command: found)
    assert ask(tools.node, account).state is state


def test_the_cli_must_be_the_pinned_one(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(tools.cli, account).state is State.GOOD
    monkeypatch.setattr(tools, "tool_version", lambda command: (3, 0, 0))
    assert ask(tools.cli, account).fix == "npm ci"


def test_a_program_without_a_version_has_none(tmp_path: Path) -> None:
    assert tools.tool_version([sys.executable, "--version"]) == sys.version_info[:3]
    assert tools.tool_version([sys.executable, "-c", "print('hello')"]) is None
    assert tools.tool_version([str(tmp_path / "missing")]) is None


def test_credentials_of_the_configured_account_are_good(account: Account) -> None:
    assert NUMBER in ask(identity.credentials, account).what


def test_credentials_of_another_account_are_a_problem(account: Account) -> None:
    other = replace(account, config=configured().model_copy(update={"environment": _environment("345678901234")}))
    finding = ask(identity.credentials, other)
    assert finding.state is State.PROBLEM
    assert "export AWS_PROFILE" in finding.fix


def test_a_placeholder_account_is_to_be_replaced(account: Account) -> None:
    other = replace(account, config=configured().model_copy(update={"environment": _environment("444444444444")}))
    assert ask(identity.credentials, other).fix == (
        f'Write account = "{NUMBER}" under [environment] in config/environments/dev.toml'
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoCredentialsError(), "aws configure"),
        (TokenRetrievalError(provider="sso", error_msg="expired"), "aws sso login"),
        (ClientError({"Error": {"Code": "ExpiredToken", "Message": "old"}}, "GetCallerIdentity"), "aws sso login"),
        (ClientError({"Error": {"Code": "InvalidClientTokenId"}}, "GetCallerIdentity"), "aws sts get-caller-identity"),
    ],
)
def test_credentials_that_cannot_be_used_are_a_problem(
    error: Exception, words: str, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Account, service: str, region: str | None = None) -> Any:
        raise error

    monkeypatch.setattr(Account, "client", refuse)
    finding = ask(identity.credentials, account)
    assert finding.state is State.PROBLEM
    assert words in finding.fix


def test_a_region_without_a_service_is_a_problem(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(identity.region, account).state is State.GOOD
    monkeypatch.setattr(
        boto3.Session,
        "get_available_regions",
        lambda self, name, partition_name: ["eu-west-1"] if name == "glue" else [],
    )
    assert "does not offer glue" in ask(identity.region, account).what


def test_another_partition_is_a_warning(account: Account) -> None:
    config = configured(environment={"region": "cn-north-1"})
    first, *_ = identity.region(replace(account, config=config))
    assert first.state is State.WARNING
    assert "aws-cn" in first.what


def test_an_account_without_bootstrap_stack_is_a_problem(account: Account) -> None:
    finding = ask(bootstrap.version, account)
    assert finding.state is State.PROBLEM
    assert finding.fix == f"node_modules/.bin/cdk bootstrap aws://{NUMBER}/{REGION}"


def test_an_old_bootstrap_stack_is_a_problem(account: Account) -> None:
    account.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="5", Type="String")
    assert "version 5" in ask(bootstrap.version, account).what


def test_missing_bootstrap_roles_are_a_problem(account: Account) -> None:
    assert "deploy, file-publishing, lookup" in ask(bootstrap.roles, account).what
    assert "cfn-exec" in ask(bootstrap.execution_role, account).what


def test_bootstrap_roles_that_trust_others_are_a_problem(bootstrapped: Account) -> None:
    stranger = json.dumps(TRUST).replace(NUMBER, "arn:aws:iam::444444444444:root")
    role = f"cdk-hnb659fds-deploy-role-{NUMBER}-{REGION}"
    bootstrapped.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=stranger)
    finding = ask(bootstrap.roles, bootstrapped)
    assert "for deploy do not trust" in finding.what
    assert f"--trust {NUMBER}" in finding.fix


def test_a_trust_of_the_whole_account_counts(bootstrapped: Account) -> None:
    document = json.dumps(TRUST).replace(NUMBER, f"arn:aws:iam::{NUMBER}:root")
    role = f"cdk-hnb659fds-deploy-role-{NUMBER}-{REGION}"
    bootstrapped.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=document)
    assert ask(bootstrap.roles, bootstrapped).state is State.GOOD


def test_an_administrator_as_execution_role_is_a_warning(
    bootstrapped: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(bootstrap.execution_role, bootstrapped).state is State.GOOD
    iam, name = bootstrapped.client("iam"), f"cdk-hnb659fds-cfn-exec-role-{NUMBER}-{REGION}"
    made = iam.create_policy(PolicyName="AdministratorAccess", PolicyDocument=json.dumps(ANYTHING))
    iam.attach_role_policy(RoleName=name, PolicyArn=made["Policy"]["Arn"])
    assert ask(bootstrap.execution_role, bootstrapped).state is State.WARNING


ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def test_a_database_of_somebody_else_is_in_the_way(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    with_answers(account, monkeypatch, "cloudformation", NO_STACKS)
    assert ask(names.databases, account).state is State.GOOD
    account.client("glue").create_database(DatabaseInput={"Name": "lake_raw"})
    assert "delete-database --name lake_raw" in ask(names.databases, account).fix


def test_the_lakes_own_database_is_not_in_the_way(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.client("glue").create_database(DatabaseInput={"Name": "lake_raw"})
    with_answers(
        account,
        monkeypatch,
        "cloudformation",
        (
            "describe_stacks",
            {"Stacks": [_stack("lake-dev-Catalog", "CREATE_COMPLETE"), _stack("other", "CREATE_COMPLETE")]},
        ),
        ("list_stack_resources", {"StackResourceSummaries": [_resource("lake_raw")]}),
    )
    assert ask(names.databases, account).state is State.GOOD


def test_a_workgroup_of_somebody_else_is_in_the_way(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    with_answers(account, monkeypatch, "cloudformation", NO_STACKS)
    assert ask(names.workgroups, account).state is State.GOOD
    account.client("athena").create_work_group(Name="lake-analysts")
    assert "lake-analysts" in ask(names.workgroups, account).what


@pytest.mark.parametrize(
    ("status", "command"),
    [
        ("ROLLBACK_COMPLETE", "delete-stack --stack-name lake-dev-Storage"),
        ("UPDATE_ROLLBACK_FAILED", "cdk rollback lake-dev-Storage"),
        ("UPDATE_IN_PROGRESS", "wait stack-update-complete"),
    ],
)
def test_a_stuck_stack_is_a_problem(
    status: str, command: str, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = [_stack("lake-dev-Alerts", "CREATE_COMPLETE"), _stack("lake-dev-Storage", status)]
    with_answers(account, monkeypatch, "cloudformation", NO_STACKS, ("describe_stacks", {"Stacks": stuck}))
    assert ask(names.stacks, account).state is State.GOOD
    assert command in ask(names.stacks, account).fix


def test_lake_formation_that_closes_new_tables_is_a_problem(bootstrapped: Account) -> None:
    assert ask(governance.lake_formation_defaults, bootstrapped).state is State.GOOD
    assert ask(governance.lake_formation_administrators, bootstrapped).state is State.GOOD
    bootstrapped.client("lakeformation").put_data_lake_settings(
        DataLakeSettings={
            "DataLakeAdmins": [],
            "CreateDatabaseDefaultPermissions": [],
            "CreateTableDefaultPermissions": [],
        }
    )
    closed = ask(governance.lake_formation_defaults, bootstrapped)
    assert closed.state is State.PROBLEM
    settings = json.loads(closed.fix.split("'")[1])
    assert set(settings) == {"DataLakeAdmins", "CreateDatabaseDefaultPermissions", "CreateTableDefaultPermissions"}
    assert ask(governance.lake_formation_administrators, bootstrapped).state is State.WARNING


def test_the_fix_for_lake_formation_is_accepted_by_lake_formation(bootstrapped: Account) -> None:
    client = bootstrapped.client("lakeformation")
    client.put_data_lake_settings(DataLakeSettings={"DataLakeAdmins": []})
    settings = json.loads(ask(governance.lake_formation_defaults, bootstrapped).fix.split("'")[1])
    client.put_data_lake_settings(DataLakeSettings=settings)
    assert ask(governance.lake_formation_defaults, bootstrapped).state is State.GOOD


@pytest.mark.parametrize(("value", "state"), [(8.0, State.GOOD), (7.0, State.PROBLEM)])
def test_glue_must_be_allowed_as_many_units_as_two_jobs_use(
    value: float, state: State, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = {"Quota": {"Value": value, "QuotaCode": "L-08F3B322", "ServiceCode": "glue"}}
    with_answers(account, monkeypatch, "service-quotas", ("get_service_quota", quota))
    two_jobs = with_config(account, processing={"worker_type": "G.1X", "max_workers": 4})
    assert ask(quotas.glue, two_jobs).state is state


@pytest.mark.parametrize(
    ("value", "states"), [(1000.0, [State.GOOD, State.GOOD]), (5.0, [State.PROBLEM, State.PROBLEM])]
)
def test_ec2_must_be_allowed_the_largest_cluster(
    value: float, states: list[State], account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(quotas.nodes, with_config(account, emr={"enabled": False})).state is State.GOOD
    quota = {"Quota": {"Value": value, "QuotaCode": "L-1216C47A", "ServiceCode": "ec2"}}
    with_answers(account, monkeypatch, "service-quotas", ("get_service_quota", quota), ("get_service_quota", quota))
    found = list(quotas.nodes(with_config(account, emr={"enabled": True})))
    assert [finding.state for finding in found] == states


def test_the_largest_cluster_is_counted_in_processors(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    needed: list[float] = []

    def compare(account: Account, quota: quotas.Quota, count: float, use: str, key: str) -> Finding:
        needed.append(count)
        return good(use)

    monkeypatch.setattr(quotas, "compare", compare)
    cluster = load("laptop").emr.cluster
    scaling = cluster.scaling.model_copy(update={"maximum_on_demand_units": 4, "maximum_units": 10})
    emr = {"enabled": True, "cluster": cluster.model_copy(update={"scaling": scaling})}
    list(quotas.nodes(with_config(account, emr=emr)))
    assert needed == [4 + 4 * 4, 4 * (10 - cluster.core.units)]


@pytest.mark.parametrize(
    ("there", "create", "state"),
    [
        ([], True, State.GOOD),
        (["somebodys"], True, State.PROBLEM),
        (["ours"], False, State.GOOD),
        (["somebodys"], False, State.PROBLEM),
        ([], False, State.PROBLEM),
    ],
)
def test_an_account_has_one_private_workforce(
    there: list[str], create: bool, state: State, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = configured().labeling.private.model_copy(update={"create": create, "name": "ours"})
    labeling = with_config(account, labeling={"enabled": True, "workers": "private", "private": private})
    forces = [
        {"WorkforceName": name, "WorkforceArn": f"arn:aws:sagemaker:{REGION}:1:workforce/{name}"} for name in there
    ]
    with_answers(account, monkeypatch, "sagemaker", ("list_workforces", {"Workforces": forces}))
    with_answers(account, monkeypatch, "cloudformation", NO_STACKS)
    assert ask(governance.workforce, labeling).state is state


def test_kinesis_must_have_free_shards(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(quotas.kinesis, account).what == "no stream in this environment"
    ingestion = configured().ingestion
    streaming = with_config(
        account, ingestion={"enabled": True, "stream": ingestion.stream.model_copy(update={"shards": 5})}
    )
    assert ask(quotas.kinesis, streaming).state is State.GOOD
    limits = {"ShardLimit": 500, "OpenShardCount": 498, "OnDemandStreamCount": 0, "OnDemandStreamCountLimit": 50}
    monkeypatch.setattr(quotas, "_has_stream", lambda account: False)
    with_answers(account, monkeypatch, "kinesis", ("describe_limits", limits))
    assert "2 of 500 shards are free; the lake adds 5" in ask(quotas.kinesis, streaming).what


def test_a_lake_without_addresses_is_a_warning(account: Account) -> None:
    assert ask(money.recipients, account).state is State.WARNING
    assert ask(money.confirmations, account).state is State.GOOD
    assert ask(money.recipients, with_config(account, alerts={"emails": ("a@example.com",)})).state is State.GOOD


def test_an_address_that_did_not_confirm_is_a_warning(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"Endpoint": "a@example.com", "SubscriptionArn": "PendingConfirmation", "Protocol": "email"}
    with_answers(account, monkeypatch, "sns", ("list_subscriptions", {"Subscriptions": [entry]}))
    waiting = with_config(account, alerts={"emails": ("a@example.com",)})
    assert "a@example.com have not confirmed" in ask(money.confirmations, waiting).what


def test_what_may_not_be_looked_at_is_unknown_and_the_next_check_is_made(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_answers(account, monkeypatch, "lakeformation", ("get_data_lake_settings", "AccessDeniedException"))
    suite = Suite()
    suite.check("denied")(governance.lake_formation_defaults)
    suite.check("next")(lambda account: iter([good("fine")]))
    (denied, unknown), (_, fine) = diagnose(suite.checks, account)
    assert (denied, unknown.state) == ("denied", State.UNKNOWN)
    assert unknown.fix == "Ask with a role that may call GetDataLakeSettings."
    assert fine.state is State.GOOD


def _environment(number: str) -> Any:
    return configured().environment.model_copy(update={"account": number})


def _stack(name: str, status: str) -> dict[str, str]:
    return {"StackName": name, "StackStatus": status, "CreationTime": "2026-01-01"}


def _resource(name: str) -> dict[str, str]:
    return {
        "LogicalResourceId": "Raw",
        "PhysicalResourceId": name,
        "ResourceType": "AWS::Glue::Database",
        "LastUpdatedTimestamp": "2026-01-01",
        "ResourceStatus": "CREATE_COMPLETE",
    }
