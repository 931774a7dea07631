"""Every bucket is private, encrypted, versioned, logged and alive for as long as configured."""

from typing import Any

import pytest

from tests.synthesis import Assembly

ZONES = ("Raw", "Curated", "Analytics", "Results", "Artifacts", "Failures", "ClusterFiles", "Notebooks")
BUCKETS = (*ZONES, "AccessLogs")


def bucket(assembly: Assembly, name: str) -> dict[str, Any]:
    return dict(assembly.only("Storage", "AWS::S3::Bucket", name).properties)


def policy(assembly: Assembly, name: str) -> list[dict[str, Any]]:
    document = assembly.only("Storage", "AWS::S3::BucketPolicy", name).properties["PolicyDocument"]
    statements: list[dict[str, Any]] = document["Statement"]
    return statements


def age_rule(assembly: Assembly, name: str) -> dict[str, Any]:
    (rule,) = bucket(assembly, name)["LifecycleConfiguration"]["Rules"]
    return dict(rule)


def key_reference(assembly: Assembly) -> dict[str, Any]:
    return {"Fn::GetAtt": [assembly.only("Storage", "AWS::KMS::Key").logical_id, "Arn"]}


@pytest.mark.parametrize("name", BUCKETS)
def test_bucket_is_private_versioned_and_has_no_acls(laptop_assembly: Assembly, name: str) -> None:
    properties = bucket(laptop_assembly, name)
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


@pytest.mark.parametrize("name", BUCKETS)
def test_bucket_refuses_plain_http_and_old_tls(laptop_assembly: Assembly, name: str) -> None:
    conditions = [each["Condition"] for each in policy(laptop_assembly, name) if each["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in conditions
    assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in conditions


@pytest.mark.parametrize("name", ZONES)
def test_zone_is_encrypted_with_the_customer_key_through_a_bucket_key(laptop_assembly: Assembly, name: str) -> None:
    (rule,) = bucket(laptop_assembly, name)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["BucketKeyEnabled"]
    assert rule["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": key_reference(laptop_assembly),
    }


def test_log_target_uses_the_keys_of_s3_because_log_delivery_cannot_use_ours(laptop_assembly: Assembly) -> None:
    (rule,) = bucket(laptop_assembly, "AccessLogs")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


@pytest.mark.parametrize("name", ZONES)
def test_access_to_a_zone_is_logged_under_its_own_prefix(laptop_assembly: Assembly, name: str) -> None:
    target = laptop_assembly.only("Storage", "AWS::S3::Bucket", "AccessLogs").logical_id
    assert bucket(laptop_assembly, name)["LoggingConfiguration"] == {
        "DestinationBucketName": {"Ref": target},
        "LogFilePrefix": f"{name}/",
    }


def test_log_delivery_may_write_only_for_our_buckets_and_our_account(laptop_assembly: Assembly) -> None:
    grants = [
        each
        for each in policy(laptop_assembly, "AccessLogs")
        if each["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    ]
    (denied,) = [grant for grant in grants if grant["Effect"] == "Deny"]
    named = [grant for grant in grants if "ArnLike" in grant.get("Condition", {})]
    sources = {grant["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::GetAtt"][0] for grant in named}
    assert sources == {laptop_assembly.only("Storage", "AWS::S3::Bucket", name).logical_id for name in ZONES}
    assert {grant["Action"] for grant in grants} == {"s3:PutObject"}
    # Buckets of other stacks are allowed without their names, so strangers are refused as a whole.
    assert denied["Condition"] == {"StringNotEquals": {"aws:SourceAccount": "000000000000"}}
    assert denied["Resource"]["Fn::Join"][1][-1] == "/*"


@pytest.mark.parametrize("name", BUCKETS)
def test_old_versions_and_unfinished_uploads_go(laptop_assembly: Assembly, name: str) -> None:
    rule = age_rule(laptop_assembly, name)
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 3}
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] >= 1
    assert "ExpirationInDays" in rule or rule["ExpiredObjectDeleteMarker"]


def test_raw_gets_colder_but_stays_readable_and_is_kept(laptop_assembly: Assembly) -> None:
    rule = age_rule(laptop_assembly, "Raw")
    assert [(each["StorageClass"], each["TransitionInDays"]) for each in rule["Transitions"]] == [
        ("STANDARD_IA", 30),
        ("GLACIER_IR", 90),
    ]
    assert "ExpirationInDays" not in rule


def test_query_results_expire_after_a_week(laptop_assembly: Assembly) -> None:
    assert age_rule(laptop_assembly, "Results")["ExpirationInDays"] == 7


def test_events_of_raw_and_failures_reach_eventbridge_without_a_function(laptop_assembly: Assembly) -> None:
    told = {
        each.logical_id[:-8]
        for each in laptop_assembly.resources("Storage", "AWS::S3::Bucket")
        if each.properties.get("NotificationConfiguration", {}).get("EventBridgeConfiguration")
    }
    assert told == {"Raw", "Failures"}


def test_no_compute_lives_beside_the_data(laptop_assembly: Assembly) -> None:
    types = {each.type for each in laptop_assembly.resources("Storage")}
    assert not {each for each in types if each.startswith(("AWS::Lambda::", "Custom::", "AWS::CloudFormation::"))}


def test_new_raw_files_are_queued_for_the_crawler(laptop_assembly: Assembly) -> None:
    queue = laptop_assembly.only("Storage", "AWS::SQS::Queue", "RawEventsQueue")
    dead = laptop_assembly.only("Storage", "AWS::SQS::Queue", "RawEventsDead")
    notifications = bucket(laptop_assembly, "Raw")["NotificationConfiguration"]["QueueConfigurations"]
    assert notifications == [{"Event": "s3:ObjectCreated:*", "Queue": {"Fn::GetAtt": [queue.logical_id, "Arn"]}}]
    assert queue.properties["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": [dead.logical_id, "Arn"]}
    assert queue.properties["KmsMasterKeyId"] == key_reference(laptop_assembly)
    raw = laptop_assembly.only("Storage", "AWS::S3::Bucket", "Raw").body
    assert laptop_assembly.only("Storage", "AWS::SQS::QueuePolicy", "RawEventsQueue").logical_id in raw["DependsOn"]


def test_key_rotates_and_serves_services_only_on_our_behalf(laptop_assembly: Assembly) -> None:
    key = laptop_assembly.only("Storage", "AWS::KMS::Key").properties
    assert (key["EnableKeyRotation"], key["RotationPeriodInDays"], key["PendingWindowInDays"]) == (True, 365, 7)
    for statement in key["KeyPolicy"]["Statement"]:
        if "Service" in statement["Principal"]:
            assert "000000000000" in str(statement["Condition"])


def test_every_read_and_write_of_an_object_of_a_zone_is_on_record(laptop_assembly: Assembly) -> None:
    trail = laptop_assembly.only("Storage", "AWS::CloudTrail::Trail").properties
    (selector,) = trail["EventSelectors"]
    (objects,) = selector["DataResources"]
    assert len(objects["Values"]) == 3
    assert selector.get("ReadWriteType", "All") == "All"
    assert (trail["EnableLogFileValidation"], trail["KMSKeyId"]) == (True, key_reference(laptop_assembly))


def test_access_points_are_private_and_the_engineers_one_is_bound_to_the_network(laptop_assembly: Assembly) -> None:
    analysts = laptop_assembly.only("Storage", "AWS::S3::AccessPoint", "AnalystsAnalytics").properties
    engineers = laptop_assembly.only("Storage", "AWS::S3::AccessPoint", "EngineersCurated").properties
    assert "VpcConfiguration" not in analysts
    assert "VpcId" in engineers["VpcConfiguration"]
    for point in (analysts, engineers):
        assert set(point["PublicAccessBlockConfiguration"].values()) == {True}


@pytest.mark.parametrize(("environment", "policy_name"), [("laptop", "Delete"), ("prod", "Retain")])
def test_one_switch_decides_whether_data_outlives_its_stack(
    laptop_assembly: Assembly, prod_assembly: Assembly, environment: str, policy_name: str
) -> None:
    assembly = {"laptop": laptop_assembly, "prod": prod_assembly}[environment]
    keepers = [each for each in assembly.resources("Storage") if each.type in ("AWS::S3::Bucket", "AWS::KMS::Key")]
    assert len(keepers) == 10
    for each in keepers:
        assert (each.body["DeletionPolicy"], each.body["UpdateReplacePolicy"]) == (policy_name, policy_name)


def test_scripts_find_every_bucket_in_the_outputs(laptop_assembly: Assembly) -> None:
    names = {f"{name}BucketName" for name in BUCKETS}
    aliases = {"AnalystsAnalyticsAccessPointAlias", "EngineersCuratedAccessPointAlias"}
    assert set(laptop_assembly.outputs("Storage")) == names | aliases | {"DataKeyArn"}
