"""The EMR stack in each of its shapes: what is made, who may do what, and who hears of trouble."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from config.loader import load
from config.model import LakeConfig
from contracts.loader import load_contracts
from stacks.platform_stage import PlatformStage
from tests.policy import clusters, keys, rules
from tests.policy.rules import get, listed
from tests.policy.test_limits import too_long
from tests.synthesis import ROOT, Assembly
from tests.unit.components.test_emr_cluster import GROUPS

MACHINE = "AWS::StepFunctions::StateMachine"
APPLICATIONS = ("Flink", "HBase", "Hive", "Hue", "JupyterEnterpriseGateway", "Trino", "Zeppelin")
GROUPED_TASK = load("prod").emr.cluster.task.model_dump() | {"instance_types": ("r7g.xlarge",)}
# Together they have each switch on and off; production itself is the usual shape.
SHAPES: dict[str, dict[str, Any]] = {
    "usual": {},
    "groups": {"cluster": GROUPS | {"task": GROUPED_TASK, "applications": APPLICATIONS}},
    "resident": {"cluster": {"life": "long_running"}},
    "resident groups": {
        "cluster": GROUPS | {"task": GROUPED_TASK, "life": "long_running", "authentication": "kerberos"}
    },
    "lake formation": {"cluster": {"authorization": "lake_formation"}},
    "serverless": {"serverless": {"enabled": True}, "text": {"corpus": "hdfs"}},
    "bare": {"cluster": {"encryption_in_transit": False}, "studio": {"enabled": False}},
}


def merged(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return values | {
        name: merged(values[name], change) if isinstance(change, dict) else change for name, change in changes.items()
    }


@pytest.fixture(scope="module")
def shaped(tmp_path_factory: pytest.TempPathFactory, prod_assembly: Assembly) -> Callable[[str], Assembly]:
    """Give production with EMR in one of its shapes."""

    @cache
    def give(shape: str) -> Assembly:
        if not SHAPES[shape]:
            return prod_assembly
        folder = tmp_path_factory.mktemp("shape")
        values = load("prod").model_dump()
        values["emr"] = merged(values["emr"], SHAPES[shape])
        flags = json.loads((ROOT / "cdk.json").read_text())["context"]
        app = cdk.App(
            context=flags,
            outdir=str(folder),
            analytics_reporting=False,
            stack_traces=False,
            builtin_cloud_formation_validation=False,
        )
        PlatformStage(app, "lake-prod", config=LakeConfig.model_validate(values), contracts=load_contracts())
        app.synth()
        return Assembly("prod", folder)

    return give


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_keeps_the_rules_of_the_lake(shaped: Callable[[str], Assembly], shape: str) -> None:
    assembly = shaped(shape)
    judges = (
        rules.without_encryption,
        rules.logs_for_ever,
        rules.too_much_allowed,
        rules.passes_any_role,
        rules.open_to_strangers,
        rules.trusted_on_anybodys_behalf,
        rules.lost_by_a_deployment,
        keys.without_their_key,
        clusters.clusters_that_emr_refuses,
        clusters.open_ports,
        too_long,
    )

    assert {judge.__name__: judge(assembly) for judge in judges} == {judge.__name__: [] for judge in judges}
    unprotected = clusters.clusters_without_protection(assembly)
    assert len(unprotected) == (1 if shape == "bare" else 0)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_substitution_of_the_definition_is_given_and_no_other(
    shaped: Callable[[str], Assembly], shape: str
) -> None:
    for machine in shaped(shape).resources("Emr", MACHINE):
        used = set(re.findall(r"\$\{(\w+)\}", definition_text(shaped(shape), machine.properties)))
        assert set(machine.properties["DefinitionSubstitutions"]) - used == set()
        assert used - set(machine.properties["DefinitionSubstitutions"]) == set()


def definition_text(assembly: Assembly, properties: Any) -> str:
    return (assembly.folder / f"asset.{get(properties, 'DefinitionS3Location.Key')}").read_text(encoding="utf-8")


def arguments(assembly: Assembly) -> dict[str, Any]:
    """Give what the pipeline asks EMR for."""
    machine = assembly.only("Emr", MACHINE, "TextOnCluster")
    states = json.loads(definition_text(assembly, machine.properties))["States"]
    found: dict[str, Any] = states["CreateCluster"]["Arguments"]
    return found


def substitution(assembly: Assembly, name: str, machine: str = "TextOnCluster") -> Any:
    return assembly.only("Emr", MACHINE, machine).properties["DefinitionSubstitutions"][name]


def allowed(assembly: Assembly, prefix: str) -> dict[str, list[Any]]:
    """Give the statements of a role by action."""
    found: dict[str, list[Any]] = {}
    role = assembly.only("Emr", "AWS::IAM::Role", prefix)
    for policy in role.properties["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            for action in listed(statement["Action"]):
                found.setdefault(action, []).append(statement)
    return found


def test_no_cluster_runs_until_the_pipeline_starts_one(shaped: Callable[[str], Assembly]) -> None:
    assembly = shaped("usual")

    assert list(assembly.resources("Emr", "AWS::EMR::Cluster")) == []
    assert "EmrClusterId" not in assembly.outputs("Emr")
    assert substitution(assembly, "LongRunningCluster") == "none"


@pytest.mark.parametrize("shape", ["resident", "resident groups"])
def test_a_resident_cluster_is_protected_and_used_by_the_pipeline(
    shaped: Callable[[str], Assembly], shape: str
) -> None:
    assembly = shaped(shape)
    cluster = assembly.only("Emr", "AWS::EMR::Cluster")

    assert cluster.properties["Instances"]["TerminationProtected"] is True
    assert cluster.properties["AutoTerminationPolicy"] == {"IdleTimeout": 900}
    assert substitution(assembly, "LongRunningCluster") == {"Ref": cluster.logical_id}
    assert assembly.outputs("Emr")["EmrClusterId"] == {"Ref": cluster.logical_id}


def test_a_resident_cluster_is_the_one_that_the_pipeline_would_start(shaped: Callable[[str], Assembly]) -> None:
    assembly = shaped("resident")
    (_, resident), (_, started) = clusters.requests(assembly)
    differ = {"Name", "Configurations"}
    given = assembly.only("Emr", MACHINE, "TextOnCluster").properties["DefinitionSubstitutions"]

    def resolved(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: resolved(each) for key, each in value.items()}
        if isinstance(value, list):
            return [resolved(each) for each in value]
        return given[value[2:-1]] if isinstance(value, str) and value.startswith("${") else value

    assert {name: value for name, value in resident.items() if name not in differ} == {
        name: resolved(value) for name, value in started.items() if name not in differ
    }


def test_secrets_are_in_no_template(shaped: Callable[[str], Assembly]) -> None:
    assembly = shaped("resident groups")
    secret = assembly.only("Emr", "AWS::SecretsManager::Secret")
    cluster = assembly.only("Emr", "AWS::EMR::Cluster")

    assert "SecretString" not in secret.properties
    reference = cluster.properties["KerberosAttributes"]["KdcAdminPassword"]["Fn::Join"][1]
    assert reference == ["{{resolve:secretsmanager:", {"Ref": secret.logical_id}, "}}"]
    assert arguments(assembly)["KerberosAttributes"]["KdcAdminPassword"] == "{% $kerberosPassword %}"
    assert "PRIVATE KEY" not in json.dumps(assembly.templates)


def test_kerberos_is_in_the_security_configuration_only_if_it_is_configured(
    shaped: Callable[[str], Assembly],
) -> None:
    path = "SecurityConfiguration.AuthenticationConfiguration.KerberosConfiguration.Provider"
    found = {
        shape: get(shaped(shape).only("Emr", "AWS::EMR::SecurityConfiguration").properties, path)
        for shape in ("usual", "resident groups")
    }

    assert found == {"usual": None, "resident groups": "ClusterDedicatedKdc"}
    assert list(shaped("usual").resources("Emr", "AWS::SecretsManager::Secret")) == []
    assert "KerberosAttributes" not in arguments(shaped("usual"))


def test_certificates_are_fetched_from_the_bucket_of_cluster_files(shaped: Callable[[str], Assembly]) -> None:
    assembly = shaped("usual")
    path = "SecurityConfiguration.EncryptionConfiguration.InTransitEncryptionConfiguration.TLSCertificateConfiguration"
    place = get(assembly.only("Emr", "AWS::EMR::SecurityConfiguration").properties, path)

    assert place["CertificateProviderType"] == "PEM"
    assert place["S3Object"]["Fn::Join"][1][-1] == "/certificates/nodes.zip"
    assert "certificates/nodes.zip" in substitution(assembly, "ClusterFiles")
    assert assembly.outputs("Emr")["EmrCertificates"] == "certificates/nodes.zip"


def test_without_encryption_in_transit_nobody_looks_for_certificates(shaped: Callable[[str], Assembly]) -> None:
    assembly = shaped("bare")

    assert "certificates" not in substitution(assembly, "ClusterFiles")
    assert "EmrCertificates" not in assembly.outputs("Emr")


def test_packages_are_found_by_the_hashes_of_the_requirements(shaped: Callable[[str], Assembly]) -> None:
    prefix = shaped("usual").outputs("Emr")["EmrWheelhouse"]

    assert re.fullmatch(r"wheelhouse/[0-9a-f]{16}/", prefix)
    assert substitution(shaped("usual"), "ClusterFiles").split(",")[0] == f"{prefix}requirements.txt"


def test_steps_act_as_the_nodes_unless_lake_formation_knows_them(shaped: Callable[[str], Assembly]) -> None:
    usual, governed = shaped("usual"), shaped("lake formation")

    assert "glue:GetTable" in allowed(usual, "ClusterNodeRole")
    assert "glue:GetTable" not in allowed(governed, "ClusterNodeRole")
    step = allowed(governed, "ClusterStepRole")
    assert {"glue:GetTable", "lakeformation:GetDataAccess"} <= set(step)
    trust = governed.only("Emr", "AWS::IAM::Role", "ClusterStepRole").properties["AssumeRolePolicyDocument"]
    assert get(trust, "Statement.0.Principal.AWS.Fn::GetAtt.0").startswith("ClusterNodeRole")
    (statement,) = allowed(governed, "TextOnClusterRole")["elasticmapreduce:AddJobFlowSteps"]
    condition = statement["Condition"]["StringEquals"]["elasticmapreduce:ExecutionRoleArn"]
    assert condition["Fn::GetAtt"][0].startswith("ClusterStepRole")


def test_lake_formation_decides_by_the_session_of_emr(shaped: Callable[[str], Assembly]) -> None:
    body = shaped("lake formation").only("Emr", "AWS::EMR::SecurityConfiguration").properties["SecurityConfiguration"]

    assert body["AuthorizationConfiguration"] == {
        "IAMConfiguration": {
            "EnableApplicationScopedIAMRole": True,
            "ApplicationScopedIAMRoleConfiguration": {"PropagateSourceIdentity": True},
        },
        "LakeFormationConfiguration": {"AuthorizedSessionTagValue": "Amazon EMR"},
    }


def test_emr_starts_nodes_only_in_the_subnets_and_groups_of_the_lake(shaped: Callable[[str], Assembly]) -> None:
    launches = allowed(shaped("usual"), "ClusterServiceRole")["ec2:RunInstances"]

    places = [text for statement in launches for text in map(json.dumps, listed(statement["Resource"]))]
    subnets = [text for text in places if "subnet/" in text]
    assert len(subnets) == 3
    assert not any("subnet/*" in text or "security-group/*" in text for text in places)


def test_emr_touches_only_what_carries_the_tag(shaped: Callable[[str], Assembly]) -> None:
    role = allowed(shaped("usual"), "ClusterServiceRole")
    tag = "for-use-with-amazon-emr-managed-policies"

    for action in ("ec2:TerminateInstances", "ec2:DeleteNetworkInterface", "ec2:DeleteTags"):
        assert [each["Condition"]["StringEquals"] for each in role[action]] == [{f"aws:ResourceTag/{tag}": "true"}]
    assert role["iam:PassRole"][0]["Condition"]["StringEquals"] == {"iam:PassedToService": "ec2.amazonaws.com"}


def test_the_pipeline_starts_only_clusters_with_the_tag_and_passes_two_roles(
    shaped: Callable[[str], Assembly],
) -> None:
    pipeline = allowed(shaped("usual"), "TextOnClusterRole")

    (start,) = pipeline["elasticmapreduce:RunJobFlow"]
    tag = "elasticmapreduce:RequestTag/for-use-with-amazon-emr-managed-policies"
    assert start["Condition"] == {"StringEquals": {tag: "true"}}
    passed = {get(each, "Resource.Fn::GetAtt.0")[:-8] for each in pipeline["iam:PassRole"]}
    assert passed == {"ClusterServiceRole", "ClusterNodeRole"}


def test_nodes_are_reached_through_session_manager_only(shaped: Callable[[str], Assembly]) -> None:
    assembly = shaped("usual")

    assert "ssmmessages:OpenDataChannel" in allowed(assembly, "ClusterNodeRole")
    assert "Ec2KeyName" not in arguments(assembly)["Instances"]
    groups = assembly.resources("Emr", "AWS::EC2::SecurityGroup")
    ingress = [rule for group in groups for rule in group.properties.get("SecurityGroupIngress", [])]
    # From the primary node to the service, and from workspaces to the notebooks' gateway.
    assert sorted(rule["FromPort"] for rule in ingress) == [9443, 18888]


def test_steps_reach_the_text_tables_and_no_others(shaped: Callable[[str], Assembly]) -> None:
    writes = allowed(shaped("usual"), "ClusterNodeRole")["s3:PutObject"]
    tables = {
        found[1]
        for statement in writes
        for resource in listed(statement["Resource"])
        if (found := re.search(r'"/([\w/=-]+)/\*"', json.dumps(resource)))
    }
    text = {contract.name for contract in load_contracts() if contract.product == "text"}

    assert tables == {
        *text,
        *(f"_staging/{name}" for name in text),
        "quarantine/source_table=documents",
        "emr-logs",
    }


def test_serverless_runs_the_same_code_with_a_role_of_its_own(shaped: Callable[[str], Assembly]) -> None:
    assembly = shaped("serverless")
    application = assembly.only("Emr", "AWS::EMRServerless::Application").properties
    config = load("prod").emr

    assert (application["ReleaseLabel"], application["Type"]) == (config.release, "Spark")
    assert application["Architecture"] == config.cluster.architecture
    assert application["AutoStopConfiguration"] == {"Enabled": True, "IdleTimeoutMinutes": 15}
    assert application["MaximumCapacity"] == {"Cpu": "64 vCPU", "Memory": "256 GB", "Disk": "1000 GB"}
    assert len(application["NetworkConfiguration"]["SubnetIds"]) == 3
    on_cluster, on_serverless = (
        assembly.only("Emr", MACHINE, name).properties["DefinitionSubstitutions"]
        for name in ("TextOnCluster", "TextOnServerless")
    )
    assert {name for name in on_cluster if on_cluster[name] != on_serverless[name]} == {"Engine", "Corpus"}
    assert {"TextPipelineServerlessArn", "EmrServerlessApplicationId"} <= set(assembly.outputs("Emr"))


def test_without_serverless_there_is_one_pipeline(shaped: Callable[[str], Assembly]) -> None:
    assembly = shaped("usual")

    assert len(list(assembly.resources("Emr", MACHINE))) == 1
    assert "TextPipelineServerlessArn" not in assembly.outputs("Emr")


def test_the_pipelines_on_both_engines_see_who_writes(shaped: Callable[[str], Assembly]) -> None:
    policy = shaped("serverless").only("Emr", "AWS::IAM::Policy", "TextWritingExecutions").properties

    assert len(policy["Roles"]) == 2
    assert len(policy["PolicyDocument"]["Statement"][0]["Resource"]) == 2


def test_the_studio_keeps_workspaces_in_a_bucket_of_their_own(shaped: Callable[[str], Assembly]) -> None:
    assembly = shaped("usual")
    studio = assembly.only("Emr", "AWS::EMR::Studio").properties

    assert studio["AuthMode"] == "IAM"
    assert "Notebooks" in json.dumps(studio["DefaultS3Location"])
    assert "EmrStudioUrl" in assembly.outputs("Emr")
    assert "NotebooksBucketName" in assembly.outputs("Storage")


def test_people_get_a_policy_for_the_studio_and_nothing_else(shaped: Callable[[str], Assembly]) -> None:
    assembly = shaped("usual")
    policy = assembly.only("Emr", "AWS::IAM::ManagedPolicy", "StudioPeople")
    statements = policy.properties["PolicyDocument"]["Statement"]
    (opens,) = [each for each in statements if "elasticmapreduce:CreateStudioPresignedUrl" in listed(each["Action"])]
    (passes,) = [each for each in statements if "iam:PassRole" in listed(each["Action"])]

    assert assembly.outputs("Emr")["EmrStudioPolicyArn"] == {"Ref": policy.logical_id}
    assert get(opens, "Resource.Fn::GetAtt.0") == assembly.only("Emr", "AWS::EMR::Studio").logical_id
    assert get(passes, "Resource.Fn::GetAtt.0").startswith("StudioRole")
    assert passes["Condition"]["StringEquals"] == {"iam:PassedToService": "elasticmapreduce.amazonaws.com"}
    services = {action.partition(":")[0] for each in statements for action in listed(each["Action"])}
    assert services == {"elasticmapreduce", "iam", "s3"}


def test_without_a_studio_there_is_no_bucket_for_it(shaped: Callable[[str], Assembly]) -> None:
    assembly = shaped("bare")

    assert list(assembly.resources("Emr", "AWS::EMR::Studio")) == []
    assert "NotebooksBucketName" not in assembly.outputs("Storage")


def test_the_corpus_is_copied_for_a_cluster_but_not_for_serverless(shaped: Callable[[str], Assembly]) -> None:
    assert substitution(shaped("serverless"), "Corpus") == "hdfs"
    assert substitution(shaped("serverless"), "Corpus", "TextOnServerless") == "s3"


def test_without_emr_there_is_nothing_of_it(dev_assembly: Assembly) -> None:
    assert "Emr" not in dev_assembly.templates
    assert "ClusterFilesBucketName" not in dev_assembly.outputs("Storage")


def test_alarms_watch_all_clusters_and_what_ec2_takes_back(shaped: Callable[[str], Assembly]) -> None:
    alarms = {
        re.sub(r"[0-9A-F]{8}$", "", alarm.logical_id): alarm.properties
        for alarm in shaped("usual").resources("Emr", "AWS::CloudWatch::Alarm")
    }
    queries = {
        metric["Expression"]
        for alarm in alarms.values()
        for metric in alarm["Metrics"]
        if "SELECT" in metric.get("Expression", "")
    }

    assert set(alarms) == {
        f"Alarms{name}" for name in ("Hdfs", "Idle", "Memory", "Pipelinetextcluster", "Spot", "Unhealthy")
    }
    watched = ("IsIdle", "MRUnhealthyNodes", "HDFSUtilization", "YARNMemoryAvailablePercentage")
    assert {re.search(r"\((\w+)\)", query)[1] for query in queries} == set(watched)  # type: ignore[index]
    assert alarms["AlarmsMemory"]["Threshold"] == 90


def test_people_hear_of_failed_steps_and_clusters_of_the_lake(shaped: Callable[[str], Assembly]) -> None:
    patterns = [rule.properties["EventPattern"] for rule in shaped("usual").resources("Emr", "AWS::Events::Rule")]
    found = {pattern["detail-type"][0]: pattern.get("detail") for pattern in patterns}

    assert found == {
        "EMR Step Status Change": {"name": [{"prefix": "lake-text "}], "state": ["FAILED"]},
        "EMR Cluster State Change": {"name": [{"prefix": "lake-text"}], "state": ["TERMINATED_WITH_ERRORS"]},
        "EC2 Spot Instance Interruption Warning": None,
    }


def test_endpoints_open_only_the_services_that_they_are_for(prod_assembly: Assembly) -> None:
    endpoints = prod_assembly.resources("Network", "AWS::EC2::VPCEndpoint")
    policies = {each.logical_id[3:-8]: each.properties["PolicyDocument"] for each in endpoints}

    assert get(policies["Ssmmessages"], "Statement.0.Action") == "ssmmessages:*"
    assert {"Ssm", "Ssmmessages", "Glue", "Kms"} <= set(policies)


def test_the_bootstrap_action_is_the_script_of_the_tree(shaped: Callable[[str], Assembly]) -> None:
    script = (ROOT / "emr_steps" / "bootstrap" / "install_wheels.sh").read_bytes()
    folder: Path = shaped("usual").folder

    assert script in [file.read_bytes() for file in folder.glob("asset.*.sh")]
