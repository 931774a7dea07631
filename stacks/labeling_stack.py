"""Labels: who gives them, on what pages, and the workflow that brings them into tables."""

import json
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_athena as athena
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct
from lake_common.labeling.requests import JobSettings

from components import labeling_access as access
from components.access import use_key
from components.acknowledge import acknowledge_wildcards
from components.arns import bucket_name, home, key_arn
from components.catalog import Catalog
from components.function_packages import shared_layer
from components.labeling_alarms import METRICS, LabelingAlarms
from components.labeling_people import LabelingPeople
from components.labeling_pipeline import LabelingPipeline
from components.labeling_staging import LabelingStaging
from components.labeling_tasks import LabelingTasks, labeling_layer_files
from components.labeling_topics import LabelingTopics
from components.policy import Statement
from components.service_role import ServiceRole
from components.stream_function import FunctionParts, StreamFunction
from components.stream_table import StreamTable
from components.zone_bucket import ZoneBucket
from components.zones import Zones
from config.base import FunctionConfig
from config.labeling import LabelingConfig
from labeling.loader import TaskFolder

# The workgroup writes its results below its team's name.
_RESULTS = "pipeline"


class LabelingStack(cdk.Stack):
    """Everything that turns objects into labeled objects. It costs nothing while nothing is labeled."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: LabelingConfig,
        tasks: tuple[TaskFolder, ...],
        zones: Zones,
        access_logs: s3.IBucket,
        catalog: Catalog,
        workgroup: athena.CfnWorkGroup,
        topic: sns.ITopic,
        topic_key: kms.IKey,
        alarm_actions_enabled: bool,
        retain_data: bool,
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=retain_data)
        _check_streams(config, tasks)
        self._config, self._zones, self._catalog = config, zones, catalog
        self._alarms = LabelingAlarms(self, "Alarms", topic=topic, actions_enabled=alarm_actions_enabled)
        self._bucket = self._new_bucket(access_logs, retain_data)
        self._ledger = StreamTable(
            self, "Ledger", keys=("task", "item"), expires=None, key=zones.key, retain_data=retain_data
        )
        self._tasks = LabelingTasks(self, "Tasks", folders=tasks)
        self._topics = LabelingTopics(
            self, "Topics", streaming=config.streaming_tasks, key=zones.key, notices_key=topic_key
        )
        self._people = LabelingPeople(
            self, "People", config=config, notices=self._topics.notices, retain_data=retain_data
        )
        self._parts = FunctionParts(
            key=zones.key,
            layer=shared_layer(
                self,
                architecture=config.runtime.architecture,
                files=labeling_layer_files(tuple(folder.task for folder in tasks)),
            ),
            config=config.runtime,
        )
        LabelingStaging(self, "Results", database=catalog.databases["raw"], bucket=self._bucket)
        self._pre, self._post = self._pre_annotation(), self._post_annotation()
        self._role = self._job_role()
        self._manifest, self._results = self._manifest_function(), self._results_function()
        self._pipeline = self._workflow(workgroup, topic, topic_key)
        self._watch()
        self._publish_outputs()

    def _new_bucket(self, access_logs: s3.IBucket, retain_data: bool) -> ZoneBucket:
        """Make the only bucket of the lake that browsers read from: workers see objects of it, and of no other.

        https://docs.aws.amazon.com/sagemaker/latest/dg/sms-cors-update.html
        """
        bucket = ZoneBucket(
            self,
            "Labeling",
            key=self._zones.key,
            lifecycle=self._config.objects,
            abort_upload_days=self._config.unfinished_upload_days,
            access_logs=access_logs,
            emit_events=False,
            retain_data=retain_data,
        )
        resource = bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        resource.cors_configuration = s3.CfnBucket.CorsConfigurationProperty(
            cors_rules=[
                s3.CfnBucket.CorsRuleProperty(
                    allowed_methods=["GET"], allowed_origins=["*"], exposed_headers=["Access-Control-Allow-Origin"]
                )
            ]
        )
        return bucket

    def _pre_annotation(self) -> StreamFunction:
        prelabel = self._config.prelabel
        return self._function(
            "PreAnnotation",
            package="pre_annotation",
            description="Checks an object, and decides whether workers must see it",
            config=self._config.pre_annotation,
            environment={
                "LEDGER_TABLE": self._ledger.ref,
                "REKOGNITION": "on" if prelabel.rekognition else "off",
                "COMPREHEND_ENDPOINT": prelabel.comprehend_endpoint_arn,
                "CONFIDENCE": str(prelabel.confidence),
            },
            statements=[
                *access.check_objects(self._bucket, self._ledger.attr_arn),
                *access.ask_services(
                    rekognition=prelabel.rekognition, comprehend_endpoint_arn=prelabel.comprehend_endpoint_arn
                ),
            ],
        )

    def _post_annotation(self) -> StreamFunction:
        tasks = {
            name: {"kind": each.task.kind, "method": each.task.method} for name, each in self._tasks.deployed.items()
        }
        return self._function(
            "PostAnnotation",
            package="post_annotation",
            description="Makes one label of the answers of several workers",
            config=self._config.post_annotation,
            environment={"TASKS": json.dumps(tasks, separators=(",", ":"))},
            statements=access.read_payloads(self._bucket),
        )

    def _manifest_function(self) -> StreamFunction:
        return self._function(
            "Manifest",
            package="labeling_manifest",
            description="Chooses what a labeling job labels, and checks that it can",
            config=self._config.manifest,
            environment={
                "BUCKET": bucket_name(self._bucket),
                "LEDGER_TABLE": self._ledger.ref,
                "MOST_OBJECTS": str(self._config.objects_per_job),
                "TOPICS": ",".join(f"{task}={topic.topic_arn}" for task, topic in self._topics.inputs.items()),
                "JOBS": self._job_settings().as_json(),
            },
            statements=access.make_manifests(
                self,
                bucket=self._bucket,
                zones=self._zones,
                files=self._tasks.files,
                ledger_arn=self._ledger.attr_arn,
                results=_RESULTS,
            ),
        )

    def _results_function(self) -> StreamFunction:
        databases, prices = self._catalog.databases, self._config.prices
        return self._function(
            "ResultsReader",
            package="labeling_results",
            description="Brings the results of labeling jobs into tables",
            config=self._config.results,
            environment={
                "BUCKET": bucket_name(self._bucket),
                "CURATED_BUCKET": bucket_name(self._zones.curated),
                "RAW_DATABASE": databases["raw"].ref,
                "CURATED_DATABASE": databases["curated"].ref,
                "LEDGER_TABLE": self._ledger.ref,
                "OBJECT_USD": str(prices.object_usd),
                "ANSWER_USD": str(prices.answer_usd),
            },
            statements=access.bring_in(
                self,
                bucket=self._bucket,
                zones=self._zones,
                ledger_arn=self._ledger.attr_arn,
                curated_database=databases["curated"].ref,
            ),
        )

    def _function(
        self,
        construct_id: str,
        *,
        package: str,
        description: str,
        config: FunctionConfig,
        environment: dict[str, str],
        statements: Sequence[Statement],
    ) -> StreamFunction:
        return StreamFunction(
            self,
            construct_id,
            package=package,
            description=description,
            config=config,
            parts=self._parts,
            environment={"POWERTOOLS_METRICS_NAMESPACE": METRICS, **environment},
            statements=statements,
        )

    def _job_role(self) -> ServiceRole:
        statements = access.run_jobs(
            self,
            bucket=self._bucket,
            zones=self._zones,
            files=self._tasks.files,
            functions=[self._pre.arn, self._post.arn],
            topics=self._topics,
        )
        role = ServiceRole(
            self,
            "JobRole",
            description="Labeling jobs",
            services=["sagemaker.amazonaws.com"],
            policy_name="Label",
            statements=statements,
        )
        acknowledge_wildcards(
            role,
            statements,
            because="objects and what is said about them have no fixed names, Ground Truth names the queue of a stream "
            "and its log by itself, and metrics have no resource",
            revisit_when="one of these can be named",
        )
        return role

    def _job_settings(self) -> JobSettings:
        config, public = self._config, self._config.workers == "public"
        return JobSettings(
            region=home(self).region,
            role_arn=self._role.arn,
            workteam_arn=self._people.workteam_arn,
            key_arn=key_arn(self._zones.key),
            output=f"s3://{bucket_name(self._bucket)}/{access.OUTPUT}",
            output_topic_arn=self._topics.output.topic_arn if self._topics.output else "",
            pre_annotation_arn=self._pre.arn,
            post_annotation_arn=self._post.arn,
            automated=config.automated,
            price_tenth_cents=config.public.price_tenth_cents if public else 0,
            content=config.public.content if public else (),
            files={name: each.files for name, each in self._tasks.deployed.items()},
        )

    def _workflow(self, workgroup: athena.CfnWorkGroup, topic: sns.ITopic, topic_key: kms.IKey) -> LabelingPipeline:
        databases = {zone: database.ref for zone, database in self._catalog.databases.items()}
        log_group = logs.CfnLogGroup(
            self,
            "PipelineLogs",
            kms_key_id=key_arn(self._zones.key),
            retention_in_days=self._config.runtime.log_retention_days,
        )
        log_group.apply_removal_policy(cdk.RemovalPolicy.DESTROY)
        functions = [self._manifest.arn, self._results.arn]
        return LabelingPipeline(
            self,
            "Pipeline",
            key=self._zones.key,
            log_group=log_group,
            substitutions={
                "CuratedDatabase": databases["curated"],
                "LedgerTable": self._ledger.ref,
                "ManifestFunction": self._manifest.arn,
                "ResultsFunction": self._results.arn,
                "Tasks": ",".join(self._tasks.deployed),
                "TopicArn": topic.topic_arn,
                "Workgroup": workgroup.ref,
            },
            statements=[
                *access.orchestrate(
                    self,
                    role_arn=self._role.arn,
                    functions=functions,
                    ledger_arn=self._ledger.attr_arn,
                    topic_arn=topic.topic_arn,
                ),
                *access.write_tables(
                    self,
                    workgroup=workgroup.ref,
                    zones=self._zones,
                    bucket=self._bucket,
                    databases=list(databases.values()),
                    results=_RESULTS,
                ),
                use_key(topic_key),
            ],
        )

    def _watch(self) -> None:
        functions = {
            "PreAnnotation": self._pre,
            "PostAnnotation": self._post,
            "Manifest": self._manifest,
            "Results": self._results,
        }
        for label, function in functions.items():
            self._alarms.function_throttled_or_fails(label, function.name)
        self._alarms.table_throttled("Labels", self._ledger.ref)
        self._alarms.objects_unlabeled("labeling_results", self._config.alarms.unlabeled_objects_per_day)
        self._alarms.pipeline_failed("labels", self._pipeline.arn)

    def _publish_outputs(self) -> None:
        outputs = {
            "LabelingPipelineArn": self._pipeline.arn,
            "LabelingWorkteamArn": self._people.workteam_arn,
            "LabelingBucketName": bucket_name(self._bucket),
            "LabelingRoleArn": self._role.arn,
            "LabelingLedgerTableName": self._ledger.ref,
            "LabelingManifestFunctionName": self._manifest.name,
            "PreAnnotationFunctionArn": self._pre.arn,
            "PostAnnotationFunctionArn": self._post.arn,
        }
        if self._people.user_pool_id:
            outputs["LabelingUserPoolId"] = self._people.user_pool_id
        for task, topic in self._topics.inputs.items():
            name = "".join(part.capitalize() for part in task.split("-"))
            outputs[f"{name}ObjectsTopicArn"] = topic.topic_arn
        for output_id, value in outputs.items():
            cdk.CfnOutput(self, output_id, value=value)


def _check_streams(config: LabelingConfig, tasks: tuple[TaskFolder, ...]) -> None:
    known = [folder.task.name for folder in tasks if not folder.task.audits]
    strangers = sorted(set(config.streaming_tasks) - set(known))
    if strangers:
        raise ValueError(f"labeling.streaming_tasks must be tasks out of {known}; got {strangers}")
