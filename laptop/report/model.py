"""What the report tells. Plain data: the demo gathers it, `page` draws it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MINIMUM_BYTES = 10_000_000
DOLLARS_PER_TERABYTE = 5.0
TERABYTE = 10**12


@dataclass(frozen=True)
class StackFact:
    """A deployed stack and how many resources of each type it has."""

    name: str
    status: str
    resources: tuple[tuple[str, int], ...]

    @property
    def count(self) -> int:
        return sum(number for _, number in self.resources)


@dataclass(frozen=True)
class SpanFact:
    """A step of a pipeline run, in seconds since the demo began."""

    state: str
    begun: float
    ended: float


@dataclass(frozen=True)
class RunFact:
    """A pipeline run."""

    product: str
    cause: str
    status: str
    begun: float
    ended: float
    spans: tuple[SpanFact, ...]


@dataclass(frozen=True)
class TableFact:
    """A table on its way from raw to curated."""

    name: str
    product: str
    raw_rows: int
    curated_rows: int
    quarantined_rows: int
    raw_bytes: int
    curated_bytes: int
    files: int

    @property
    def balanced(self) -> bool:
        """Whether every raw row is accounted for."""
        return self.raw_rows == self.curated_rows + self.quarantined_rows


@dataclass(frozen=True)
class ReasonFact:
    """Why rows are in quarantine, with one of them."""

    table: str
    reason: str
    rows: int
    example: str


@dataclass(frozen=True)
class QueryFact:
    """A named query: what it read, and how large the raw files of its tables are."""

    name: str
    description: str
    workgroup: str
    rows: int
    milliseconds: int
    scanned_bytes: int
    raw_bytes: int

    @property
    def price(self) -> float:
        """Dollars on Athena."""
        return price(self.scanned_bytes)

    @property
    def raw_price(self) -> float:
        """Dollars on Athena, had it read the raw files."""
        return price(self.raw_bytes)


@dataclass(frozen=True)
class HitFact:
    """A document that a search found; `score` is the cosine between it and the query."""

    title: str
    score: float


@dataclass(frozen=True)
class SearchFact:
    """A search on the index of a collection, and what it read."""

    query: str
    hits: tuple[HitFact, ...]
    milliseconds: int
    scanned_bytes: int


@dataclass(frozen=True)
class WorkerFact:
    """Somebody who labels; `disagreement` is the share of the answers that the labels contradict."""

    worker: str
    answers: int
    disagreement: float


@dataclass(frozen=True)
class PersonFact:
    """Somebody who looks at dashboards: how many rows of their data sets they see, and columns that are withheld."""

    name: str
    groups: tuple[str, ...]
    dashboards: tuple[str, ...]
    rows: int
    all_rows: int
    withheld: tuple[str, ...]


@dataclass(frozen=True)
class CheckFact:
    """A smoke test; `state` is proven, failed or not proven."""

    title: str
    state: str
    proof: str


@dataclass(frozen=True)
class StepFact:
    """A step of the demo."""

    title: str
    seconds: float
    detail: str


@dataclass(frozen=True)
class Report:
    """Everything on the page."""

    created: datetime
    seconds: float
    endpoint: str
    machine: str
    steps: tuple[StepFact, ...]
    stacks: tuple[StackFact, ...]
    runs: tuple[RunFact, ...]
    tables: tuple[TableFact, ...]
    reasons: tuple[ReasonFact, ...]
    queries: tuple[QueryFact, ...]
    searches: tuple[SearchFact, ...]
    workers: tuple[WorkerFact, ...]
    people: tuple[PersonFact, ...]
    dashboards: str
    """Address of the page of dashboards, from this report."""
    checks: tuple[CheckFact, ...]
    revenue: tuple[tuple[str, float], ...]
    """Month and dollars."""
    cohorts: tuple[tuple[str, int, float], ...]
    """Month of the first purchase, months since, share of the cohort that bought."""
    diagram: str
    """SVG of the architecture."""


def price(scanned_bytes: int) -> float:
    """Dollars that Athena charges for a query: 5 per terabyte scanned, for at least 10 MB.

    https://aws.amazon.com/athena/pricing/ (us-east-1; a terabyte taken as 10^12 bytes)
    """
    return max(scanned_bytes, MINIMUM_BYTES) * DOLLARS_PER_TERABYTE / TERABYTE
