"""What the steps of the text pipeline may read and write, wherever they run."""

from collections.abc import Iterable

from constructs import IConstruct
from lake_common.contract import Contract

from components.access import catalog_resources, change_objects, read_objects, use_catalog_key
from components.catalog import Catalog
from components.emr_code import StepCode
from components.policy import Statement
from components.spark_job import read_files
from components.zones import QUARANTINE, Zones

PRODUCT = "text"
# Folder of the raw zone in which collections lie: `documents/collection=<name>/`.
DOCUMENTS = "documents"
# The course's ratings, which one step reads.
_RATINGS = "ratings"
_STAGING = "_staging"
_READ_CATALOG = ["glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"]


def run_steps(
    scope: IConstruct, *, zones: Zones, catalog: Catalog, contracts: tuple[Contract, ...], code: StepCode
) -> list[Statement]:
    """Raw documents to the tables of the text product and its quarantine."""
    own = [contract for contract in contracts if contract.product == PRODUCT]
    curated, analytics = (_tables(own, zone) for zone in ("curated", "analytics"))
    databases = {zone: catalog.databases[zone].ref for zone in ("curated", "analytics")}
    return [
        *read_objects(zones.raw, [DOCUMENTS]),
        *read_objects(zones.curated, [_RATINGS]),
        *change_objects(zones.curated, [*curated, *_staged(curated)]),
        *change_objects(zones.analytics, [*analytics, *_staged(analytics)]),
        *change_objects(zones.failures, [f"{QUARANTINE}/source_table={DOCUMENTS}"]),
        Statement(
            actions=_READ_CATALOG,
            resources=[
                *catalog_resources(scope, "default", ()),
                *catalog_resources(scope, databases["curated"], [*curated, _RATINGS]),
                *catalog_resources(scope, databases["analytics"], analytics),
            ],
        ),
        read_files(*code.files),
        use_catalog_key(zones.key),
    ]


def _tables(contracts: Iterable[Contract], zone: str) -> list[str]:
    return [contract.name for contract in contracts if contract.zone == zone]


def _staged(tables: Iterable[str]) -> list[str]:
    """Name the hidden folders in which tables are written before they are published."""
    return [f"{_STAGING}/{table}" for table in tables]
