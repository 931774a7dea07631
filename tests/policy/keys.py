"""Who touches something encrypted may use its key. KMS refuses otherwise, on AWS only: the laptop does not ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tests.policy.rules import ENCRYPTED_BY, get, listed
from tests.synthesis import Assembly

_READ = frozenset({"kms:Decrypt"})
_WRITE = frozenset({"kms:Decrypt", "kms:GenerateDataKey"})
# What an action on an encrypted resource asks of the key besides.
NEEDED = {
    # Parts of a large upload are read again: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuAndPermissions.html
    "s3:PutObject": _WRITE,
    "s3:GetObject": _READ,
    # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    "sns:Publish": _WRITE,
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    "sqs:SendMessage": _WRITE,
    "sqs:ReceiveMessage": _READ,
    # https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
    "states:StartExecution": _WRITE,
    "states:DescribeExecution": _READ,
    # https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
    "kinesis:PutRecord": frozenset({"kms:GenerateDataKey"}),
    "kinesis:PutRecords": frozenset({"kms:GenerateDataKey"}),
    "kinesis:GetRecords": _READ,
    "kinesis:SubscribeToShard": _READ,
}
# https://docs.aws.amazon.com/athena/latest/ug/access-encrypted-data-glue-data-catalog.html
CATALOG = ("glue:GetDatabase", "glue:GetTable", "glue:GetPartitions", "glue:CreateTable", "glue:BatchCreatePartition")
CATALOG_NEEDS = frozenset({"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"})

# Stack and logical id of a resource.
Place = tuple[str, str]


def without_their_key(assembly: Assembly) -> list[str]:
    """Roles that may do something to an encrypted resource, but lack what that takes of its key."""
    keys = _keys(assembly)
    catalog_key = _catalog_key(assembly)
    found = set()
    for holder, statements in _holders(assembly).items():
        usable = {(place, action) for place, action in _granted(assembly, holder[0], statements) if place is not None}
        for place, action in usable:
            lacking = {
                each for each in NEEDED.get(action, ()) if place in keys and not _allowed(usable, keys[place], each)
            }
            found |= {f"{_name(holder)} {action} on {_name(place)}: {each}" for each in lacking}
        if catalog_key and any(action in CATALOG for _, action in _granted(assembly, holder[0], statements)):
            lacking = {each for each in CATALOG_NEEDS if not _allowed(usable, catalog_key, each)}
            found |= {f"{_name(holder)} on the catalog: {each}" for each in lacking}
    return sorted(found)


def _allowed(usable: set[tuple[Place, str]], key: Place, action: str) -> bool:
    return any(place == key and fnmatchcase(action, pattern) for place, pattern in usable)


def _name(place: Place) -> str:
    return "/".join(place)


def _keys(assembly: Assembly) -> dict[Place, Place]:
    keys = {}
    for each in assembly.resources():
        key = place_of(assembly, each.stack, get(each.properties, ENCRYPTED_BY.get(each.type, "-")))
        if key:
            keys[each.stack, each.logical_id] = key
    return keys


def _catalog_key(assembly: Assembly) -> Place | None:
    path = "DataCatalogEncryptionSettings.EncryptionAtRest.SseAwsKmsKeyId"
    for each in assembly.resources(type="AWS::Glue::DataCatalogEncryptionSettings"):
        return place_of(assembly, each.stack, get(each.properties, path))
    return None


def _holders(assembly: Assembly) -> dict[Place, list[Mapping[str, Any]]]:
    """Give what each role, or managed policy, allows: its own documents and those that are attached to it."""
    holders: dict[Place, list[Mapping[str, Any]]] = {}
    for each in assembly.resources():
        place = (each.stack, each.logical_id)
        if each.type == "AWS::IAM::Role":
            documents = [policy["PolicyDocument"] for policy in each.properties.get("Policies", [])]
            holders.setdefault(place, []).extend(_allowing(documents))
        elif each.type == "AWS::IAM::ManagedPolicy":
            holders.setdefault(place, []).extend(_allowing([each.properties["PolicyDocument"]]))
        elif each.type == "AWS::IAM::Policy":
            for role in each.properties.get("Roles", []):
                attached = place_of(assembly, each.stack, role)
                assert attached, f"{each} must be attached to a role of this app; got {role}"
                holders.setdefault(attached, []).extend(_allowing([each.properties["PolicyDocument"]]))
    return holders


def _allowing(documents: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    statements = (statement for document in documents for statement in listed(document["Statement"]))
    return [statement for statement in statements if statement["Effect"] == "Allow"]


def _granted(assembly: Assembly, stack: str, statements: list[Mapping[str, Any]]) -> Iterator[tuple[Place | None, str]]:
    for statement in statements:
        for resource in listed(statement["Resource"]):
            for action in listed(statement["Action"]):
                yield place_of(assembly, stack, resource), action


def place_of(assembly: Assembly, stack: str, value: Any) -> Place | None:
    """Find the first resource that a value refers to, also in another stack; None for plain text."""
    match value:
        case {"Ref": str() as logical_id} | {"Fn::GetAtt": [str() as logical_id, *_]}:
            return None if logical_id.startswith("AWS::") else (stack, logical_id)
        case {"Fn::ImportValue": str() as name}:
            owner, exported = _exports(assembly)[name]
            return place_of(assembly, owner, exported)
        case {"Fn::Join": [_, list() as parts]}:
            return next((place for part in parts if (place := place_of(assembly, stack, part))), None)
    return None


def _exports(assembly: Assembly) -> dict[str, tuple[str, Any]]:
    return {
        output["Export"]["Name"]: (stack, output["Value"])
        for stack, template in assembly.templates.items()
        for output in template.get("Outputs", {}).values()
        if "Export" in output
    }
