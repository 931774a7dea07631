"""Data products: the contracts that one pipeline maintains together."""

from collections.abc import Iterable
from dataclasses import dataclass

from lake_common.contract import Contract

# The product of tables that all pipelines share.
SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product's curated tables, which come from raw files, and the analytics tables that are derived from them."""

    name: str
    curated: tuple[Contract, ...]
    aggregates: tuple[Contract, ...]

    @property
    def title(self) -> str:
        """The name as construct ids and outputs have it."""
        return "".join(part.capitalize() for part in self.name.split("_"))


def products(contracts: tuple[Contract, ...]) -> tuple[Product, ...]:
    """Group contracts by product, sorted by name. A product has at least one table that comes from raw files."""
    names = sorted({contract.product for contract in contracts if contract.source})
    return tuple(
        Product(
            name=name,
            curated=tuple(contract for contract in contracts if contract.product == name and contract.source),
            aggregates=tuple(
                contract for contract in contracts if contract.product == name and contract.zone == "analytics"
            ),
        )
        for name in names
    )


def system_tables(contracts: tuple[Contract, ...]) -> tuple[Contract, ...]:
    """Tables that every pipeline writes: quarantined rows and the reports of runs."""
    return tuple(contract for contract in contracts if contract.product == SYSTEM)


def names(contracts: Iterable[Contract]) -> str:
    """Names of tables as jobs and pipelines take them: separated by commas."""
    return ",".join(contract.name for contract in contracts)
