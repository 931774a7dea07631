"""Replace a small table, or a partition of one, by a single object."""

from __future__ import annotations

from lake_common.contract import Contract
from lake_common.hadoop_files import HadoopFiles
from lake_common.parquet import write_options
from pyspark.sql import DataFrame


def replace(files: HadoopFiles, rows: DataFrame, contract: Contract, zone: str, partition: str = "") -> int:
    """Write rows as the only file of a table, sorted as its contract says.

    S3 replaces an object at once, so a reader finds the old rows or the new ones, and a killed run leaves the old ones.

    Parameters
    ----------
    files
        The file system.
    rows
        Columns as the contract has them, without those of partitions.
    zone
        `s3://` address of the bucket.
    partition
        The partition to replace, as `collection=mail`; empty for a table without partitions.

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    ValueError
        If columns or types differ from the contract.
    """
    expected = {column.name: column.type for column in contract.data_columns}
    if dict(rows.dtypes) != expected:
        raise ValueError(f"{contract.name} must have columns {expected}; got {dict(rows.dtypes)}")
    staged = f"{zone}/_staging/{contract.name}/{partition}".rstrip("/")
    placed = rows.select(*expected).coalesce(1).sortWithinPartitions(*contract.sort_by)
    placed.write.mode("overwrite").options(**write_options(contract)).parquet(staged)
    (name,) = (file.name for file in files.list(staged) if file.name.endswith(".parquet"))
    count = rows.sparkSession.read.parquet(staged).count()
    files.copy(f"{staged}/{name}", "/".join(filter(None, (zone, contract.name, partition, f"{contract.name}.parquet"))))
    files.delete(staged)
    return count
