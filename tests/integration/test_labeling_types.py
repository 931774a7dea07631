"""Workforces and work teams: through CloudFormation and through the API, in an account of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.integration.test_cloudformation import Stack, template


@dataclass(frozen=True)
class Account:
    """Another account of the emulator: an account has one private workforce in a region."""

    laptop: Any
    number: str

    def client(self, service: str) -> Any:
        make: Any = boto3.client
        return make(
            service,
            endpoint_url=self.laptop.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.number,
            aws_secret_access_key="laptop",
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
        )


@pytest.fixture
def stack(laptop: Any) -> Iterator[Stack]:
    made = Stack(Account(laptop, "111122223333"), "labeling-types")
    yield made
    try:
        made.delete()
    except ClientError as error:
        if "does not exist" not in str(error):
            raise


def test_pools_workforces_and_teams_are_what_their_template_says(stack: Stack) -> None:
    types = template("labeling_types.yaml")
    assert stack.deploy(types) == "CREATE_COMPLETE", stack.failures()
    outputs = stack.outputs()
    sagemaker, cognito = stack.laptop.client("sagemaker"), stack.laptop.client("cognito-idp")
    assert outputs["Workteam"].endswith(f":workteam/private-crowd/{outputs['WorkteamName']}")
    assert outputs["SubDomain"].endswith(".labeling.us-east-1.sagemaker.aws")
    people = cognito.list_users_in_group(UserPoolId=outputs["Pool"], GroupName=outputs["Group"])["Users"]
    assert len(people) == 1
    changed = stack.deploy(types, Description="those who look", Cidr="192.168.0.0/16", Owner="labels")
    assert changed == "UPDATE_COMPLETE", stack.failures()
    assert stack.outputs() == outputs
    team = sagemaker.describe_workteam(WorkteamName=outputs["WorkteamName"])["Workteam"]
    member = team["MemberDefinitions"][0]["CognitoMemberDefinition"]
    assert (team["Description"], team["WorkforceArn"]) == ("those who look", outputs["Workforce"])
    assert member == {name: outputs[key] for name, key in MEMBER.items()}
    workforce = sagemaker.describe_workforce(WorkforceName="private-crowd")["Workforce"]
    assert workforce["SourceIpConfig"] == {"Cidrs": ["192.168.0.0/16"]}
    for arn in (outputs["Workteam"], outputs["Workforce"]):
        assert {"Key": "owner", "Value": "labels"} in sagemaker.list_tags(ResourceArn=arn)["Tags"]
    with pytest.raises(ClientError, match="ResourceInUse"):
        sagemaker.delete_workforce(WorkforceName="private-crowd")
    assert stack.delete() == "DELETE_COMPLETE", stack.failures()
    assert sagemaker.list_workteams()["Workteams"] == sagemaker.list_workforces()["Workforces"] == []
    assert outputs["Pool"] not in [pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]]


MEMBER = {"UserPool": "Pool", "UserGroup": "Group", "ClientId": "Client"}


@dataclass(frozen=True)
class People:
    """A user pool with a group, and the API to make teams of it."""

    api: Any
    cognito: Any
    pool: str
    client_id: str

    def members(self, group: str = "labelers", pool: str = "") -> list[dict[str, Any]]:
        definition = {"UserPool": pool or self.pool, "UserGroup": group, "ClientId": self.client_id}
        return [{"CognitoMemberDefinition": definition}]


@pytest.fixture
def people(laptop: Any) -> Iterator[People]:
    account = Account(laptop, "444455556666")
    cognito, api = account.client("cognito-idp"), account.client("sagemaker")
    pool = cognito.create_user_pool(PoolName="labelers")["UserPool"]["Id"]
    client_id = cognito.create_user_pool_client(UserPoolId=pool, ClientName="portal")["UserPoolClient"]["ClientId"]
    cognito.create_group(UserPoolId=pool, GroupName="labelers")
    yield People(api, cognito, pool, client_id)
    for team in api.list_workteams()["Workteams"]:
        api.delete_workteam(WorkteamName=team["WorkteamName"])
    for workforce in api.list_workforces()["Workforces"]:
        api.delete_workforce(WorkforceName=workforce["WorkforceName"])


def test_the_first_team_makes_the_default_workforce_and_an_account_has_one(people: People) -> None:
    made = people.api.create_workteam(WorkteamName="one", Description="first", MemberDefinitions=people.members())
    (workforce,) = people.api.list_workforces()["Workforces"]
    assert (workforce["WorkforceName"], workforce["Status"]) == ("private-crowd", "Active")
    assert workforce["CognitoConfig"] == {"UserPool": people.pool, "ClientId": people.client_id}
    with pytest.raises(ClientError, match="ResourceLimitExceeded"):
        people.api.create_workforce(WorkforceName="second", CognitoConfig=workforce["CognitoConfig"])
    with pytest.raises(ClientError, match="ResourceInUse"):
        people.api.create_workteam(WorkteamName="one", Description="again", MemberDefinitions=people.members())
    listed = people.api.list_workteams(NameContains="ON", SortBy="Name")["Workteams"]
    assert [team["WorkteamArn"] for team in listed] == [made["WorkteamArn"]]
    assert people.api.list_subscribed_workteams()["SubscribedWorkteams"] == []
    for number in range(24):
        people.api.create_workteam(WorkteamName=f"t{number}", Description="x", MemberDefinitions=people.members())
    with pytest.raises(ClientError, match="25 workteams"):
        people.api.create_workteam(WorkteamName="t24", Description="x", MemberDefinitions=people.members())
    assert people.api.delete_workteam(WorkteamName="one")["Success"] is True
    assert people.api.delete_workteam(WorkteamName="one")["Success"] is False


def test_fails_for_members_that_are_not_there_and_for_providers_of_ones_own(people: People) -> None:
    with pytest.raises(ClientError, match="must have the group"):
        people.api.create_workteam(WorkteamName="x", Description="x", MemberDefinitions=people.members("nobody"))
    people.api.create_workteam(WorkteamName="one", Description="first", MemberDefinitions=people.members())
    other = people.cognito.create_user_pool(PoolName="others")["UserPool"]["Id"]
    people.cognito.create_group(UserPoolId=other, GroupName="labelers")
    with pytest.raises(ClientError, match="of the workforce's user pool"):
        people.api.update_workteam(WorkteamName="one", MemberDefinitions=people.members(pool=other))
    with pytest.raises(ClientError, match="not implemented on the laptop"):
        people.api.create_workteam(
            WorkteamName="x", Description="x", MemberDefinitions=[{"OidcMemberDefinition": {"Groups": ["a"]}}]
        )
    with pytest.raises(ClientError, match="must exist"):
        people.api.describe_workteam(WorkteamName="nobody")


def test_tags_are_added_listed_and_removed(people: People) -> None:
    tags = [{"Key": "owner", "Value": "data"}, {"Key": "cost", "Value": "labels"}]
    arn = people.api.create_workteam(
        WorkteamName="one", Description="first", MemberDefinitions=people.members(), Tags=tags
    )["WorkteamArn"]
    people.api.add_tags(ResourceArn=arn, Tags=[{"Key": "owner", "Value": "people"}])
    people.api.delete_tags(ResourceArn=arn, TagKeys=["cost"])
    assert people.api.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "owner", "Value": "people"}]
    with pytest.raises(ClientError, match="must be a resource of SageMaker"):
        people.api.list_tags(ResourceArn=arn + "x")


def test_a_page_can_be_previewed_with_a_role_that_sagemaker_may_assume(laptop: Any) -> None:
    api, iam = laptop.client("sagemaker"), laptop.client("iam")
    arns = {}
    for service in ("sagemaker", "lambda"):
        trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = iam.create_role(RoleName=f"preview-{service}", AssumeRolePolicyDocument=document)
        arns[service] = made["Role"]["Arn"]
    page = '<crowd-form><img src="{{ task.input.picture | grant_read_access }}">{{ task.input.text }}</crowd-form>'
    given = json.dumps({"picture": "s3://some-bucket/a b.png", "text": "<i>"})
    request = {"UiTemplate": {"Content": page}, "Task": {"Input": given}}
    rendered = api.render_ui_template(**request, RoleArn=arns["sagemaker"])
    assert rendered["Errors"] == []
    assert f'src="{laptop.endpoint}/some-bucket/a%20b.png?' in rendered["RenderedContent"]
    assert "&lt;i&gt;</crowd-form>" in rendered["RenderedContent"]
    broken = api.render_ui_template(
        UiTemplate={"Content": "{{ task.input.other }}"}, Task={"Input": given}, RoleArn=arns["sagemaker"]
    )
    assert [error["Code"] for error in broken["Errors"]] == ["InvalidTemplate"]
    with pytest.raises(ClientError, match="Could not assume role"):
        api.render_ui_template(**request, RoleArn=arns["lambda"])
