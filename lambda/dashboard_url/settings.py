"""What the function is told by its environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Whose dashboards these are, and who may see which.

    Attributes
    ----------
    region
        Where the dashboards are; users live in the identity region.
    dashboards
        Ids of the dashboards that registered users may see.
    anonymous
        Ids of those that visitors without a user may see, with the session tags that each needs.
    domains
        Pages that may embed; none leaves it to what the account allows.
    """

    partition: str
    account: str
    region: str
    identity_region: str
    namespace: str
    dashboards: tuple[str, ...]
    anonymous: Mapping[str, tuple[str, ...]]
    domains: tuple[str, ...]
    session_minutes: int

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        return cls(
            partition=environment["PARTITION"],
            account=environment["ACCOUNT"],
            region=environment["AWS_REGION"],
            identity_region=environment["IDENTITY_REGION"],
            namespace=environment["NAMESPACE"],
            dashboards=_listed(environment["DASHBOARDS"]),
            anonymous={name: tuple(tags) for name, tags in json.loads(environment["ANONYMOUS"]).items()},
            domains=_listed(environment["DOMAINS"]),
            session_minutes=int(environment["SESSION_MINUTES"]),
        )

    def dashboard_arn(self, dashboard: str) -> str:
        return self._arn(self.region, f"dashboard/{dashboard}")

    def user_arn(self, user: str) -> str:
        return self._arn(self.identity_region, f"user/{self.namespace}/{user}")

    def _arn(self, region: str, resource: str) -> str:
        return f"arn:{self.partition}:quicksight:{region}:{self.account}:{resource}"


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)
