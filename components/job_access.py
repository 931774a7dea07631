"""What each Glue job may read and write: the table of least privilege of the jobs, in one place."""

from aws_cdk import aws_iam as iam

from components.access import read_objects, write_objects
from components.products import Product
from components.zones import QUARANTINE, Zones

RUN_REPORTS = "pipeline_runs"
# Hidden folders of the jobs: Athena and crawlers skip names that begin with an underscore.
LINEAGE = "_lineage"
STAGING = "_staging/aggregate"
COMPACTION = "_compaction"


def curate(product: Product, zones: Zones) -> list[iam.PolicyStatement]:
    """Raw files of the product's tables to curated tables, quarantine and run reports, with lineage."""
    tables = [contract.name for contract in product.curated]
    kept = [*tables, *(f"{LINEAGE}/{table}" for table in tables)]
    return [
        *read_objects(zones.raw, tables),
        *read_objects(zones.curated, kept),
        *write_objects(zones.curated, kept),
        *read_objects(zones.failures, [QUARANTINE]),
        *write_objects(zones.failures, [QUARANTINE]),
        *read_objects(zones.analytics, [RUN_REPORTS]),
        *write_objects(zones.analytics, [RUN_REPORTS]),
    ]


def aggregate(products: tuple[Product, ...], zones: Zones) -> list[iam.PolicyStatement]:
    """Curated tables to analytics tables."""
    sources = [contract.name for product in products for contract in product.curated]
    targets = [contract.name for product in products for contract in product.aggregates]
    kept = [*targets, *(f"{STAGING}/{table}" for table in targets)]
    return [
        *read_objects(zones.curated, sources),
        *read_objects(zones.analytics, kept),
        *write_objects(zones.analytics, kept),
    ]


def compact(products: tuple[Product, ...], zones: Zones) -> list[iam.PolicyStatement]:
    """Any table of the curated and the analytics zone, in place, by way of a hidden folder beside it."""
    by_zone = (
        (zones.curated, [contract.name for product in products for contract in product.curated]),
        (zones.analytics, [contract.name for product in products for contract in product.aggregates]),
    )
    return [
        statement
        for bucket, tables in by_zone
        for kept in ([*tables, *(f"{COMPACTION}/{table}" for table in tables)],)
        for statement in (*read_objects(bucket, kept), *write_objects(bucket, kept))
    ]
