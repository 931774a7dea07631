"""Who labels, what may be seen by whom, and that nothing is paid by accident."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template
from lake_common.labeling.requests import JobSettings
from pydantic import ValidationError

from components.labeling_access import ask_services
from components.labeling_people import LabelingPeople
from config.labeling import LabelingConfig
from config.loader import load
from labeling.loader import load_tasks
from stacks.labeling_stack import _check_streams
from tests.synthesis import ROOT, Assembly
from tests.unit.stacks.settings import changed
from tests.unit.stacks.templates import allowed, short

DEFINITION = (ROOT / "pipelines" / "labeling.asl.json").read_text()
CONFIG = load("laptop").labeling
TASKS = load_tasks()


def only(assembly: Assembly, kind: str, prefix: str = "") -> dict[str, Any]:
    return dict(assembly.only("Labeling", kind, prefix).properties)


def variables(assembly: Assembly, prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = only(assembly, "AWS::Lambda::Function", prefix)["Environment"]["Variables"]
    return found


def people(config: LabelingConfig, *, retain_data: bool = False) -> tuple[LabelingPeople, Template]:
    stack = cdk.Stack(cdk.App(), "S", env=cdk.Environment(account="000000000000", region="us-east-1"))
    made = LabelingPeople(stack, "People", config=config, notices=sns.Topic(stack, "T"), retain_data=retain_data)
    return made, Template.from_stack(stack)


def test_nobody_signs_up_and_a_second_factor_is_as_configured(
    laptop_assembly: Assembly, prod_assembly: Assembly
) -> None:
    for assembly, factor in ((laptop_assembly, "OPTIONAL"), (prod_assembly, "ON")):
        pool = only(assembly, "AWS::Cognito::UserPool")
        assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
        assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == (factor, ["SOFTWARE_TOKEN_MFA"])
        assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 14


def test_pool_is_protected_where_data_is_retained(laptop_assembly: Assembly, prod_assembly: Assembly) -> None:
    for assembly, protection, policy in ((laptop_assembly, "INACTIVE", "Delete"), (prod_assembly, "ACTIVE", "Retain")):
        pool = assembly.only("Labeling", "AWS::Cognito::UserPool")
        assert pool.properties["DeletionProtection"] == protection
        assert pool.body["DeletionPolicy"] == policy


def test_workforce_team_and_sign_in_belong_together(laptop_assembly: Assembly) -> None:
    pool = {"Ref": laptop_assembly.only("Labeling", "AWS::Cognito::UserPool").logical_id}
    client = laptop_assembly.only("Labeling", "AWS::Cognito::UserPoolClient")
    group = laptop_assembly.only("Labeling", "AWS::Cognito::UserPoolGroup")
    assert client.properties["GenerateSecret"] is True
    assert (client.properties["UserPoolId"], group.properties["UserPoolId"]) == (pool, pool)
    workforce = only(laptop_assembly, "AWS::SageMaker::Workforce")
    assert workforce["CognitoConfig"] == {"ClientId": {"Ref": client.logical_id}, "UserPool": pool}
    team = only(laptop_assembly, "AWS::SageMaker::Workteam")
    assert team["MemberDefinitions"] == [
        {
            "CognitoMemberDefinition": {
                "CognitoClientId": {"Ref": client.logical_id},
                "CognitoUserGroup": {"Ref": group.logical_id},
                "CognitoUserPool": pool,
            }
        }
    ]
    assert team["WorkforceName"] == workforce["WorkforceName"]
    assert "Tasks" in str(team["NotificationConfiguration"]["NotificationTopicArn"])


def test_sign_in_page_has_an_address_that_no_other_account_has(laptop_assembly: Assembly) -> None:
    domain = only(laptop_assembly, "AWS::Cognito::UserPoolDomain")["Domain"]
    assert "AWS::StackId" in str(domain)


def test_sagemaker_may_tell_workers_and_nobody_else_on_its_behalf(laptop_assembly: Assembly) -> None:
    policies = laptop_assembly.resources("Labeling", "AWS::SNS::TopicPolicy")
    statements = [each for policy in policies for each in policy.properties["PolicyDocument"]["Statement"]]
    (publish,) = [each for each in statements if each["Effect"] == "Allow"]
    assert publish["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert publish["Condition"] == {"StringEquals": {"aws:SourceAccount": "000000000000"}}


def test_existing_workforce_is_joined_and_not_made() -> None:
    config = changed(
        CONFIG,
        private__create=False,
        private__user_pool_id="us-east-1_Abc123",
        private__client_id="client",
        private__name="ours",
    )
    made, template = people(config)

    template.resource_count_is("AWS::Cognito::UserPool", 0)
    template.resource_count_is("AWS::SageMaker::Workforce", 0)
    template.has_resource_properties("AWS::SageMaker::Workteam", {"WorkforceName": "ours"})
    template.has_resource_properties("AWS::Cognito::UserPoolGroup", {"UserPoolId": "us-east-1_Abc123"})
    assert made.user_pool_id == "us-east-1_Abc123"


def test_vendor_and_public_teams_need_no_people_of_ours() -> None:
    vendor = "arn:aws:sagemaker:us-east-1:111111111111:workteam/vendor-crowd/team"
    for config, arn in (
        (changed(CONFIG, workers="vendor", vendor_workteam_arn=vendor), vendor),
        (changed(CONFIG, workers="public"), "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"),
    ):
        made, template = people(config)
        assert (made.workteam_arn, made.user_pool_id) == (arn, None)
        template.resource_count_is("AWS::SageMaker::Workteam", 0)


def test_pool_without_a_second_factor_offers_none() -> None:
    _, template = people(changed(CONFIG, private__multi_factor="OFF"))
    template.has_resource_properties("AWS::Cognito::UserPool", {"MfaConfiguration": "OFF", "EnabledMfas": []})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"workers": "vendor"}, "vendor_workteam_arn must be given where workers"),
        ({"vendor_workteam_arn": "arn:aws:sagemaker:r:1:workteam/v"}, "vendor_workteam_arn must be given where"),
        ({"workers": "public", "public__content": ()}, "must declare objects free of private and of adult content"),
        ({"private__create": False}, "user_pool_id and client_id must be given where create = false"),
        ({"private__client_id": "abc"}, "be empty where create = true"),
        ({"private__multi_factor": "MAYBE"}, "multi_factor"),
        ({"public__price_tenth_cents": 11}, "price_tenth_cents"),
        ({"objects_per_job": 100_001}, "objects_per_job"),
        ({"prelabel__confidence": 0.4}, "confidence"),
        ({"streaming_tasks": ("my_mail",)}, "streaming_tasks"),
        ({"pre_annotation__timeout_seconds": 61}, "pre_annotation.timeout_seconds must be at most 60"),
    ],
)
def test_fails_for_a_configuration_that_cannot_work(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        changed(CONFIG, **changes)


def test_fails_for_a_stream_of_a_task_that_there_is_not() -> None:
    with pytest.raises(ValueError, match=r"streaming_tasks must be tasks out of .*; got \['chess', 'sports-check'\]"):
        _check_streams(changed(CONFIG, streaming_tasks=("chess", "sports-check")), TASKS)


def test_browsers_may_read_from_the_labeling_bucket_and_from_no_other(prod_assembly: Assembly) -> None:
    with_cors = [
        each for each in prod_assembly.resources(type="AWS::S3::Bucket") if "CorsConfiguration" in each.properties
    ]
    assert [each.logical_id[:-8] for each in with_cors] == ["Labeling"]
    assert with_cors[0].properties["CorsConfiguration"]["CorsRules"] == [
        {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ExposedHeaders": ["Access-Control-Allow-Origin"]}
    ]


def test_every_task_has_its_page_and_categories_in_the_assembly(laptop_assembly: Assembly) -> None:
    files = json.loads(next(laptop_assembly.nested.glob("*Labeling*.assets.json")).read_text())["files"]
    contents = {
        (laptop_assembly.nested / asset["source"]["path"]).read_text()
        for asset in files.values()
        if asset["source"]["path"].endswith((".html", ".json")) and "template" not in asset["source"]["path"]
    }
    for folder in TASKS:
        assert {folder.template, folder.categories} <= contents


def settings_of(assembly: Assembly) -> JobSettings:
    """Read the settings of jobs as the function will, with every reference as a name."""
    return JobSettings.from_json(short(variables(assembly, "Manifest")["JOBS"]))


def test_jobs_are_ordered_for_the_team_with_both_functions_and_an_encrypted_output(laptop_assembly: Assembly) -> None:
    found = settings_of(laptop_assembly)
    assert (found.region, found.automated, found.price_tenth_cents, found.content) == ("us-east-1", True, 0, ())
    assert "Workteam" in found.workteam_arn
    assert (found.pre_annotation_arn, found.post_annotation_arn) == ("PreAnnotation", "PostAnnotation")
    assert found.role_arn == "JobRole"
    assert "DataKey" in found.key_arn
    assert set(found.files) == {folder.task.name for folder in TASKS}
    assert found.files["sports"].template.endswith(".html")


@pytest.mark.parametrize("environment", ["laptop", "prod"])
def test_environment_of_every_function_is_below_the_limit_of_lambda(assembly_of: Any, environment: str) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: four kilobytes."""
    for function in assembly_of(environment).resources("Labeling", "AWS::Lambda::Function"):
        found = function.properties["Environment"]["Variables"]
        size = sum(len(name) + len(long(value)) for name, value in found.items())
        assert size < 4096, f"{function}: {size}"


def long(value: Any) -> str:
    """Write a value as long as it will be at most."""
    if isinstance(value, dict) and "Fn::Join" in value:
        return "".join(long(part) for part in value["Fn::Join"][1])
    if isinstance(value, dict) and "Fn::Sub" in value:
        return str(value["Fn::Sub"])
    return value if isinstance(value, str) else "x" * 80


def test_function_that_consolidates_knows_kind_and_method_of_every_task(laptop_assembly: Assembly) -> None:
    tasks = json.loads(variables(laptop_assembly, "PostAnnotation")["TASKS"])
    assert tasks["sports"] == {"kind": "image_classification", "method": "dawid_skene"}
    assert set(tasks) == {folder.task.name for folder in TASKS}


def test_job_may_read_objects_and_call_the_two_functions_and_write_its_results(laptop_assembly: Assembly) -> None:
    found = allowed(laptop_assembly, "Labeling", "JobRole")
    assert found["lambda:InvokeFunction"] == {"PreAnnotation", "PostAnnotation"}
    assert found["s3:PutObject"] == {"Labeling/jobs/*"}
    readable = {each for each in found["s3:GetObject"] if each.startswith("Labeling")}
    assert readable == {
        f"Labeling/{name}" for name in ("objects/*", "objects", "manifests/*", "manifests", "jobs/*", "jobs")
    }
    assert found["sns:Publish"] == {"TopicsLabels"}
    assert "sqs:CreateQueue" in found


def test_workflow_hands_over_the_role_of_jobs_only(laptop_assembly: Assembly) -> None:
    found = allowed(laptop_assembly, "Labeling", "PipelineRole")
    assert found["iam:PassRole"] == {"JobRole"}
    assert found["lambda:InvokeFunction"] == {"Manifest", "ResultsReader"}
    assert {"sagemaker:CreateLabelingJob", "sagemaker:DescribeLabelingJob", "sagemaker:StopLabelingJob"} <= set(found)
    written = {each for each in found["s3:PutObject"] if "Curated" in each}
    assert written == {"Curated/labels/*", "Curated/label_answers/*"}


def test_function_that_checks_objects_cannot_change_them(laptop_assembly: Assembly) -> None:
    found = allowed(laptop_assembly, "Labeling", "PreAnnotationRole")
    assert "s3:PutObject" not in found
    assert found["dynamodb:PutItem"] == {"Ledger"}
    assert not {action for action in found if action.startswith(("rekognition", "comprehend"))}


def test_services_are_asked_where_they_are_switched_on() -> None:
    endpoint = "arn:aws:comprehend:us-east-1:000000000000:document-classifier-endpoint/spam"
    statements = ask_services(rekognition=True, comprehend_endpoint_arn=endpoint)
    assert [(each.actions, each.resources) for each in statements] == [
        (["rekognition:DetectLabels"], ["*"]),
        (["comprehend:ClassifyDocument"], [endpoint]),
    ]


def test_every_substitution_of_the_definition_is_given_and_no_other(laptop_assembly: Assembly) -> None:
    given = only(laptop_assembly, "AWS::StepFunctions::StateMachine")["DefinitionSubstitutions"]
    used = {part.split("}")[0] for part in DEFINITION.split("${")[1:]}
    assert set(given) == used
    assert given["Tasks"] == ",".join(folder.task.name for folder in TASKS)


def test_alarm_rings_when_objects_stay_without_labels(laptop_assembly: Assembly) -> None:
    alarm = only(laptop_assembly, "AWS::CloudWatch::Alarm", "AlarmsUnlabeled")
    (query,) = alarm["Metrics"]
    assert query["MetricStat"]["Metric"] == {
        "Namespace": "Lake/Labels",
        "MetricName": "ObjectsUnlabeled",
        "Dimensions": [{"Name": "service", "Value": "labeling_results"}],
    }
    assert variables(laptop_assembly, "ResultsReader")["POWERTOOLS_METRICS_NAMESPACE"] == "Lake/Labels"
    assert variables(laptop_assembly, "ResultsReader")["POWERTOOLS_SERVICE_NAME"] == "labeling_results"


def test_tables_of_labels_take_part_in_no_batch_pipeline(laptop_assembly: Assembly) -> None:
    for machine in laptop_assembly.resources("Processing", "AWS::StepFunctions::StateMachine"):
        assert "label" not in str(machine.properties["DefinitionSubstitutions"])


def test_people_and_scripts_find_labeling_by_its_outputs(laptop_assembly: Assembly) -> None:
    assert set(laptop_assembly.outputs("Labeling")) == {
        "LabelingBucketName",
        "LabelingLedgerTableName",
        "LabelingManifestFunctionName",
        "LabelingPipelineArn",
        "LabelingRoleArn",
        "LabelingUserPoolId",
        "LabelingWorkteamArn",
        "MailObjectsTopicArn",
        "PostAnnotationFunctionArn",
        "PreAnnotationFunctionArn",
    }


def test_labeling_is_off_in_development(dev_assembly: Assembly) -> None:
    assert "Labeling" not in dev_assembly.templates
