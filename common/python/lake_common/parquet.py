"""How the lake writes Parquet: one answer for every job, so that compaction keeps what curation chose.

Measured on 5 million orders (docs/benchmarks.md has the current figures):

- Version 2 pages store sorted integers as deltas: `customer_id` takes 2.5 MB instead of 10.7 MB (and 20 MB unsorted).
  Athena engine version 3, Spark 3.3+ and DuckDB read them.
- Row groups of about 256 KiB (default: 128 MiB), some 40,000 orders, let a reader skip most of a sorted partition by
  its statistics: a lookup reads 3.6 MB where row groups of 1 MiB make it read 12 MB. Files grow by 1 %. Readers merge
  neighbouring chunks into one request, so whole scans do not pay in requests.
- No dictionary for a primary key of one column: writing takes a third less processor time, and files shrink by 4 %.
"""

from __future__ import annotations

from lake_common.contract import Contract

ROW_GROUP_BYTES = 1 << 18


def write_options(contract: Contract) -> dict[str, str]:
    """Options for Spark's Parquet writer."""
    key = contract.primary_key
    # Values that all differ only fill a dictionary until the writer gives it up, in each row group anew.
    plain = {f"parquet.enable.dictionary#{key[0]}": "false"} if len(key) == 1 else {}
    blooms = {f"parquet.bloom.filter.enabled#{column}": "true" for column in contract.bloom_filter}
    return {
        "compression": "zstd",
        "parquet.writer.version": "v2",
        "parquet.block.size": str(ROW_GROUP_BYTES),
        **plain,
        **blooms,
    }
