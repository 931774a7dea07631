"""The Glue jobs of the lake: one that curates each product, one that aggregates, one that compacts."""

from collections.abc import Mapping

from constructs import Construct

from components import job_access
from components.arns import bucket_name
from components.assets import job_script
from components.products import Product, names
from components.spark_job import JobSettings, SparkJob

# Default of --run_id, for a run that no pipeline started.
_UNNAMED_RUN = "manual"


class LakeJobs(Construct):
    """All Glue jobs.

    One curate job per product, because a job runs once at a time: products do not wait for each other, and the writers
    of one product's tables do.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, products: tuple[Product, ...], settings: JobSettings
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        script = job_script(self, "curate")
        self._curate = {
            product.name: SparkJob(
                self,
                f"Curate{product.title}",
                description=f"Curate {product.name}: {names(product.curated)}",
                settings=settings,
                script=script,
                arguments=self._curate_arguments(product),
                statements=job_access.curate(product, settings.zones),
            )
            for product in products
        }
        self._aggregate = SparkJob(
            self,
            "Aggregate",
            description="Compute the tables of the analytics zone",
            settings=settings,
            script=job_script(self, "aggregate"),
            arguments={
                "curated_bucket": bucket_name(settings.zones.curated),
                "analytics_bucket": bucket_name(settings.zones.analytics),
                "tables": names(contract for product in products for contract in product.aggregates),
                "run_id": _UNNAMED_RUN,
            },
            statements=job_access.aggregate(products, settings.zones),
        )
        self._compact = SparkJob(
            self,
            "Compact",
            description="Replace the small files of one table by large ones",
            settings=settings,
            script=job_script(self, "compact"),
            arguments={"run_id": _UNNAMED_RUN},
            statements=job_access.compact(settings.zones),
        )

    @property
    def curate(self) -> Mapping[str, SparkJob]:
        """The job that curates each product, by the product's name."""
        return self._curate

    @property
    def aggregate(self) -> SparkJob:
        """The job that computes the analytics zone."""
        return self._aggregate

    @property
    def compact(self) -> SparkJob:
        """The job that merges small files."""
        return self._compact

    @property
    def by_name(self) -> Mapping[str, SparkJob]:
        """All jobs, by names that people use: curate-orders, aggregate, compact."""
        curate = {f"curate-{product}": job for product, job in self._curate.items()}
        return {**curate, "aggregate": self._aggregate, "compact": self._compact}

    def _curate_arguments(self, product: Product) -> dict[str, str]:
        zones = self._settings.zones
        return {
            "raw_bucket": bucket_name(zones.raw),
            "curated_bucket": bucket_name(zones.curated),
            "failures_bucket": bucket_name(zones.failures),
            "analytics_bucket": bucket_name(zones.analytics),
            "tables": names(product.curated),
            "run_id": _UNNAMED_RUN,
        }
