import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from delivery.assembly import Resource
from delivery.guard import inventory
from delivery.guard.compare import Change, Kind, compare
from delivery.guard.text import text

KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
Template = dict[str, dict[str, Any]]
LAKE: Template = {
    "Raw": {"Type": "AWS::S3::Bucket", **KEPT, "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}},
    "Ledger": {
        "Type": "AWS::DynamoDB::Table",
        **KEPT,
        "Properties": {
            "KeySchema": [{"AttributeName": "claim", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "claim", "AttributeType": "S"}],
            "DeletionProtectionEnabled": True,
        },
    },
    "Stream": {"Type": "AWS::Kinesis::Stream", **KEPT, "Properties": {"ShardCount": 1}},
    "Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRole",
                        "Principal": {"Service": "glue.amazonaws.com"},
                        "Condition": {"StringEquals": {"aws:SourceAccount": "1"}},
                    }
                ]
            },
            "PermissionsBoundary": "arn:aws:iam::1:policy/boundary",
            "Policies": [
                {
                    "PolicyDocument": {
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Action": ["s3:GetObject", "s3:ListBucket"],
                                "Resource": [
                                    {"Fn::GetAtt": ["Raw", "Arn"]},
                                    {"Fn::Join": ["", [{"Ref": "Raw"}, "/*"]]},
                                ],
                            }
                        ]
                    }
                }
            ],
        },
    },
    "RawPolicy": {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "PolicyDocument": {
                "Statement": [
                    {
                        "Effect": "Deny",
                        "Action": "s3:*",
                        "Resource": "*",
                        "Principal": {"AWS": "*"},
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ]
            }
        },
    },
}


def take(template: Template) -> inventory.Inventory:
    return inventory.take(Resource("Lake", name, body["Type"], body) for name, body in template.items())


def changes(edit: Callable[[Template], object]) -> list[Change]:
    edited = copy.deepcopy(LAKE)
    edit(edited)
    return compare(take(LAKE), take(edited))


def statement(template: Template) -> dict[str, Any]:
    found: dict[str, Any] = template["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]
    return found


def renamed(template: Template) -> None:
    template["RawV2"] = template.pop("Raw")


DANGEROUS: list[tuple[str, Kind, Callable[[Template], object], str]] = [
    ("a bucket that is gone", Kind.DELETED, lambda t: t.pop("Raw"), "Lake/Raw (AWS::S3::Bucket)"),
    ("a bucket with another logical id", Kind.RENAMED, renamed, "now Lake/RawV2, and empty"),
    (
        "a bucket that gets a name",
        Kind.REPLACED,
        lambda t: t["Raw"]["Properties"].update(BucketName="mine"),
        "BucketName was not set, becomes mine",
    ),
    (
        "a table with another key",
        Kind.REPLACED,
        lambda t: t["Ledger"]["Properties"]["KeySchema"][0].update(AttributeName="id"),
        "KeySchema",
    ),
    ("a stream that gets a name", Kind.REPLACED, lambda t: t["Stream"]["Properties"].update(Name="s"), "Name was not"),
    ("another type", Kind.REPLACED, lambda t: t["Stream"].update(Type="AWS::S3::Bucket"), "becomes AWS::S3::Bucket"),
    ("a bucket that is not kept", Kind.UNRETAINED, lambda t: t["Raw"].update(DeletionPolicy="Delete"), "Lake/Raw"),
    (
        "a bucket that is not kept when replaced",
        Kind.UNRETAINED,
        lambda t: t["Raw"].pop("UpdateReplacePolicy"),
        "Lake/Raw",
    ),
    (
        "a table without protection",
        Kind.UNPROTECTED,
        lambda t: t["Ledger"]["Properties"].update(DeletionProtectionEnabled=False),
        "Lake/Ledger",
    ),
    (
        "one more action",
        Kind.WIDENED,
        lambda t: statement(t)["Action"].append("s3:PutObject"),
        "new: Lake/Role allow s3:PutObject on ${Raw.Arn}",
    ),
    (
        "one more resource",
        Kind.WIDENED,
        lambda t: statement(t)["Resource"].append("*"),
        "new: Lake/Role allow s3:GetObject on *",
    ),
    (
        "a trust without its condition",
        Kind.WIDENED,
        lambda t: t["Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0].pop("Condition"),
        'new: Lake/Role trust sts:AssumeRole to {"Service":"glue.amazonaws.com"}',
    ),
    (
        "a managed policy",
        Kind.WIDENED,
        lambda t: t["Role"]["Properties"].update(ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"]),
        "AdministratorAccess",
    ),
    (
        "no boundary",
        Kind.WIDENED,
        lambda t: t["Role"]["Properties"].pop("PermissionsBoundary"),
        "gone: Lake/Role bounded by",
    ),
    ("a denial that is gone", Kind.WIDENED, lambda t: t.pop("RawPolicy"), "gone: Lake/RawPolicy deny s3:*"),
]


@pytest.mark.parametrize(("name", "kind", "edit", "words"), DANGEROUS, ids=[case[0] for case in DANGEROUS])
def test_a_dangerous_change_is_named_with_a_way_out(
    name: str, kind: Kind, edit: Callable[[Template], object], words: str
) -> None:
    found = [change for change in changes(edit) if change.dangerous]
    assert {change.kind for change in found} == {kind}
    assert any(words in str(change) for change in found)
    assert all("--accept" in change.way_out for change in found)


def test_no_change_is_found_where_there_is_none() -> None:
    assert changes(lambda template: None) == []


@pytest.mark.parametrize(
    "edit",
    [
        lambda t: t["Stream"]["Properties"].update(ShardCount=4),
        lambda t: t["Raw"]["Properties"].pop("VersioningConfiguration"),
    ],
)
def test_what_is_changed_in_place_is_silent(edit: Callable[[Template], object]) -> None:
    assert changes(edit) == []


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        (lambda t: statement(t)["Action"].pop(), Kind.NARROWED),
        (lambda t: t.update(More={"Type": "AWS::S3::Bucket"}), Kind.ADDED),
    ],
)
def test_what_is_safer_or_new_is_told_and_not_dangerous(edit: Callable[[Template], object], kind: Kind) -> None:
    found = changes(edit)
    assert {change.kind for change in found} == {kind}
    assert not any(change.dangerous for change in found)


def test_dangers_come_first() -> None:
    def edit(template: Template) -> None:
        statement(template)["Action"] = ["s3:GetObject", "s3:DeleteObject"]
        template.pop("Raw")

    kinds = [change.kind for change in changes(edit)]
    assert kinds[0] is Kind.DELETED
    assert kinds[-1] is Kind.NARROWED


def test_an_inventory_is_read_as_it_was_written(tmp_path: Path) -> None:
    before = take(LAKE)
    before.write(tmp_path / "dev.json")
    assert inventory.read(tmp_path / "dev.json") == before


def test_a_missing_inventory_says_how_to_write_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make guard ENV=dev ARGS=--accept"):
        inventory.read(tmp_path / "dev.json")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        ({"Ref": "Raw"}, "${Raw}"),
        ({"Fn::GetAtt": ["Raw", "Arn"]}, "${Raw.Arn}"),
        ({"Fn::GetAtt": "Raw.Arn"}, "${Raw.Arn}"),
        ({"Fn::ImportValue": "Storage:Raw"}, "${Storage:Raw}"),
        ({"Fn::Join": ["/", [{"Ref": "Raw"}, "a"]]}, "${Raw}/a"),
        ({"Fn::Sub": "arn:${AWS::Partition}"}, "arn:${AWS::Partition}"),
        ({"AWS": [{"Ref": "Role"}]}, '{"AWS":["${Role}"]}'),
        ({"Bool": {"aws:SecureTransport": "false"}}, '{"Bool":{"aws:SecureTransport":"false"}}'),
    ],
)
def test_values_of_templates_are_written_as_text(value: object, written: str) -> None:
    assert text(value) == written


def test_what_lambda_lets_call_a_function_is_a_grant() -> None:
    properties = {"FunctionName": {"Ref": "F"}, "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}
    permission = {"Permission": {"Type": "AWS::Lambda::Permission", "Properties": properties}}
    (grant,) = take(permission).grants
    assert str(grant) == "Lake/${F} allow lambda:InvokeFunction to events.amazonaws.com of anything"


def test_the_next_version_of_the_same_code_is_no_other_permission() -> None:
    def reading(name: str) -> Template:
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::assets/{name}"}
        trust = {"Statement": {**statement, "Action": "sts:AssumeRole", "Principal": {"Service": "glue.amazonaws.com"}}}
        policies = [{"PolicyDocument": {"Statement": statement}}]
        properties = {"AssumeRolePolicyDocument": trust, "Policies": policies}
        return {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}

    assert take(reading(f"{'a' * 64}.zip")).grants == take(reading(f"{'b' * 64}.zip")).grants
    assert take(reading(f"{'a' * 64}.zip")).grants != take(reading("orders.zip")).grants
