"""What the function is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from usage_history.prices import Prices


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the table is, and whose history it holds: queries of workgroups, and runs of jobs.

    `jobs` are names in Glue, by the names that the table has for them.
    """

    bucket: str
    prefix: str
    workgroups: tuple[str, ...]
    jobs: Mapping[str, str]
    prices: Prices

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        return cls(
            bucket=environment["BUCKET"],
            prefix=environment["PREFIX"],
            workgroups=tuple(environment["WORKGROUPS"].split(",")),
            jobs=dict(pair.split("=", 1) for pair in environment["JOBS"].split(",")),
            prices=Prices(
                athena_usd_per_tib=float(environment["ATHENA_USD_PER_TIB"]),
                glue_usd_per_dpu_hour=float(environment["GLUE_USD_PER_DPU_HOUR"]),
                glue_flex_usd_per_dpu_hour=float(environment["GLUE_FLEX_USD_PER_DPU_HOUR"]),
            ),
        )
