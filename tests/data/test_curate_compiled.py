"""What the speed of the curate job rests on."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from contracts.loader import load
from glue_jobs.curate import reading, transforms
from glue_jobs.curate.raw_files import RawFile
from tests.data.conftest import Lake
from tests.data.curating import orders, put

pytestmark = pytest.mark.spark

# HotSpot leaves larger methods to its interpreter, unless it is told -XX:-DontCompileHugeMethods.
LARGEST_COMPILED_METHOD_BYTES = 8_000


@pytest.fixture
def compiled(spark: SparkSession) -> Iterator[SparkSession]:
    """The session with generated code, which the other tests do without."""
    settings = {"spark.sql.codegen.wholeStage": "true", "spark.sql.codegen.factoryMode": "FALLBACK"}
    before = {key: str(spark.conf.get(key)) for key in settings}
    for key, value in settings.items():
        spark.conf.set(key, value)
    yield spark
    for key, value in before.items():
        spark.conf.set(key, value)


def test_java_compiles_the_code_that_judges_orders(compiled: SparkSession, lake: Lake) -> None:
    put(lake, "orders.csv", orders("a,1,1997-01-05,2,10.50"))
    contract = load("orders")
    names = [column.name for column in contract.raw_columns]
    assert contract.source is not None
    rows = reading.read(compiled, f"s3://{lake.raw}/orders", [RawFile("orders.csv", 1, 1)], names, contract.source)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        transforms.judge(rows, contract).explain("codegen")
    sizes = [int(size) for size in re.findall(r"maxMethodCodeSize:(\d+)", printed.getvalue())]
    assert len(sizes) == 1, "judging must be one generated stage"
    assert 0 < sizes[0] <= LARGEST_COMPILED_METHOD_BYTES
