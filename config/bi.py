"""Business intelligence: whose dashboards these are, how their data comes to them, and who may embed them."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from config.base import Frozen, FunctionConfig, RuntimeConfig

Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
Namespace = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9._-]{1,64}$")]
# What an ARN of QuickSight has after the account; a user of IAM has a slash in the name: user/default/Role/somebody.
Principal = Annotated[str, StringConstraints(pattern=r"^(group|user)/[a-zA-Z0-9._-]{1,64}/[^\s/][^\s]*$")]
DashboardName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
TimeZone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+(/[A-Za-z_]+)*$")]
# Where a dashboard may be shown; QuickSight takes plain HTTP from a developer's own machine only.
# https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GenerateEmbedUrlForRegisteredUser.html
Domain = Annotated[str, StringConstraints(pattern=r"^(https://(\*\.)?[a-z0-9.-]+|http://localhost)(:\d{2,5})?$")]


class EmbeddingConfig(Frozen):
    """Dashboards in other people's pages."""

    domains: Annotated[tuple[Domain, ...], Field(max_length=3)]
    # QuickSight accepts 15 minutes to 10 hours.
    session_minutes: Annotated[int, Field(ge=15, le=600)]
    # Dashboards that visitors without a user may see, as far as session tags let them; it takes capacity pricing.
    anonymous: tuple[DashboardName, ...]


class UsageConfig(Frozen):
    """How often queries and job runs are counted, and the list prices that their cost is reckoned by."""

    interval: Literal["1 hour", "6 hours", "1 day"]
    athena_usd_per_tib: Annotated[float, Field(ge=0, le=100)]
    glue_usd_per_dpu_hour: Annotated[float, Field(ge=0, le=100)]
    glue_flex_usd_per_dpu_hour: Annotated[float, Field(ge=0, le=100)]


class BiConfig(Frozen):
    """QuickSight.

    Users and groups live in the region in which the account subscribed to QuickSight, the identity region; data sets
    and dashboards live with the lake.
    """

    enabled: bool
    identity_region: Region
    namespace: Namespace
    # Whether the stack makes the groups of dashboards/groups.py; if not, they are there before it is deployed.
    create_groups: bool
    # Besides the groups of dashboards/groups.py.
    owners: tuple[Principal, ...]
    readers: tuple[Principal, ...]
    time_zone: TimeZone
    export_to_csv: bool
    # Reach Athena through the lake's network.
    vpc_connection: bool
    embedding: EmbeddingConfig
    usage: UsageConfig
    runtime: RuntimeConfig
    dashboard_url: FunctionConfig
    usage_history: FunctionConfig

    @model_validator(mode="after")
    def _everybody_has_one_role(self) -> Self:
        both = sorted(set(self.owners) & set(self.readers))
        if both:
            raise ValueError(f"an owner needs not be among readers; got {both} in both")
        return self
