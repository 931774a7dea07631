"""Rules over all stacks of an environment, and for each rule a defect that it catches."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.policy import keys, rules, runbooks
from tests.synthesis import Assembly

Rule = Callable[[Assembly], list[str]]

# Names that are a contract: SQL and people type them. Everything else is named by CloudFormation.
NAMES = {
    "AWS::Athena::WorkGroup": {"lake-analysts", "lake-bi", "lake-engineers", "lake-pipeline"},
    "AWS::Glue::Database": {"lake_raw", "lake_curated", "lake_analytics"},
    # A workforce must have a name; SageMaker's console calls the only one of an account like this.
    "AWS::SageMaker::Workforce": {"private-crowd"},
}
# Tables and rulesets are named by their contracts, saved queries by their files; a security configuration of Glue and
# a studio must have a name, and everything of QuickSight an id, which links and embedding pages hold.
NAMED_OTHERWISE = {
    "AWS::QuickSight::Dashboard",
    "AWS::QuickSight::DataSet",
    "AWS::QuickSight::DataSource",
    "AWS::QuickSight::Folder",
    "AWS::QuickSight::Group",
    "AWS::QuickSight::RefreshSchedule",
    "AWS::QuickSight::Theme",
    "AWS::QuickSight::VPCConnection",
    "AWS::EMR::Studio",
    "AWS::Glue::SecurityConfiguration",
    "AWS::Glue::DataQualityRuleset",
    "AWS::Glue::Table",
    "AWS::Athena::NamedQuery",
    "AWS::Athena::PreparedStatement",
}

RULES: list[Rule] = [
    rules.without_encryption,
    rules.open_to_plain_http,
    rules.asks_over_plain_text,
    rules.logs_for_ever,
    rules.too_much_allowed,
    rules.passes_any_role,
    rules.open_to_strangers,
    rules.trusted_on_anybodys_behalf,
    runbooks.calls_nobody,
    runbooks.without_runbook,
    keys.without_their_key,
]


@pytest.mark.parametrize("environment", ["laptop", "prod"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_resource_breaks_the_rule(assembly_of: Callable[[str], Assembly], rule: Rule, environment: str) -> None:
    assert rule(assembly_of(environment)) == []


def test_only_listed_names_are_chosen_by_us(laptop_assembly: Assembly) -> None:
    chosen = {each for each in rules.physical_names(laptop_assembly) if each[0] not in NAMED_OTHERWISE}
    assert chosen == {(type_, name) for type_, names in NAMES.items() for name in names}


def test_a_deployment_of_production_cannot_lose_data(prod_assembly: Assembly) -> None:
    assert rules.lost_by_a_deployment(prod_assembly) == []


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_stacks_that_hold_retained_data_are_protected_from_deletion(
    assembly_of: Callable[[str], Assembly], environment: str
) -> None:
    assembly = assembly_of(environment)
    holders = {each.stack for each in assembly.resources() if each.type in rules.STATEFUL}
    assert {"Storage", "Network", "Alerts"} <= holders
    assert holders & set(assembly.unprotected_stacks()) == set()


def seeded(assembly: Assembly, change: Callable[[dict[str, Any]], None], stack: str = "Storage") -> Assembly:
    """Return the assembly with one defect."""
    copy = Assembly(assembly.environment, assembly.folder)
    templates = deepcopy(assembly.templates)
    change(templates[stack]["Resources"])
    copy.__dict__["templates"] = templates
    return copy


def one(resources: dict[str, Any], type_: str, prefix: str = "") -> dict[str, Any]:
    return next(
        body["Properties"]
        for logical_id, body in resources.items()
        if body["Type"] == type_ and logical_id.startswith(prefix)
    )


def allow(resources: dict[str, Any], **statement: Any) -> None:
    document = {"Statement": [{"Effect": "Allow", "Resource": "arn:aws:s3:::b"} | statement]}
    resources["Defect12345678"] = {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": document}}


def forbid(resources: dict[str, Any], role: str, action: str) -> None:
    """Take the permission from all statements of a role."""
    for policy in one(resources, "AWS::IAM::Role", role)["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            statement["Action"] = [each for each in rules.listed(statement["Action"]) if each != action]


def add(resources: dict[str, Any], type_: str, **properties: Any) -> None:
    resources["Defect12345678"] = {"Type": type_, "Properties": properties}


DEFECTS: list[tuple[Rule, Callable[[dict[str, Any]], None]]] = [
    (rules.without_encryption, lambda all_: one(all_, "AWS::S3::Bucket", "Raw").pop("BucketEncryption")),
    (rules.without_encryption, lambda all_: one(all_, "AWS::SQS::Queue").pop("KmsMasterKeyId")),
    (rules.without_encryption, lambda all_: add(all_, "AWS::Logs::LogGroup", RetentionInDays=7)),
    (rules.without_encryption, lambda all_: add(all_, "AWS::Glue::Job", Role="r")),
    (rules.open_to_plain_http, lambda all_: add(all_, "AWS::SNS::Topic", KmsMasterKeyId="k")),
    (
        rules.open_to_plain_http,
        lambda all_: one(all_, "AWS::S3::BucketPolicy", "Raw")["PolicyDocument"]["Statement"].pop(0),
    ),
    (rules.asks_over_plain_text, lambda all_: add(all_, "AWS::QuickSight::DataSource", DataSourceId="d")),
    (
        rules.asks_over_plain_text,
        lambda all_: add(all_, "AWS::QuickSight::DataSource", SslProperties={"DisableSsl": True}),
    ),
    (rules.logs_for_ever, lambda all_: add(all_, "AWS::Logs::LogGroup", KmsKeyId="k")),
    (rules.too_much_allowed, lambda all_: allow(all_, Action="s3:*")),
    (rules.too_much_allowed, lambda all_: allow(all_, Action=["s3:GetObject"], Resource="*")),
    (rules.passes_any_role, lambda all_: allow(all_, Action="iam:PassRole")),
    (
        rules.open_to_strangers,
        lambda all_: one(all_, "AWS::S3::BucketPolicy", "Raw")["PolicyDocument"]["Statement"].append(
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": "*"}
        ),
    ),
    (
        rules.trusted_on_anybodys_behalf,
        lambda all_: add(
            all_,
            "AWS::IAM::Role",
            AssumeRolePolicyDocument={
                "Statement": [{"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}}]
            },
        ),
    ),
    (
        runbooks.calls_nobody,
        lambda all_: add(all_, "AWS::CloudWatch::Alarm", AlarmActions=[{"Ref": "Alerts"}], OKActions=[]),
    ),
    (
        runbooks.without_runbook,
        lambda all_: add(all_, "AWS::CloudWatch::Alarm", AlarmDescription="It burns: docs/runbook.md#it-burns"),
    ),
    (
        runbooks.without_runbook,
        lambda all_: add(all_, "AWS::Events::Rule", Targets=[{"Id": "Topic", "Arn": {"Ref": "Alerts"}}]),
    ),
    (rules.lost_by_a_deployment, lambda all_: add(all_, "AWS::DynamoDB::Table")),
]


@pytest.mark.parametrize(("rule", "defect"), DEFECTS, ids=[rule.__name__ for rule, _ in DEFECTS])
def test_the_rule_catches_a_seeded_defect(
    prod_assembly: Assembly, rule: Rule, defect: Callable[[dict[str, Any]], None]
) -> None:
    before = set(rule(prod_assembly))
    assert len(set(rule(seeded(prod_assembly, defect))) - before) == 1


@pytest.mark.parametrize(
    ("role", "action", "stack", "missed"),
    [
        ("PipelinesOrdersRole", "kms:GenerateDataKey", "Processing", "sns:Publish on Alerts/"),
        ("PipelinesOrdersRole", "kms:Encrypt", "Processing", "on the catalog"),
        ("PipelinesOrdersStarter", "kms:Decrypt", "Processing", "states:StartExecution"),
        ("JobsCurateOrdersRole", "kms:GenerateDataKey", "Processing", "s3:PutObject on Storage/Curated"),
        ("AccessLogsCrawlerRole", "kms:Encrypt", "Catalog", "on the catalog"),
    ],
)
def test_a_permission_on_a_key_that_is_missing_is_found(
    prod_assembly: Assembly, role: str, action: str, stack: str, missed: str
) -> None:
    found = keys.without_their_key(seeded(prod_assembly, lambda all_: forbid(all_, role, action), stack))
    assert any(f"{stack}/{role}" in each and missed in each and action in each for each in found)


def test_a_chosen_name_is_seen(prod_assembly: Assembly) -> None:
    named = seeded(prod_assembly, lambda all_: add(all_, "AWS::S3::Bucket", BucketName="my-lake"))
    assert ("AWS::S3::Bucket", "my-lake") in rules.physical_names(named)
