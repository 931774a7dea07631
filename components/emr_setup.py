"""What a cluster of the lake consists of besides its nodes: groups, roles, security configuration, bootstrap action."""

from collections.abc import Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_emr as emr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from components.access import read_objects, write_objects
from components.acknowledge import acknowledge, acknowledge_wildcards
from components.arns import bucket_name, key_arn
from components.emr_cluster import ClusterParts
from components.emr_code import StepCode
from components.emr_files import CERTIFICATES, wheelhouse_prefix
from components.emr_groups import EmrGroups
from components.emr_roles import encrypt_disks, launch_nodes, reach_by_session_manager
from components.emr_security import security_configuration
from components.policy import Statement, document
from components.private_network import Subnets
from components.service_role import ServiceRole
from components.zones import Zones
from config.emr import EmrConfig

# Folder of the artifacts bucket, whose lifecycle ends logs, too.
LOGS = "emr-logs"
# Hidden from crawlers and Athena.
_HBASE = "_hbase"
_TAKE_STEP_ROLE = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]


@dataclass(frozen=True, kw_only=True)
class EmrSettings:
    """What everything of EMR shares."""

    config: EmrConfig
    environment: str
    zones: Zones
    files: s3.IBucket
    subnets: Subnets
    code: StepCode
    # What steps may do.
    statements: Sequence[Statement]

    @property
    def log_uri(self) -> str:
        """Where logs go."""
        return f"s3://{bucket_name(self.zones.artifacts)}/{LOGS}/"


class EmrSetup(Construct):
    """Everything that a cluster refers to; it costs nothing while there is none."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: EmrSettings) -> None:
        super().__init__(scope, construct_id)
        self._settings, cluster = settings, settings.config.cluster
        self._key_arn = key_arn(settings.zones.key)
        self.groups = EmrGroups(
            self,
            "Groups",
            vpc_id=settings.subnets.vpc_id,
            cidr=settings.subnets.cidr,
            notebooks=settings.config.studio.enabled,
            jobs=settings.config.serverless.enabled,
        )
        self.node_role = self._node_role()
        self.step_role = self._step_role() if cluster.authorization == "lake_formation" else None
        self._profile = iam.CfnInstanceProfile(self, "NodeProfile", roles=[self.node_role.ref])
        self.service_role = self._service_role()
        self._security = emr.CfnSecurityConfiguration(
            self,
            "Security",
            security_configuration=security_configuration(
                cluster,
                key_arn=self._key_arn,
                certificates=f"s3://{bucket_name(settings.files)}/{CERTIFICATES}",
            ),
        )
        self.kerberos_secret = self._kerberos_secret() if cluster.authentication == "kerberos" else None

    def parts(self, *, name: str, kerberos_password: str) -> ClusterParts:
        """Connect a cluster to what is here."""
        settings = self._settings
        return ClusterParts(
            name=name,
            log_uri=settings.log_uri,
            key_arn=self._key_arn,
            service_role=self.service_role.arn,
            instance_profile=self._profile.ref,
            security_configuration=self._security.ref,
            subnets=settings.subnets.ids,
            primary_group=self.groups.primary,
            node_group=self.groups.nodes,
            service_group=self.groups.service,
            bootstrap_script=settings.code.bootstrap.address,
            wheelhouse=f"s3://{bucket_name(settings.files)}/{wheelhouse_prefix()}",
            hbase_root=f"s3://{bucket_name(settings.zones.analytics)}/{_HBASE}/",
            kerberos_password=kerberos_password,
        )

    def _node_role(self) -> ServiceRole:
        settings, config = self._settings, self._settings.config.cluster
        zones = settings.zones
        own = [
            *read_objects(settings.files, ["certificates", "wheelhouse"]),
            *write_objects(zones.artifacts, [LOGS]),
            *encrypt_disks(self._key_arn),
            *reach_by_session_manager(self),
        ]
        if "HBase" in config.applications:
            own += [*read_objects(zones.analytics, [_HBASE]), *write_objects(zones.analytics, [_HBASE])]
        if config.authorization == "instance_profile":
            own += settings.statements
        role = ServiceRole(
            self,
            "NodeRole",
            description="Nodes of EMR clusters, and the steps that run on them",
            services=["ec2.amazonaws.com"],
            policy_name="Access",
            statements=own,
            # EC2 names no account when it takes the role of an instance profile.
            own_account_only=False,
        )
        acknowledge_wildcards(
            role,
            own,
            because="documents, files of tables and logs have no fixed names, and Session Manager has no resources",
            revisit_when="one of these can be named",
        )
        return role

    def _step_role(self) -> iam.CfnRole:
        """Make the role that steps take, which Lake Formation grants tables to.

        https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-steps-runtime-roles.html
        """
        statements = [
            *self._settings.statements,
            Statement(actions=["lakeformation:GetDataAccess"], resources=["*"]),
        ]
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": self.node_role.arn},
            "Action": _TAKE_STEP_ROLE,
        }
        role = iam.CfnRole(
            self,
            "StepRole",
            description="Steps of the text pipeline",
            assume_role_policy_document={"Version": "2012-10-17", "Statement": [trust]},
            policies=[iam.CfnRole.PolicyProperty(policy_name="Access", policy_document=document(statements))],
        )
        acknowledge_wildcards(
            role,
            statements,
            because="documents and files of tables have no fixed names, and Lake Formation decides by its own grants",
            revisit_when="one of these can be named",
        )
        assume = Statement(actions=_TAKE_STEP_ROLE, resources=[role.attr_arn])
        # A policy of its own: as part of the node's role it would wait for the step's, which waits for the node's.
        iam.CfnPolicy(
            self,
            "TakeStepRole",
            roles=[self.node_role.ref],
            policy_name="TakeStepRole",
            policy_document=document([assume]),
        )
        return role

    def _service_role(self) -> ServiceRole:
        groups = self.groups
        statements = launch_nodes(
            self,
            subnets=self._settings.subnets.ids,
            groups=[groups.primary, groups.nodes, groups.service],
            instance_role=self.node_role.arn,
            key_arn=self._key_arn,
        )
        role = ServiceRole(
            self,
            "ServiceRole",
            description="EMR: starts and ends the nodes of clusters",
            services=["elasticmapreduce.amazonaws.com"],
            policy_name="Nodes",
            statements=statements,
        )
        acknowledge_wildcards(
            role,
            statements,
            because="nodes, their disks and interfaces have no names before they exist, and are told by their tag; "
            "what only looks has no resource",
            revisit_when="EMR needs fewer actions, see AmazonEMRServicePolicy_v2",
        )
        return role

    def _kerberos_secret(self) -> secrets.CfnSecret:
        secret = secrets.CfnSecret(
            self,
            "KerberosPassword",
            description="Administrator of the clusters' own KDC",
            kms_key_id=self._key_arn,
            generate_secret_string=secrets.CfnSecret.GenerateSecretStringProperty(
                password_length=32, exclude_punctuation=True
            ),
        )
        secret.apply_removal_policy(cdk.RemovalPolicy.DESTROY)
        acknowledge(
            secret,
            "SMG4",
            because="a cluster takes the password once, when it starts, and is gone after the run",
            revisit_when="a long-running cluster with Kerberos keeps its KDC for months",
        )
        return secret
