"""What each Glue job may read and write: the table of least privilege of the jobs, in one place."""

from components.access import change_objects, read_objects
from components.policy import Statement
from components.products import Product
from components.zones import QUARANTINE, Zones

RUN_REPORTS = "pipeline_runs"
# Hidden folders: Athena and crawlers skip names that begin with an underscore.
LINEAGE = "_lineage"
STAGING = "_staging/aggregate"


def curate(product: Product, zones: Zones) -> list[Statement]:
    """Raw files of the product's tables to curated tables, quarantine and run reports, with lineage."""
    tables = [contract.name for contract in product.curated]
    kept = [*tables, *(f"{LINEAGE}/{table}" for table in tables)]
    refused = [f"{QUARANTINE}/source_table={table}" for table in tables]
    return [
        *read_objects(zones.raw, tables),
        *change_objects(zones.curated, kept),
        *change_objects(zones.failures, refused),
        *change_objects(zones.analytics, [RUN_REPORTS]),
    ]


def aggregate(products: tuple[Product, ...], zones: Zones) -> list[Statement]:
    """Any curated table to the analytics tables, by way of a hidden folder beside them."""
    targets = [contract.name for product in products for contract in product.aggregates]
    return [
        *read_objects(zones.curated, [""]),
        *change_objects(zones.analytics, [*targets, STAGING]),
    ]


def compact(zones: Zones) -> list[Statement]:
    """Any table of the curated and the analytics zone, in place."""
    return [statement for bucket in (zones.curated, zones.analytics) for statement in change_objects(bucket, [""])]
