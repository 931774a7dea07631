"""What other stacks need of the Glue catalog, as one argument."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_glue as glue
from aws_cdk import aws_sqs as sqs

from components.crawler import Crawler


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """The databases by zone, the crawlers, and the encryption settings of jobs and crawlers.

    `unread_events` is where notifications of new files go that the crawler of the raw zone could not read.
    """

    databases: Mapping[str, glue.CfnDatabase]
    raw_crawler: Crawler
    access_logs_crawler: Crawler
    security_configuration: glue.CfnSecurityConfiguration
    unread_events: sqs.IQueue | None

    @property
    def crawlers(self) -> tuple[Crawler, ...]:
        """All crawlers."""
        return (self.raw_crawler, self.access_logs_crawler)
