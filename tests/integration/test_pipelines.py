"""All stacks, deployed by the CDK CLI, and their pipelines on small files: good days, bad days, and two runs at once.

One deployment and as few Spark runs as possible: the story is played once, then each test looks at one side of it.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console

from datasets.prepare import FIRST, RawFile
from laptop import aws, deploy
from laptop.demo.lake import Lake as DemoLake
from laptop.demo.pipelines import Pipelines
from laptop.state import PROJECT
from tests.integration.pipeline_support import Execution, PipelineLake
from tests.synthesis import Assembly

# The first records of the Adult data set (Kohavi, 1996), a record of it with an unknown country, and a copy.
CENSUS = """\
record_id,age,workclass,fnlwgt,education,education_num,marital_status,occupation,relationship,race,sex,capital_gain,\
capital_loss,hours_per_week,native_country,income
1,39,State-gov,77516,Bachelors,13,Never-married,Adm-clerical,Not-in-family,White,Male,2174,0,40,United-States,<=50K
2,50,Self-emp-not-inc,83311,Bachelors,13,Married-civ-spouse,Exec-managerial,Husband,White,Male,0,0,13,United-States,<=50K
3,38,Private,215646,HS-grad,9,Divorced,Handlers-cleaners,Not-in-family,White,Male,0,0,40,United-States,<=50K
4,53,Private,234721,11th,7,Married-civ-spouse,Handlers-cleaners,Husband,Black,Male,0,0,40,United-States,<=50K
5,28,Private,338409,Bachelors,13,Married-civ-spouse,Prof-specialty,Wife,Black,Female,0,0,40,Cuba,<=50K
15,40,Private,121772,Assoc-voc,11,Married-civ-spouse,Craft-repair,Husband,Asian-Pac-Islander,Male,0,0,40,?,>50K
15,40,Private,121772,Assoc-voc,11,Married-civ-spouse,Craft-repair,Husband,Asian-Pac-Islander,Male,0,0,40,?,>50K
"""


def month(number: int) -> str:
    """Give one of the months from which the lake's orders are."""
    return f"{1997 + number // 12}-{number % 12 + 1:02}"


ORDERS = "order_id,customer_id,order_date,quantity,amount\n" + "".join(
    f"o{n},{n % 17 + 1},{month(n % 18)}-{n % 28 + 1:02},{n % 4 + 1},{n % 50}.{n:02}\n" for n in range(100)
)
POISON = "p1,,1997-01-01,1,2.00\np2,5,1997-13-01,1,2.00\np3,5,1997-01-01,one,2.00\n" + ORDERS.splitlines()[1] + "\n"


@dataclass(frozen=True)
class Story:
    """What happened: executions by their part in it, and what the topic told of them."""

    census: Execution
    census_again: Execution
    aborted: Execution
    failed: Execution
    retried: Execution
    several_tables: Execution
    compaction: Execution
    notices: list[dict[str, Any]]
    claim_after_failure: dict[str, str]


@pytest.fixture(scope="module")
def lake(laptop: Any, laptop_assembly: Assembly) -> PipelineLake:
    """Deploy the assembly that all tests share; to synthesize it again would take most of a deployment's time."""
    shutil.rmtree(laptop.home.assembly, ignore_errors=True)
    shutil.copytree(laptop_assembly.folder, laptop.home.assembly)
    deploy.deploy_assembly(laptop.home, Console(file=io.StringIO()))
    return PipelineLake(laptop)


@pytest.fixture(scope="module")
def story(lake: PipelineLake, tmp_path_factory: pytest.TempPathFactory) -> Story:
    queue = lake.listen()
    (census,) = lake.started_by("Census", "key", lake.put("census/ingest_date=1996-05-01/census.csv", CENSUS))
    several, compaction = two_at_once(lake, tmp_path_factory.mktemp("flights"))

    (aborted,) = lake.started_by("Orders", "key", lake.put("orders/ingest_date=1998-07-01/orders.csv", ORDERS + POISON))
    order = lake.input(aborted)
    seen = {lake.running_job("OrdersCurateJobName", set())}
    lake.client("stepfunctions").stop_execution(executionArn=aborted)
    failed = lake.start("Orders", order)
    for _ in range(2):
        run = lake.running_job("OrdersCurateJobName", seen)
        lake.stop_job("OrdersCurateJobName", run)
        seen.add(run)
    ended = {"aborted": lake.end(aborted), "failed": lake.end(failed)}
    claim = lake.claim(failed)
    with without_data_set(lake, "lake-cohort-retention"):
        ended["retried"] = lake.end(lake.start("Orders", order))

    ended |= {"census": lake.end(census), "several_tables": lake.end(several), "compaction": lake.end(compaction)}
    ended["census_again"] = lake.end(lake.start("Census", lake.input(census)))
    return Story(**ended, notices=lake.heard(queue), claim_after_failure=claim)


@contextmanager
def without_data_set(lake: PipelineLake, data_set: str) -> Iterator[None]:
    """Let somebody have deleted a data set of dashboards, for a while."""
    quicksight, account = lake.client("quicksight"), aws.ACCOUNT
    found = quicksight.describe_data_set(AwsAccountId=account, DataSetId=data_set)["DataSet"]
    members = quicksight.meta.service_model.operation_model("CreateDataSet").input_shape.members
    quicksight.delete_data_set(AwsAccountId=account, DataSetId=data_set)
    try:
        yield
    finally:
        kept = {name: value for name, value in found.items() if name in members}
        quicksight.create_data_set(AwsAccountId=account, **kept)


def two_at_once(lake: PipelineLake, folder: Path) -> tuple[str, str]:
    """Ask for two tables of one product and for a compaction of one of them, at the same moment."""
    files = []
    for table, text in {
        "airlines": "carrier,name\nAA,American Airlines Inc.\nB6,JetBlue Airways\n",
        "planes": "tailnum,year,type,manufacturer,model,engines,seats,speed,engine\n"
        "N10156,2004,Fixed wing multi engine,EMBRAER,EMB-145XR,2,55,NA,Turbo-fan\n",
    }.items():
        path = folder / f"{table}.csv"
        path.write_text(text)
        files.append(RawFile(FIRST, path, f"{table}/ingest_date=2014-01-02/{table}.csv"))
    with lake.environment():
        pipelines = Pipelines(DemoLake(lake.laptop.home, lake.laptop.run), Console(file=io.StringIO()))
        pipelines.deliver_by_hand("flights", files, "two tables")
    compaction = lake.start("Flights", {"tables": ["airlines"], "request": "compaction", "job": "compact"})
    (by_hand,) = lake.started_by("Flights", "request", "two tables")
    return by_hand, compaction


def test_new_object_runs_its_pipeline_to_the_end_and_people_hear_of_it(lake: PipelineLake, story: Story) -> None:
    assert (story.census.status, story.census.output["tables"]) == ("SUCCEEDED", ["census"])
    assert lake.claim(story.census.arn)["status"] == "SUCCEEDED"
    assert ("census", "SUCCEEDED") in [(each["product"], each["outcome"]) for each in story.notices]


@pytest.mark.parametrize(
    ("table", "raw", "curated"), [("census", 7, 6), ("orders", 104, 100), ("airlines", 2, 2), ("planes", 1, 1)]
)
@pytest.mark.usefixtures("story")
def test_raw_rows_are_curated_or_in_quarantine(lake: PipelineLake, table: str, raw: int, curated: int) -> None:
    ((found_raw,),) = lake.rows(f"select count(*) from {table}", database="lake_raw")
    ((found,),) = lake.rows(f"select count(*) from {table}")
    ((quarantined,),) = lake.rows(f"select count(*) from quarantine where source_table = '{table}'")

    assert (found_raw, found, quarantined) == (raw, curated, raw - curated)


@pytest.mark.usefixtures("story")
def test_unknown_values_and_reasons_are_what_the_file_says(lake: PipelineLake) -> None:
    assert lake.rows("select record_id from census where native_country is null") == [("15",)]
    reasons = lake.rows("select array_join(reasons, ',') from quarantine where source_table = 'orders' order by 1")
    assert [reason.split(":")[0] for (reason,) in reasons] == ["customer_id", "duplicate", "order_date", "quantity"]


@pytest.mark.usefixtures("story")
def test_aggregate_equals_an_independent_computation_to_the_cent(lake: PipelineLake, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    with duckdb.connect() as independent:
        expected = independent.execute(
            "select order_date, count(*), count(distinct customer_id), sum(quantity), sum(amount::decimal(10, 2)) "
            f"from read_csv('{tmp_path}/orders.csv', types = {{'amount': 'varchar'}}) group by 1 order by 1"
        ).fetchall()

    sql = "select order_date, orders, customers, quantity, revenue from daily_revenue order by order_date"
    assert lake.rows(sql, database="lake_analytics") == expected
    assert isinstance(expected[0][-1], Decimal)


def test_event_that_is_delivered_twice_runs_once(story: Story) -> None:
    assert story.census_again.status == "SUCCEEDED"
    assert story.census_again.output["outcome"] == "DUPLICATE"
    assert "StartCrawler" not in story.census_again.entered


def test_claim_and_turn_of_an_aborted_execution_are_taken_over(story: Story) -> None:
    assert story.aborted.status == "ABORTED"
    assert {"TakeOver", "DescribeWriter", "Curate"} <= set(story.failed.entered)


def test_run_whose_job_is_killed_twice_fails_is_marked_and_announced_with_the_reason(story: Story) -> None:
    assert story.failed.status == "FAILED"
    assert story.failed.cause.startswith("Glue job lake-laptop-Processing-JobsCurateOrders")
    assert story.failed.cause.endswith("ended STOPPED")
    assert story.claim_after_failure["status"] == "FAILED"
    assert story.claim_after_failure["failure"] == f"{story.failed.error}: {story.failed.cause}"
    heard = {each["execution"]: each for each in story.notices}[story.failed.arn]
    assert (heard["outcome"], heard["cause"]) == ("FAILED", story.failed.cause)


def test_failed_input_succeeds_when_it_is_tried_again(lake: PipelineLake, story: Story) -> None:
    assert (story.retried.status, story.retried.output["outcome"]) == ("SUCCEEDED", "SUCCEEDED")
    assert lake.claim(story.retried.arn)["status"] == "SUCCEEDED"
    assert lake.claim(story.retried.arn)["execution"] == story.retried.arn


def test_run_refreshes_what_dashboards_show_of_its_product(lake: PipelineLake, story: Story) -> None:
    orders = {each["dataSet"]: each for each in story.retried.output["refreshes"]}["lake-orders"]

    assert (orders["status"], orders["rows"], orders["dropped"]) == ("COMPLETED", 100, 0)
    assert json.loads(lake.claim(story.retried.arn)["refreshes"]) == story.retried.output["refreshes"]
    assert story.census.output["refreshes"] == []


def test_data_set_that_is_missing_is_told_and_the_run_is_good(story: Story) -> None:
    heard = {each["outcome"]: each for each in story.notices if each["execution"] == story.retried.arn}

    assert set(heard) == {"REFRESH_FAILED", "SUCCEEDED"}
    assert [(each["dataSet"], each["status"]) for each in heard["REFRESH_FAILED"]["refreshes"]] == [
        ("lake-cohort-retention", "MISSING")
    ]


def test_request_for_several_tables_is_one_run(lake: PipelineLake, story: Story) -> None:
    assert (story.several_tables.status, story.several_tables.output["tables"]) == ("SUCCEEDED", ["airlines", "planes"])
    runs = lake.rows(
        f"select source_table from pipeline_runs where run_id = '{story.several_tables.name}' order by 1",
        database="lake_analytics",
    )
    assert runs == [("airlines",), ("planes",)]


def test_two_runs_of_a_product_take_turns(story: Story) -> None:
    assert story.compaction.status == "SUCCEEDED"
    writing = [(story.several_tables.entered["Curate"], story.several_tables.ended)]
    writing.append((story.compaction.entered["Compact"], story.compaction.ended))
    (_, first_ended), (second_begun, _) = sorted(writing)

    assert first_ended <= second_begun


@pytest.mark.usefixtures("story")
def test_smoke_tests_of_the_deployed_lake_pass(lake: PipelineLake, tmp_path: Path) -> None:
    report = tmp_path / "smoke.json"
    command = [sys.executable, "-m", "smoke", "--environment", "laptop", "--json", str(report)]
    environment = os.environ | {"LAKE_HOME": str(lake.laptop.home.path)}

    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)

    assert report.exists(), done.stdout + done.stderr
    failed = [(each["title"], each["proof"]) for each in json.loads(report.read_text()) if each["state"] == "failed"]
    assert failed == []
    assert done.returncode == 0
