"""User pools: how the emulator's types are read back, and the types of members that it lacks.

| type | created by | update |
|---|---|---|
| AWS::Cognito::UserPoolUser | AdminCreateUser | replaced |
| AWS::Cognito::UserPoolUserToGroupAttachment | AdminAddUserToGroup | replaced |

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Cognito.html
"""

from __future__ import annotations

from laptop.emulator.clients import client
from laptop.emulator.cloudformation.reads import READS, ReadBack, ask
from laptop.emulator.cloudformation.shape import pick
from laptop.emulator.registry import Context, Created, Json, Resource, resource_type


@resource_type("AWS::Cognito::UserPoolUser")
class UserPoolUser(Resource):
    properties = frozenset({"UserPoolId", "Username", "UserAttributes", "MessageAction", "DesiredDeliveryMediums"})
    replaced_by = properties

    def create(self, properties: Json, context: Context) -> Created:
        name = properties.get("Username", context.name)
        client("cognito-idp").admin_create_user(Username=name, **pick(properties, *self.properties - {"Username"}))
        return Created(name, {})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("cognito-idp").admin_delete_user(UserPoolId=properties["UserPoolId"], Username=physical_id)


@resource_type("AWS::Cognito::UserPoolUserToGroupAttachment")
class UserPoolUserToGroupAttachment(Resource):
    properties = frozenset({"UserPoolId", "Username", "GroupName"})
    replaced_by = properties

    def create(self, properties: Json, context: Context) -> Created:
        client("cognito-idp").admin_add_user_to_group(**pick(properties, *self.properties))
        return Created(context.name, {})

    def delete(self, physical_id: str, properties: Json) -> None:
        client("cognito-idp").admin_remove_user_from_group(**pick(properties, *self.properties))


def _user(name: str, properties: Json, attributes: Json) -> Json:
    found = client("cognito-idp").admin_get_user(UserPoolId=properties["UserPoolId"], Username=name)
    return {
        "UserPoolId": properties["UserPoolId"],
        # Found by it; where an address signs in, the pool makes a name of its own.
        "Username": name,
        **{item["Name"]: item["Value"] for item in found["UserAttributes"]},
        "UserAttributes": found["UserAttributes"],
    }


def _attachment(name: str, properties: Json, attributes: Json) -> Json:
    groups = client("cognito-idp").admin_list_groups_for_user(
        UserPoolId=properties["UserPoolId"], Username=properties["Username"]
    )["Groups"]
    wanted = {"GroupName": properties["GroupName"], "UserPoolId": properties["UserPoolId"]}
    return (
        wanted | {"Username": properties["Username"]}
        if any(g["GroupName"] == wanted["GroupName"] for g in groups)
        else {}
    )


READS["AWS::Cognito::UserPool"] = ReadBack(
    (
        ask("cognito-idp", "describe_user_pool", UserPoolId="{id}"),
        ask("cognito-idp", "get_user_pool_mfa_config", UserPoolId="{id}"),
    ),
    aliases={"UserPoolName": "Name"},
    unread={
        "EnabledMfas": "shown as one configuration for each factor",
        "VerificationMessageTemplate": "shown under other names",
    },
)
READS["AWS::Cognito::UserPoolClient"] = ReadBack(
    (ask("cognito-idp", "describe_user_pool_client", UserPoolId="{p[UserPoolId]}", ClientId="{id}"),),
    unread={"GenerateSecret": "shown by the secret"},
)
READS["AWS::Cognito::UserPoolDomain"] = ReadBack(
    (ask("cognito-idp", "describe_user_pool_domain", Domain="{p[Domain]}"),)
)
READS["AWS::Cognito::UserPoolGroup"] = ReadBack(
    (ask("cognito-idp", "get_group", GroupName="{id}", UserPoolId="{p[UserPoolId]}"),)
)
READS["AWS::Cognito::UserPoolUser"] = ReadBack(
    (_user,),
    unread={
        "MessageAction": "an instruction for its creation",
        "DesiredDeliveryMediums": "an instruction for its creation",
    },
)
READS["AWS::Cognito::UserPoolUserToGroupAttachment"] = ReadBack((_attachment,))
