"""Workforces and work teams that the emulator's CloudFormation lacks.

| type | created by | `Ref` | update |
|---|---|---|---|
| AWS::SageMaker::Workforce | CreateWorkforce | ARN | addresses and tags in place |
| AWS::SageMaker::Workteam | CreateWorkteam | ARN | members, description, notification and tags in place |

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SageMaker.html
"""

from __future__ import annotations

from laptop.emulator.clients import client
from laptop.emulator.cloudformation.reads import READS, ReadBack, ask
from laptop.emulator.cloudformation.shape import pick, tag_map
from laptop.emulator.registry import Context, Created, Json, Resource, resource_type

_MAX_NAME = 63


def _name(properties: Json, member: str, context: Context) -> str:
    # Names that CloudFormation generates may be longer than SageMaker takes; their end is what makes them unique.
    return str(properties.get(member) or context.name[-_MAX_NAME:].lstrip("-"))


def _retag(arn: str, old: Json, new: Json) -> None:
    gone = sorted(tag_map(old.get("Tags")).keys() - tag_map(new.get("Tags")).keys())
    if gone:
        client("sagemaker").delete_tags(ResourceArn=arn, TagKeys=gone)
    if new.get("Tags"):
        client("sagemaker").add_tags(ResourceArn=arn, Tags=new["Tags"])


@resource_type("AWS::SageMaker::Workforce")
class Workforce(Resource):
    properties = frozenset({"WorkforceName", "CognitoConfig", "SourceIpConfig", "IpAddressType", "Tags"})
    replaced_by = frozenset({"WorkforceName", "CognitoConfig"})

    def create(self, properties: Json, context: Context) -> Created:
        name = _name(properties, "WorkforceName", context)
        client("sagemaker").create_workforce(
            WorkforceName=name, **pick(properties, *self.properties - {"WorkforceName"})
        )
        return self._made(name)

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        name = physical_id.rpartition("/")[2]
        changes = {"SourceIpConfig": {"Cidrs": []}, "IpAddressType": "ipv4"} | pick(
            new, "SourceIpConfig", "IpAddressType"
        )
        client("sagemaker").update_workforce(WorkforceName=name, **changes)
        _retag(physical_id, old, new)
        return self._made(name)

    def delete(self, physical_id: str, properties: Json) -> None:
        client("sagemaker").delete_workforce(WorkforceName=physical_id.rpartition("/")[2])

    @staticmethod
    def _made(name: str) -> Created:
        found = client("sagemaker").describe_workforce(WorkforceName=name)["Workforce"]
        attributes = {"WorkforceArn": found["WorkforceArn"], "SubDomain": found["SubDomain"]}
        return Created(found["WorkforceArn"], attributes)


# Members of a group, as CloudFormation and as the API name them.
_MEMBER = {"CognitoUserPool": "UserPool", "CognitoUserGroup": "UserGroup", "CognitoClientId": "ClientId"}


def _members(request: Json) -> Json:
    """Return a request with the names of the API."""
    if "MemberDefinitions" not in request:
        return request
    renamed = []
    for definition in request["MemberDefinitions"]:
        group = definition.get("CognitoMemberDefinition")
        named = {_MEMBER[name]: value for name, value in group.items()} if group else None
        renamed.append(definition | ({"CognitoMemberDefinition": named} if named else {}))
    return request | {"MemberDefinitions": renamed}


@resource_type("AWS::SageMaker::Workteam")
class Workteam(Resource):
    properties = frozenset(
        {"WorkteamName", "WorkforceName", "Description", "MemberDefinitions", "NotificationConfiguration", "Tags"}
    )
    replaced_by = frozenset({"WorkteamName", "WorkforceName"})

    def create(self, properties: Json, context: Context) -> Created:
        name = _name(properties, "WorkteamName", context)
        request = _members(pick(properties, *self.properties - {"WorkteamName"}))
        arn = client("sagemaker").create_workteam(WorkteamName=name, **request)["WorkteamArn"]
        return Created(arn, {"WorkteamArn": arn, "WorkteamName": name})

    def update(self, physical_id: str, old: Json, new: Json, context: Context) -> Created:
        name = physical_id.rpartition("/")[2]
        changes = _members(pick(new, "Description", "MemberDefinitions", "NotificationConfiguration"))
        client("sagemaker").update_workteam(**{"NotificationConfiguration": {}} | changes, WorkteamName=name)
        _retag(physical_id, old, new)
        return Created(physical_id, {"WorkteamArn": physical_id, "WorkteamName": name})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("sagemaker").delete_workteam(WorkteamName=physical_id.rpartition("/")[2])


_TAGS = ask("sagemaker", "list_tags", ResourceArn="{id}")


def _workforce(arn: str, properties: Json, attributes: Json) -> Json:
    return dict(client("sagemaker").describe_workforce(WorkforceName=arn.rpartition("/")[2])["Workforce"])


def _workteam(arn: str, properties: Json, attributes: Json) -> Json:
    found = dict(client("sagemaker").describe_workteam(WorkteamName=arn.rpartition("/")[2])["Workteam"])
    return found | {"WorkforceName": found["WorkforceArn"].rpartition("/")[2]}


READS["AWS::SageMaker::Workforce"] = ReadBack((_workforce, _TAGS))
READS["AWS::SageMaker::Workteam"] = ReadBack((_workteam, _TAGS), aliases=_MEMBER)
