"""Teams query with limits they cannot step around, and may do nothing beside."""

from collections.abc import Iterator
from typing import Any

import pytest

from components.saved_query import load_queries
from tests.synthesis import Assembly

GIB = 1024**3


def workgroup(assembly: Assembly, team: str) -> dict[str, Any]:
    return dict(assembly.only("Query", "AWS::Athena::WorkGroup", team.capitalize()).properties)


def statements(assembly: Assembly, team: str) -> list[dict[str, Any]]:
    policy = assembly.only("Query", "AWS::IAM::ManagedPolicy", f"{team.capitalize()}Access").properties
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def allowed(assembly: Assembly, team: str, action: str) -> Iterator[str]:
    """Yield the resources on which a team may do something, as text."""
    for statement in statements(assembly, team):
        assert statement["Effect"] == "Allow"
        if action in listed(statement["Action"]):
            yield from (str(resource) for resource in listed(statement["Resource"]))


@pytest.mark.parametrize("team", ["analysts", "bi", "engineers", "pipeline"])
def test_clients_cannot_override_the_settings_of_a_workgroup(laptop_assembly: Assembly, team: str) -> None:
    properties = workgroup(laptop_assembly, team)
    settings = properties["WorkGroupConfiguration"]
    assert properties["Name"] == f"lake-{team}"
    assert settings["EnforceWorkGroupConfiguration"]
    assert settings["PublishCloudWatchMetricsEnabled"]
    assert not settings["RequesterPaysEnabled"]
    assert settings["EngineVersion"] == {"SelectedEngineVersion": "Athena engine version 3"}


@pytest.mark.parametrize("team", ["analysts", "bi", "engineers", "pipeline"])
def test_results_are_encrypted_under_the_prefix_of_the_team(laptop_assembly: Assembly, team: str) -> None:
    result = workgroup(laptop_assembly, team)["WorkGroupConfiguration"]["ResultConfiguration"]
    assert result["EncryptionConfiguration"]["EncryptionOption"] == "SSE_KMS"
    assert "DataKey" in str(result["EncryptionConfiguration"]["KmsKey"])
    assert result["OutputLocation"]["Fn::Join"][1][-1] == f"/{team}/"
    assert result["ExpectedBucketOwner"] == "000000000000"


@pytest.mark.parametrize(("team", "limit"), [("analysts", int(0.01 * GIB)), ("engineers", 10 * GIB)])
def test_a_query_is_cut_off_at_the_configured_limit_in_bytes(laptop_assembly: Assembly, team: str, limit: int) -> None:
    assert workgroup(laptop_assembly, team)["WorkGroupConfiguration"]["BytesScannedCutoffPerQuery"] == limit


def test_a_workgroup_goes_with_its_history_only_where_data_may_go(
    laptop_assembly: Assembly, prod_assembly: Assembly
) -> None:
    assert workgroup(laptop_assembly, "analysts")["RecursiveDeleteOption"] is True
    assert workgroup(prod_assembly, "analysts")["RecursiveDeleteOption"] is False


@pytest.mark.parametrize("team", ["analysts", "engineers"])
def test_a_team_queries_in_its_own_workgroup_only(laptop_assembly: Assembly, team: str) -> None:
    own = f"arn:aws:athena:us-east-1:000000000000:workgroup/lake-{team}"
    for action in ("athena:StartQueryExecution", "athena:GetQueryResults", "athena:CreatePreparedStatement"):
        assert list(allowed(laptop_assembly, team, action)) == [own]


def test_analysts_read_curated_and_analytics_but_not_raw_or_quarantine(laptop_assembly: Assembly) -> None:
    readable = " ".join(allowed(laptop_assembly, "analysts", "s3:GetObject"))
    assert all(zone in readable for zone in ("GetAttCurated", "GetAttAnalytics", "GetAttResults"))
    assert not any(zone in readable for zone in ("GetAttRaw", "GetAttFailures", "GetAttArtifacts", "GetAttAccessLogs"))
    assert not any("lake_raw" in table for table in allowed(laptop_assembly, "analysts", "glue:GetTable"))


def test_analysts_write_nothing_but_their_own_results(laptop_assembly: Assembly) -> None:
    writable = list(allowed(laptop_assembly, "analysts", "s3:PutObject"))
    assert len(writable) == 1
    assert all("GetAttResults" in resource and "/analysts" in resource for resource in writable)
    assert list(allowed(laptop_assembly, "analysts", "glue:CreateTable")) == []


def test_engineers_write_analytics_but_not_curated_or_raw(laptop_assembly: Assembly) -> None:
    writable = " ".join(allowed(laptop_assembly, "engineers", "s3:PutObject"))
    assert "GetAttAnalytics" in writable
    assert not any(zone in writable for zone in ("GetAttCurated", "GetAttRaw"))
    tables = list(allowed(laptop_assembly, "engineers", "glue:CreateTable"))
    assert {table.rsplit("/", 2)[-2] for table in tables if ":table/" in table} == {"lake_analytics"}


def test_a_team_may_come_through_its_own_access_point_only(laptop_assembly: Assembly) -> None:
    analysts = " ".join(allowed(laptop_assembly, "analysts", "s3:GetObject"))
    assert "AnalystsAnalyticsAccessPoint" in analysts
    assert "EngineersCuratedAccessPoint" not in analysts


def test_no_team_may_change_its_workgroup_or_anybodys_permissions(laptop_assembly: Assembly) -> None:
    for team in ("analysts", "engineers"):
        actions = {action for statement in statements(laptop_assembly, team) for action in listed(statement["Action"])}
        assert not {action for action in actions if "*" in action}
        assert not actions & {"athena:UpdateWorkGroup", "athena:DeleteWorkGroup", "athena:CreateWorkGroup"}
        assert {action.split(":")[0] for action in actions} == {"athena", "glue", "s3", "kms"}


@pytest.mark.parametrize("team", ["analysts", "engineers"])
def test_a_team_may_see_the_default_database_as_athena_wants(laptop_assembly: Assembly, team: str) -> None:
    seen = list(allowed(laptop_assembly, team, "glue:GetDatabase"))
    assert any(each.endswith(":database/default") for each in seen)
    assert list(allowed(laptop_assembly, team, "glue:CreateDatabase")) == []


def test_only_people_of_this_account_may_take_a_teams_role(laptop_assembly: Assembly) -> None:
    roles = list(laptop_assembly.resources("Query", "AWS::IAM::Role"))
    assert len(roles) == 2
    for role in roles:
        (statement,) = role.properties["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"AWS": "arn:aws:iam::000000000000:root"}


def test_each_query_file_is_deployed_once_in_its_workgroup(laptop_assembly: Assembly) -> None:
    named = {each.properties["Name"]: each for each in laptop_assembly.resources("Query", "AWS::Athena::NamedQuery")}
    prepared = {
        each.properties["StatementName"]: each
        for each in laptop_assembly.resources("Query", "AWS::Athena::PreparedStatement")
    }
    queries = list(load_queries())
    assert len(queries) >= 12
    assert set(prepared) == {query.name for query in queries if query.parameters}
    assert set(named) == {query.name for query in queries if not query.parameters}
    for query in queries:
        deployed = (prepared if query.parameters else named)[query.name].properties
        team = query.workgroup.removeprefix("lake-").capitalize()
        assert deployed["WorkGroup"]["Ref"].startswith(team)


def test_scripts_find_workgroups_and_roles_in_the_outputs(laptop_assembly: Assembly) -> None:
    assert set(laptop_assembly.outputs("Query")) == {
        "AnalystsWorkgroupName",
        "EngineersWorkgroupName",
        "BiWorkgroupName",
        "PipelineWorkgroupName",
        "AnalystsRoleArn",
        "EngineersRoleArn",
        "AnalystsPolicyArn",
        "EngineersPolicyArn",
    }
