"""Catalog: databases, the tables of the contracts, and the crawlers that find what has no contract yet."""

import aws_cdk as cdk
from aws_cdk import aws_glue as glue
from aws_cdk import aws_sqs as sqs
from constructs import Construct
from lake_common.contract import Contract

from components.arns import bucket_name, key_arn
from components.catalog import Catalog
from components.classifiers import Classifiers
from components.contract_table import ContractTable
from components.crawler import Crawler, CrawlTarget
from components.raw_event_queue import RawEventQueue
from components.zones import Zones
from config.model import CatalogConfig

_DESCRIPTIONS = {
    "raw": "Files as they arrived, registered by crawlers; read the curated zone instead",
    "curated": "Typed, deduplicated, partitioned Parquet, one table per contract",
    "analytics": "Aggregates for people and dashboards",
}
# Folders that are not data, access logs, which have a crawler of their own, and documents, which are no rows.
_RAW_EXCLUSIONS = ("access_logs/**", "documents/**", "_*/**", "**/_*", "**/.*")


class CatalogStack(cdk.Stack):
    """The Glue catalog of the lake."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: CatalogConfig,
        contracts: tuple[Contract, ...],
        zones: Zones,
        raw_events: RawEventQueue | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._zones, self._raw_events = zones, raw_events
        self._security_configuration = self._encrypt_jobs()
        self._databases = {zone: self._database(zone) for zone in _DESCRIPTIONS}
        if config.encrypt_catalog:
            self._encrypt_catalog()
        self._tables(contracts)
        classifiers = Classifiers(self, "Classifiers")
        self._raw_crawler = self._crawler(
            "RawCrawler",
            description="Raw zone: one table per folder, with or without a contract",
            target=CrawlTarget(bucket=zones.raw, prefix="", exclusions=_RAW_EXCLUSIONS),
            classifiers=classifiers.raw,
            schedule=config.raw_crawler_schedule,
            events=raw_events.queue if raw_events else None,
        )
        self._access_logs_crawler = self._crawler(
            "AccessLogsCrawler",
            description="Access logs of web servers, in the combined format",
            target=CrawlTarget(bucket=zones.raw, prefix="access_logs/", exclusions=()),
            classifiers=classifiers.access_logs,
            schedule=config.access_logs_crawler_schedule,
            events=None,
        )
        self._publish_outputs()

    @property
    def catalog(self) -> Catalog:
        """What jobs and pipelines need of the catalog."""
        return Catalog(
            databases=self._databases,
            raw_crawler=self._raw_crawler,
            access_logs_crawler=self._access_logs_crawler,
            security_configuration=self._security_configuration,
            unread_events=self._raw_events.unread if self._raw_events else None,
        )

    def database(self, zone: str) -> glue.CfnDatabase:
        """Return the database of a zone: raw, curated or analytics."""
        return self._databases[zone]

    def _encrypt_catalog(self) -> None:
        """Encrypt what is created from now on, so the databases come after: Glue leaves older entries as they are."""
        key = key_arn(self._zones.key)
        settings = glue.CfnDataCatalogEncryptionSettings
        encryption = glue.CfnDataCatalogEncryptionSettings(
            self,
            "CatalogEncryption",
            catalog_id=self.account,
            data_catalog_encryption_settings=settings.DataCatalogEncryptionSettingsProperty(
                encryption_at_rest=settings.EncryptionAtRestProperty(
                    catalog_encryption_mode="SSE-KMS", sse_aws_kms_key_id=key
                ),
                connection_password_encryption=settings.ConnectionPasswordEncryptionProperty(
                    return_connection_password_encrypted=True, kms_key_id=key
                ),
            ),
        )
        for database in self._databases.values():
            database.add_resource_dependency(encryption)

    def _encrypt_jobs(self) -> glue.CfnSecurityConfiguration:
        key = key_arn(self._zones.key)
        security = glue.CfnSecurityConfiguration
        return security(
            self,
            "SecurityConfiguration",
            # CloudFormation does not invent a name for this one.
            name=cdk.Names.unique_resource_name(self, max_length=64, separator="-"),
            encryption_configuration=security.EncryptionConfigurationProperty(
                s3_encryptions=[security.S3EncryptionProperty(s3_encryption_mode="SSE-KMS", kms_key_arn=key)],
                cloud_watch_encryption=security.CloudWatchEncryptionProperty(
                    cloud_watch_encryption_mode="SSE-KMS", kms_key_arn=key
                ),
                job_bookmarks_encryption=security.JobBookmarksEncryptionProperty(
                    job_bookmarks_encryption_mode="CSE-KMS", kms_key_arn=key
                ),
            ),
        )

    def _database(self, zone: str) -> glue.CfnDatabase:
        return glue.CfnDatabase(
            self,
            f"{zone.capitalize()}Zone",
            catalog_id=self.account,
            # A contract with SQL: people write the name.
            database_name=f"lake_{zone}",
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=f"lake_{zone}",
                description=_DESCRIPTIONS[zone],
                location_uri=f"s3://{bucket_name(self._zones.bucket(zone))}/",
            ),
        )

    def _tables(self, contracts: tuple[Contract, ...]) -> None:
        for contract in contracts:
            ContractTable(
                self,
                f"Table-{contract.name}",
                contract=contract,
                database=self._databases[contract.zone],
                location=self._zones.location(contract),
            )

    def _crawler(
        self,
        construct_id: str,
        *,
        description: str,
        target: CrawlTarget,
        classifiers: list[str],
        schedule: str,
        events: sqs.IQueue | None,
    ) -> Crawler:
        return Crawler(
            self,
            construct_id,
            description=description,
            database=self._databases["raw"],
            target=target,
            key=self._zones.key,
            security_configuration=self._security_configuration.ref,
            classifiers=classifiers,
            schedule=schedule,
            events=events,
        )

    def _publish_outputs(self) -> None:
        outputs = {
            "RawDatabase": self._databases["raw"].ref,
            "CuratedDatabase": self._databases["curated"].ref,
            "AnalyticsDatabase": self._databases["analytics"].ref,
            "RawCrawlerName": self._raw_crawler.name,
            "AccessLogsCrawlerName": self._access_logs_crawler.name,
        }
        for output_id, value in outputs.items():
            cdk.CfnOutput(self, output_id, value=value)
