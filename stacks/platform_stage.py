"""The only place where the stacks meet."""

import aws_cdk as cdk
from constructs import Construct
from lake_common.contract import Contract

from components import guardrails
from components.bi_functions import Work
from components.products import products
from components.zones import Zones
from config.model import BI_TEAM, EnvironmentConfig, LakeConfig, ProcessingConfig
from dashboards import catalog as dashboards
from dashboards.check import require
from dashboards.model import Collection
from labeling.loader import load_tasks
from stacks.alerts_stack import AlertsStack
from stacks.bi_stack import BiNetworkParts, BiStack, refreshed_after
from stacks.catalog_stack import CatalogStack
from stacks.emr_stack import EmrBuckets, EmrStack
from stacks.ingestion_stack import IngestionStack, Starts
from stacks.labeling_stack import LabelingStack
from stacks.network_stack import NetworkStack
from stacks.observability_stack import ObservabilityStack
from stacks.processing_stack import ProcessingStack
from stacks.query_stack import QueryStack
from stacks.storage_stack import StorageStack


class PlatformStage(cdk.Stage):
    """One environment of the lake: everything that is deployed to one account and region."""

    def __init__(
        self, scope: Construct, construct_id: str, *, config: LakeConfig, contracts: tuple[Contract, ...]
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=cdk.Environment(account=config.environment.account, region=config.environment.region),
            permissions_boundary=_boundary(config.environment),
        )
        retain_data = config.environment.retain_data
        collection = _dashboards(contracts) if config.bi.enabled else None
        self.network = NetworkStack(self, "Network", config=config.network, retain_data=retain_data)
        self.storage = StorageStack(
            self,
            "Storage",
            config=config.storage,
            vpc=self.network.vpc,
            queue_raw_events=config.catalog.event_driven_crawler,
            keep_cluster_files=config.emr.enabled,
            keep_notebooks=config.emr.enabled and config.emr.studio.enabled,
            retain_data=retain_data,
        )
        zones = Zones(
            key=self.storage.key,
            raw=self.storage.raw,
            curated=self.storage.curated,
            analytics=self.storage.analytics,
            results=self.storage.results,
            artifacts=self.storage.artifacts,
            failures=self.storage.failures,
        )
        self.alerts = AlertsStack(self, "Alerts", config=config.alerts, retain_data=retain_data)
        self.catalog = CatalogStack(
            self,
            "Catalog",
            config=config.catalog,
            contracts=contracts,
            zones=zones,
            raw_events=self.storage.raw_events,
        )
        self.query = QueryStack(
            self,
            "Query",
            config=config.query,
            zones=zones,
            access_points=self.storage.access_points,
            retain_data=retain_data,
        )
        self.processing = ProcessingStack(
            self,
            "Processing",
            config=config.processing,
            contracts=contracts,
            zones=zones,
            catalog=self.catalog.catalog,
            topic=self.alerts.topic,
            topic_key=self.alerts.topic_key,
            workgroup=self.query.workgroup("pipeline"),
            data_sets=refreshed_after(collection) if collection else {},
            retain_data=retain_data,
        )
        if config.ingestion.enabled:
            self.ingestion = IngestionStack(
                self,
                "Ingestion",
                config=config.ingestion,
                zones=zones,
                catalog=self.catalog.catalog,
                starts=self._starts(config.processing, contracts),
                topic=self.alerts.topic,
                alarm_actions_enabled=config.observability.alarm_actions_enabled,
                retain_data=retain_data,
            )
        if self.storage.cluster_files:
            self.emr = EmrStack(
                self,
                "Emr",
                config=config.emr,
                environment=config.environment.name,
                contracts=contracts,
                zones=zones,
                buckets=EmrBuckets(files=self.storage.cluster_files, notebooks=self.storage.notebooks),
                catalog=self.catalog.catalog,
                subnets=self.network.subnets,
                ledger=self.processing.pipelines.ledger,
                ledger_days=config.processing.ledger_retention_days,
                topic=self.alerts.topic,
                topic_key=self.alerts.topic_key,
                alarm_actions_enabled=config.observability.alarm_actions_enabled,
                retain_data=retain_data,
            )
        if config.labeling.enabled:
            self.labeling = LabelingStack(
                self,
                "Labeling",
                config=config.labeling,
                tasks=load_tasks(),
                zones=zones,
                access_logs=self.storage.access_logs,
                catalog=self.catalog.catalog,
                workgroup=self.query.workgroup("pipeline"),
                topic=self.alerts.topic,
                topic_key=self.alerts.topic_key,
                alarm_actions_enabled=config.observability.alarm_actions_enabled,
                retain_data=retain_data,
            )
        if collection:
            self.bi = BiStack(
                self,
                "Bi",
                config=config.bi,
                collection=collection,
                contracts=contracts,
                zones=zones,
                workgroup=self.query.workgroup(BI_TEAM),
                network=self._connection() if config.bi.vpc_connection else None,
                work=self._work(),
                topic=self.alerts.topic,
                alarm_actions_enabled=config.observability.alarm_actions_enabled,
                retain_data=retain_data,
            )
        self.observability = ObservabilityStack(
            self,
            "Observability",
            config=config.observability,
            zones=zones,
            catalog=self.catalog.catalog,
            jobs=self.processing.jobs,
            pipelines=self.processing.pipelines,
            workgroups=self.query.workgroups,
            topic=self.alerts.topic,
            budget_usd=config.alerts.monthly_budget_usd,
        )
        guardrails.tag(self, config.environment)
        guardrails.explain_placeholder(self, config.environment)

    def _connection(self) -> BiNetworkParts:
        endpoints = self.network.endpoints
        assert endpoints, "the configuration has endpoints where QuickSight connects to the network"
        return BiNetworkParts(subnets=self.network.subnets, endpoints=endpoints)

    def _work(self) -> Work:
        """Say what costs money, and is counted."""
        pipelines = self.processing.pipelines
        return Work(
            teams=tuple(self.query.workgroups),
            jobs=self.processing.jobs.by_name,
            undelivered=pipelines.undelivered,
            undelivered_key=self.alerts.topic_key,
        )

    def _starts(self, config: ProcessingConfig, contracts: tuple[Contract, ...]) -> Starts | None:
        """Say which pipelines the function that receives files starts, if it is the one to start them."""
        if config.new_objects_start != "function":
            return None
        pipelines = self.processing.pipelines
        return Starts(
            pipelines={
                table.name: pipelines.by_product[product.name].arn
                for product in products(contracts)
                if product.name not in config.scheduled_only
                for table in product.curated
            },
            undelivered=pipelines.undelivered,
            undelivered_key=self.alerts.topic_key,
        )


def _dashboards(contracts: tuple[Contract, ...]) -> Collection:
    """Load what people see, and refuse to deploy what would break or mislead."""
    collection = dashboards.load(contracts)
    require(collection, contracts)
    return collection


def _boundary(environment: EnvironmentConfig) -> cdk.PermissionsBoundary | None:
    """Bound every role, so that no deployment can make one that may do more."""
    name = environment.permissions_boundary
    return None if name == "none" else cdk.PermissionsBoundary.from_name(name)
