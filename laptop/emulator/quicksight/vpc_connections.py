"""VPC connections: records of what a template wants; nothing routes packets here.

Source: `CreateVPCConnection` of the API reference.
"""

from __future__ import annotations

import secrets

from botocore.exceptions import ClientError

from laptop.emulator.clients import client
from laptop.emulator.cloudformation.shape import tag_map
from laptop.emulator.quicksight import identities
from laptop.emulator.quicksight.records import VPC_CONNECTIONS, invalid, page, serve, without
from laptop.emulator.registry import Json

_HIDDEN = ("tags", "SubnetIds")


def _body(request: Json) -> Json:
    if not identities.role_is_assumable(request["RoleArn"]):
        raise invalid(f"RoleArn must be a role that trusts quicksight.amazonaws.com; got {request['RoleArn']}")
    ec2 = client("ec2")
    try:
        subnets = ec2.describe_subnets(SubnetIds=request["SubnetIds"])["Subnets"]
        groups = ec2.describe_security_groups(GroupIds=request["SecurityGroupIds"])["SecurityGroups"]
    except ClientError as error:
        raise invalid(error.response["Error"]["Message"]) from error
    networks = {found["VpcId"] for found in (*subnets, *groups)}
    if len(networks) != 1 or len(subnets) != len(request["SubnetIds"]):
        raise invalid(f"subnets and security groups must be of one VPC; got {', '.join(sorted(networks)) or 'none'}")
    interfaces = [
        {
            "SubnetId": subnet["SubnetId"],
            "AvailabilityZone": subnet["AvailabilityZone"],
            "Status": "AVAILABLE",
            "NetworkInterfaceId": f"eni-{secrets.token_hex(8)}",
        }
        for subnet in subnets
    ]
    return without(request, "Tags") | {
        "VPCId": networks.pop(),
        "AvailabilityStatus": "AVAILABLE",
        "NetworkInterfaces": interfaces,
    }


@serve("CreateVPCConnection")
def create_vpc_connection(request: Json) -> Json:
    body = _body(request) | {"Status": "CREATION_SUCCESSFUL", "tags": tag_map(request.get("Tags"))}
    made = VPC_CONNECTIONS.put_new(request["VPCConnectionId"], body)
    return _answer(made) | {"CreationStatus": "CREATION_IN_PROGRESS"}


def _answer(found: Json) -> Json:
    return {name: found[name] for name in ("Arn", "VPCConnectionId", "AvailabilityStatus")}


@serve("UpdateVPCConnection")
def update_vpc_connection(request: Json) -> Json:
    old = VPC_CONNECTIONS.find(request["VPCConnectionId"])
    kept = {name: old[name] for name in ("Arn", "CreatedTime", "tags")}
    changed = VPC_CONNECTIONS.put(request["VPCConnectionId"], kept | _body(request) | {"Status": "UPDATE_SUCCESSFUL"})
    return _answer(changed) | {"UpdateStatus": "UPDATE_IN_PROGRESS"}


@serve("DescribeVPCConnection")
def describe_vpc_connection(request: Json) -> Json:
    return {"VPCConnection": without(VPC_CONNECTIONS.find(request["VPCConnectionId"]), *_HIDDEN)}


@serve("ListVPCConnections")
def list_vpc_connections(request: Json) -> Json:
    return page("VPCConnectionSummaries", [without(found, *_HIDDEN) for found in VPC_CONNECTIONS.all()], request)


@serve("DeleteVPCConnection")
def delete_vpc_connection(request: Json) -> Json:
    found = VPC_CONNECTIONS.find(request["VPCConnectionId"])
    VPC_CONNECTIONS.store.delete(request["VPCConnectionId"])
    return _answer(found) | {"DeletionStatus": "DELETION_IN_PROGRESS"}
