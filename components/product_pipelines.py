"""One batch pipeline for each data product, and the ledger that they share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_athena as athena
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct
from lake_common.contract import Contract

from components import pipeline_access
from components.acknowledge import acknowledge
from components.arns import arn, bucket_name
from components.assets import stored_file
from components.batch_pipeline import BatchPipeline, PipelineSettings
from components.catalog import Catalog
from components.contract_table import registers_partitions
from components.lake_jobs import LakeJobs
from components.policy import Statement
from components.products import Product, names
from components.quality_gate import QualityGate
from components.saved_query import load_queries_of
from components.zones import Zones
from config.model import ProcessingConfig

_DEFINITION = Path(__file__).parent.parent / "pipelines" / "batch.asl.json"
# How the definition writes an empty list: an empty substitution looks like a forgotten one.
_NONE = "none"


@dataclass(frozen=True, kw_only=True)
class PipelineParts:
    """What the pipelines orchestrate, and where they tell of it."""

    zones: Zones
    catalog: Catalog
    gate: QualityGate
    jobs: LakeJobs
    topic: sns.ITopic
    topic_key: kms.IKey
    workgroup: athena.CfnWorkGroup
    log_group: logs.CfnLogGroup
    # Data sets of QuickSight, by the product whose changes they show; none where there are no dashboards.
    data_sets: Mapping[str, Sequence[str]]


class ProductPipelines(Construct):
    """The pipelines by product, started by new objects and by schedules as configured."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: ProcessingConfig,
        products: tuple[Product, ...],
        system_tables: tuple[Contract, ...],
        parts: PipelineParts,
        retain_data: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self._config, self._system_tables, self._parts = config, system_tables, parts
        self._ledger = self._new_ledger(retain_data)
        self._undelivered = self._dead_letter_queue()
        settings = self._settings()
        self._pipelines = {product.name: self._pipeline(product, settings) for product in products}

    @property
    def by_product(self) -> Mapping[str, BatchPipeline]:
        """The pipeline of each product."""
        return self._pipelines

    @property
    def ledger(self) -> dynamodb.ITable:
        """Which input was claimed by which execution, and how it ended."""
        return self._ledger

    @property
    def undelivered(self) -> sqs.IQueue:
        """Starts that were not delivered, and events that a function failed for."""
        return self._undelivered

    def _dead_letter_queue(self) -> sqs.Queue:
        queue = sqs.Queue(
            self,
            "Undelivered",
            # The key of the alerts: EventBridge may use that one, and must not get at the data.
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=self._parts.topic_key,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
        )
        rules = arn(self, "events", "rule/*")
        # A rule reaches its dead-letter queue by the queue's policy, whatever role its target has:
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html#eb-dlq-perms
        queue.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn],
                principals=[
                    iam.ServicePrincipal("events.amazonaws.com", conditions={"ArnLike": {"aws:SourceArn": rules}})
                ],
            )
        )
        acknowledge(
            queue,
            "SQS3",
            because="it is the dead-letter queue, and an alarm watches it",
            revisit_when="anything but failed deliveries and calls is sent to it",
        )
        return queue

    def _new_ledger(self, retain_data: bool) -> dynamodb.Table:
        return dynamodb.Table(
            self,
            "Ledger",
            partition_key=dynamodb.Attribute(name="claim", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=self._parts.zones.key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="expires",
            deletion_protection=retain_data,
            removal_policy=cdk.RemovalPolicy.RETAIN if retain_data else cdk.RemovalPolicy.DESTROY,
        )

    def _settings(self) -> PipelineSettings:
        parts = self._parts
        return PipelineSettings(
            key=parts.zones.key,
            definition=stored_file(self, "Definition", _DEFINITION),
            ledger=self._ledger,
            topic=parts.topic,
            topic_key=parts.topic_key,
            undelivered=self._undelivered,
            log_group=parts.log_group,
            substitutions={
                "AggregateJob": parts.jobs.aggregate.name,
                "CompactJob": parts.jobs.compact.name,
                "CuratedBucket": bucket_name(parts.zones.curated),
                "CuratedDatabase": parts.catalog.databases["curated"].ref,
                "LedgerDays": str(self._config.ledger_retention_days),
                "LedgerTable": self._ledger.table_name,
                "QualityGate": "stop" if self._config.stop_on_failed_quality else "report",
                "QualityResults": parts.gate.results,
                "QualityRoleArn": parts.gate.role.arn,
                "RawCrawler": parts.catalog.raw_crawler.name,
                "RawDatabase": parts.catalog.databases["raw"].ref,
                "SystemTables": names(self._system_tables),
                "TopicArn": parts.topic.topic_arn,
                "Workgroup": parts.workgroup.ref,
            },
        )

    def _pipeline(self, product: Product, settings: PipelineSettings) -> BatchPipeline:
        parts, tables = self._parts, [contract.name for contract in product.curated]
        pipeline = BatchPipeline(
            self,
            product.title,
            product=product.name,
            tables=tables,
            settings=settings,
            substitutions={
                "AggregateTables": names(product.aggregates) or _NONE,
                "CurateJob": parts.jobs.curate[product.name].name,
                "DataSets": ",".join(parts.data_sets.get(product.name, ())) or _NONE,
                "PartitionedTables": self._partitioned((*product.curated, *product.aggregates, *self._system_tables)),
            },
            statements=self._statements(product),
        )
        for table in tables:
            self._offer_queries(table)
        if self._config.new_objects_start == "rule" and product.name not in self._config.scheduled_only:
            pipeline.start_on_new_objects(parts.zones.raw)
        for schedule in self._config.schedules:
            if schedule.product == product.name:
                pipeline.start_on_schedule(schedule)
        return pipeline

    def _offer_queries(self, table: str) -> None:
        """Deploy what the pipelines ask of each table, as prepared statements."""
        for query in load_queries_of(table):
            athena.CfnPreparedStatement(
                self,
                f"Query-{query.name}",
                statement_name=query.name,
                description=query.description,
                work_group=self._parts.workgroup.ref,
                query_statement=query.sql,
            )

    def _statements(self, product: Product) -> list[Statement]:
        parts = self._parts
        jobs = [parts.jobs.curate[product.name], parts.jobs.aggregate, parts.jobs.compact]
        queried = (*product.curated, *product.aggregates, *self._system_tables)
        return [
            *pipeline_access.crawl_and_check(
                self, parts.catalog, parts.gate, [contract.name for contract in product.curated]
            ),
            pipeline_access.run_jobs(jobs),
            *pipeline_access.query(
                self, workgroup=parts.workgroup.ref, zones=parts.zones, catalog=parts.catalog, contracts=queried
            ),
            *pipeline_access.refresh(self, parts.data_sets.get(product.name, ())),
        ]

    def _partitioned(self, contracts: tuple[Contract, ...]) -> str:
        databases = self._parts.catalog.databases
        tables = [
            f"{databases[contract.zone].ref}.{contract.name}"
            for contract in contracts
            if registers_partitions(contract)
        ]
        return ",".join(tables) or _NONE
