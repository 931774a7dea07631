"""Athena's API on the laptop: workgroups, limits, formats, partitions, catalog statements and their results."""

from __future__ import annotations

import bz2
import gzip
import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Laptop

BUCKET, DATABASE, WORKGROUP = "athena-lake", "athena_test", "athena-test"
ORDERS = "id,country,amount,placed\n1,DE,10.50,2026-01-01\n2,FR,x,2026-01-02\n3,DE,7.25,not a date\n"


class Athena:
    """Runs statements and waits for them."""

    def __init__(self, laptop: Laptop) -> None:
        self.api = laptop.client("athena")
        self.s3 = laptop.client("s3")
        self.glue = laptop.client("glue")

    def start(self, sql: str, **options: Any) -> str:
        options.setdefault("WorkGroup", WORKGROUP)
        context = {"Database": DATABASE}
        started = self.api.start_query_execution(QueryString=sql, QueryExecutionContext=context, **options)
        return str(started["QueryExecutionId"])

    def wait(self, query_id: str) -> dict[str, Any]:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            execution = self.api.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
            if execution["Status"]["State"] not in {"QUEUED", "RUNNING"}:
                return dict(execution)
            time.sleep(0.02)
        raise AssertionError(f"the query {query_id} did not end")

    def run(self, sql: str, **options: Any) -> dict[str, Any]:
        return self.wait(self.start(sql, **options))

    def ok(self, sql: str, **options: Any) -> dict[str, Any]:
        execution = self.run(sql, **options)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        return execution

    def rows(self, sql: str, **options: Any) -> list[list[str | None]]:
        query_id = self.ok(sql, **options)["QueryExecutionId"]
        rows = self.api.get_query_results(QueryExecutionId=query_id)["ResultSet"]["Rows"]
        values = [[datum.get("VarCharValue") for datum in row["Data"]] for row in rows]
        return values[1:] if sql.split(maxsplit=1)[0].lower() in {"select", "with", "values", "execute"} else values

    def reason(self, sql: str, **options: Any) -> str:
        execution = self.run(sql, **options)
        assert execution["Status"]["State"] == "FAILED", execution["Status"]
        return str(execution["Status"]["StateChangeReason"])

    def put(self, key: str, content: str | bytes) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content.encode() if isinstance(content, str) else content)

    def get(self, uri: str) -> bytes:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return bytes(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())


@pytest.fixture(scope="module")
def athena(laptop: Laptop) -> Athena:
    made = Athena(laptop)
    made.s3.create_bucket(Bucket=BUCKET)
    made.glue.create_database(DatabaseInput={"Name": DATABASE})
    made.api.create_work_group(
        Name=WORKGROUP,
        Configuration={
            "ResultConfiguration": {
                "OutputLocation": f"s3://{BUCKET}/results/",
                "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"},
            },
            "EnforceWorkGroupConfiguration": True,
        },
    )
    return made


def external(athena: Athena, columns: str, rest: str, prefix: str | None = None) -> str:
    """Create a table over a prefix of its own name, and return the name."""
    name = f"t_{uuid.uuid4().hex[:8]}"
    athena.ok(f"CREATE EXTERNAL TABLE {name} ({columns}) {rest} LOCATION 's3://{BUCKET}/{prefix or name}/'")
    return name


def test_delimited_text_gives_null_for_what_does_not_parse(athena: Athena) -> None:
    athena.put("lazy/a.csv", ORDERS)
    name = external(
        athena,
        "id int, country string, amount decimal(10,2), placed date, extra string",
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','",
        "lazy",
    )
    athena.ok(f"ALTER TABLE {name} SET TBLPROPERTIES ('skip.header.line.count' = '1')")
    assert athena.rows(f"SELECT * FROM {name} ORDER BY id") == [
        ["1", "DE", "10.50", "2026-01-01", None],
        ["2", "FR", None, "2026-01-02", None],
        ["3", "DE", "7.25", None, None],
    ]


@pytest.mark.parametrize(("suffix", "compress"), [("csv.gz", gzip.compress), ("csv.bz2", bz2.compress)])
def test_compressed_text_is_read_and_billed_as_it_is_stored(athena: Athena, suffix: str, compress: Any) -> None:
    content = compress(("1,DE\r\n" * 5000).encode())
    prefix = f"packed-{suffix.replace('.', '-')}"
    athena.put(f"{prefix}/a.{suffix}", content)
    name = external(athena, "id int, country string", "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','", prefix)
    assert athena.rows(f"SELECT count(*), max(country) FROM {name}") == [["5000", "DE"]]
    scanned = athena.ok(f"SELECT id FROM {name} LIMIT 1")["Statistics"]["DataScannedInBytes"]
    assert scanned == len(content)


def test_open_csv_reads_quotes_and_refuses_bad_numbers(athena: Athena) -> None:
    athena.put("quoted/a.csv", 'id,name\n1,"a, ""b"""\n2,c\n')
    serde = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'"
    name = external(athena, "id int, name string", serde, "quoted")
    assert "HIVE_BAD_DATA: Error parsing field value 'id' for field 0" in athena.reason(f"SELECT id FROM {name}")
    athena.ok(f"ALTER TABLE {name} SET TBLPROPERTIES ('skip.header.line.count' = '1')")
    assert athena.rows(f"SELECT id, name FROM {name} ORDER BY id") == [["1", 'a, "b"'], ["2", "c"]]


def test_json_lines_match_keys_without_case_and_keep_structures(athena: Athena) -> None:
    athena.put(
        "json/a.json",
        '{"Id": 1, "tags": ["x", "y"], "at": {"city": "Köln", "zip": 50667}}\n\n{"id": 2, "other": true}\n',
    )
    name = external(
        athena,
        "id int, tags array<string>, at struct<city:string,zip:int>",
        "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'",
        "json",
    )
    sql = f"SELECT id, cardinality(tags), at.city, at.zip + 1 FROM {name} ORDER BY id"
    assert athena.rows(sql) == [["1", "2", "Köln", "50668"], ["2", None, None, None]]
    athena.put("json/b.json", "no json\n")
    assert "HIVE_CURSOR_ERROR: Row is not a valid JSON Object" in athena.reason(sql)


def test_access_logs_are_read_with_grok(athena: Athena) -> None:
    line = '203.0.113.7 - frank [10/Oct/2025:13:55:36 -0700] "GET /a?b=1 HTTP/1.1" 200 2326 "http://x/" "curl/8"\n'
    athena.put("logs/access.log", line + "no log line\n")
    names = ("clientip", "auth", "timestamp", "verb", "request", "response", "agent")
    athena.glue.create_table(
        DatabaseName=DATABASE,
        TableInput={
            "Name": "access_logs",
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": {
                "Columns": [{"Name": name, "Type": "string"} for name in names] + [{"Name": "bytes", "Type": "int"}],
                "Location": f"s3://{BUCKET}/logs/",
                "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
                "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                "SerdeInfo": {
                    "SerializationLibrary": "com.amazonaws.glue.serde.GrokSerDe",
                    "Parameters": {"input.format": "%{COMBINEDAPACHELOG}"},
                },
            },
        },
    )
    sql = "SELECT clientip, auth, request, response, bytes, agent FROM access_logs ORDER BY clientip"
    assert athena.rows(sql) == [
        ["203.0.113.7", "frank", "/a?b=1", "200", "2326", '"curl/8"'],
        [None, None, None, None, None, None],
    ]


def test_projected_partitions_need_no_registration_and_ignore_the_registered(athena: Athena) -> None:
    for day, rows in (("2026-01-01", "1\n"), ("2026-01-02", "2\n3\n"), ("2026-02-01", "9\n")):
        athena.put(f"projected/{day.replace('-', '/')}/a.csv", rows)
    athena.ok(
        f"""CREATE EXTERNAL TABLE projected (id int) PARTITIONED BY (day string)
        LOCATION 's3://{BUCKET}/projected/'
        TBLPROPERTIES ('projection.enabled' = 'true', 'projection.day.type' = 'date',
          'projection.day.format' = 'yyyy-MM-dd', 'projection.day.range' = '2026-01-01,2026-01-31',
          'storage.location.template' = 's3://{BUCKET}/projected/${{day}}/')"""
    )
    athena.ok(
        "ALTER TABLE projected SET TBLPROPERTIES ('projection.day.format' = 'yyyy/MM/dd',"
        " 'projection.day.range' = '2026/01/01,2026/01/31')"
    )
    athena.ok(f"ALTER TABLE projected ADD PARTITION (day = 'x') LOCATION 's3://{BUCKET}/projected/2026/02/01/'")
    counted = athena.rows("SELECT day, count(*) FROM projected GROUP BY day ORDER BY day")
    assert counted == [["2026/01/01", "1"], ["2026/01/02", "2"]]
    execution = athena.ok("SELECT id FROM projected WHERE day >= '2026/01/02'")
    assert execution["Statistics"]["DataScannedInBytes"] == 4


def test_injected_partitions_need_an_equality(athena: Athena) -> None:
    athena.put("injected/c7/a.csv", "5\n")
    athena.ok(
        f"""CREATE EXTERNAL TABLE injected (id int) PARTITIONED BY (customer string)
        LOCATION 's3://{BUCKET}/injected/'
        TBLPROPERTIES ('projection.enabled' = 'true', 'projection.customer.type' = 'injected',
          'storage.location.template' = 's3://{BUCKET}/injected/${{customer}}/')"""
    )
    assert athena.rows("SELECT id, customer FROM injected WHERE customer = 'c7'") == [["5", "c7"]]
    assert "CONSTRAINT_VIOLATION: For the injected projected partition" in athena.reason("SELECT id FROM injected")


def test_partitions_are_added_shown_and_dropped(athena: Athena) -> None:
    athena.put("parted/day=2026-01-01/a.csv", "1\n")
    athena.put("parted/day=2026-01-02/a.csv", "2\n")
    athena.ok(f"CREATE EXTERNAL TABLE parted (id int) PARTITIONED BY (day date) LOCATION 's3://{BUCKET}/parted/'")
    athena.ok("ALTER TABLE parted ADD IF NOT EXISTS PARTITION (day = '2026-01-01')")
    assert "ALREADY_EXISTS" in athena.reason("ALTER TABLE parted ADD PARTITION (day = '2026-01-01')")
    assert athena.rows("SELECT id FROM parted") == [["1"]]
    repaired = athena.rows("MSCK REPAIR TABLE parted")
    assert repaired[-1] == ["Repair: Added partition to metastore parted:day=2026-01-02"]
    assert athena.rows("SHOW PARTITIONS parted") == [["day=2026-01-01"], ["day=2026-01-02"]]
    assert athena.rows("SELECT id FROM parted WHERE day > DATE '2026-01-01'") == [["2"]]
    athena.ok("ALTER TABLE parted DROP PARTITION (day = '2026-01-02')")
    assert athena.rows("SELECT count(*) FROM parted") == [["1"]]


def test_tables_views_and_databases_are_shown_and_described(athena: Athena) -> None:
    athena.ok(
        f"CREATE EXTERNAL TABLE shown (id int COMMENT 'the key') PARTITIONED BY (d string) LOCATION 's3://{BUCKET}/s/'"
    )
    athena.ok("CREATE VIEW shown_view AS SELECT id FROM shown")
    assert ["shown"] in athena.rows("SHOW TABLES 'sho*'")
    assert athena.rows("SHOW VIEWS LIKE 'shown*'") == [["shown_view"]]
    assert [DATABASE] in athena.rows("SHOW DATABASES")
    described = athena.rows("DESCRIBE shown")
    assert described[:2] == [["id", "int", "the key"], ["d", "string", ""]]
    assert athena.rows("SHOW COLUMNS IN shown") == [["id"], ["d"]]
    assert athena.rows("SHOW CREATE TABLE shown")[0] == [f"CREATE EXTERNAL TABLE `{DATABASE}.shown`("]
    listed = athena.rows(
        f"SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = '{DATABASE}'"
    )
    assert ["shown_view", "VIEW"] in listed
    columns = athena.rows("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'shown'")
    assert columns == [["id", "integer"], ["d", "varchar"]]
    assert "TABLE_NOT_FOUND" in athena.reason("DROP TABLE never_was")
    athena.ok("DROP TABLE IF EXISTS never_was")
    athena.ok("DROP VIEW shown_view")
    assert "TABLE_NOT_FOUND" in athena.reason("SELECT * FROM shown_view")


def test_the_path_of_a_row_is_its_object(athena: Athena) -> None:
    athena.put("paths/a.csv", "1\n")
    name = external(athena, "id int", "", "paths")
    assert athena.rows(f'SELECT "$path", id FROM {name}') == [[f"s3://{BUCKET}/paths/a.csv", "1"]]
    assert athena.rows(f"SELECT * FROM {name}") == [["1"]]


def test_unload_writes_partitions_and_refuses_a_full_folder(athena: Athena) -> None:
    sql = f"UNLOAD (SELECT 1 AS id, 'a' AS kind UNION ALL SELECT 2, 'b') TO 's3://{BUCKET}/unloaded/'"
    sql += " WITH (format = 'PARQUET', partitioned_by = ARRAY['kind'])"
    execution = athena.ok(sql)
    manifest = athena.get(execution["Statistics"]["DataManifestLocation"]).decode().splitlines()
    assert [uri.rpartition("/")[0] for uri in manifest] == [
        f"s3://{BUCKET}/unloaded/kind=a",
        f"s3://{BUCKET}/unloaded/kind=b",
    ]
    assert "HIVE_PATH_ALREADY_EXISTS" in athena.reason(sql)


def test_a_partitioned_ctas_registers_its_partitions_and_inserts_add_to_them(athena: Athena) -> None:
    athena.ok(
        "CREATE TABLE made WITH (partitioned_by = ARRAY['k']) AS SELECT 1.50 AS v, 'a' AS k UNION ALL SELECT 2.25, 'b'"
    )
    inserted = athena.ok("INSERT INTO made (k, v) SELECT 'c', 0.01")
    assert athena.rows("SELECT k, v FROM made ORDER BY k") == [["a", "1.50"], ["b", "2.25"], ["c", "0.01"]]
    results = athena.api.get_query_results(QueryExecutionId=inserted["QueryExecutionId"])
    assert results["UpdateCount"] == 1
    assert "TYPE_MISMATCH" in athena.reason("INSERT INTO made SELECT 'text', 'd'")
    assert "TABLE_ALREADY_EXISTS" in athena.reason("CREATE TABLE made AS SELECT 1 AS v")


def test_results_are_encrypted_objects_where_the_workgroup_says(athena: Athena) -> None:
    elsewhere = {"OutputLocation": f"s3://{BUCKET}/elsewhere/"}
    execution = athena.ok("SELECT 'a,\"b\"' AS x, CAST(NULL AS VARCHAR) AS y, '' AS z", ResultConfiguration=elsewhere)
    query_id = execution["QueryExecutionId"]
    location = execution["ResultConfiguration"]["OutputLocation"]
    assert location == f"s3://{BUCKET}/results/{query_id}.csv"
    assert athena.get(location).decode() == '"x","y","z"\n"a,""b""",,""\n'
    head = athena.s3.head_object(Bucket=BUCKET, Key=f"results/{query_id}.csv")
    assert head["ServerSideEncryption"] == "AES256"
    assert athena.get(f"{location}.metadata") == b""


def test_a_query_over_the_limit_of_the_workgroup_is_cancelled(athena: Athena) -> None:
    athena.put("big/a.csv", b"x" * 99 + b"\n" + b"y" * 11_000_000)
    name = external(athena, "x string", "", "big")
    configuration = {
        "ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/results/"},
        "BytesScannedCutoffPerQuery": 10_000_000,
    }
    athena.api.create_work_group(Name="limited", Configuration=configuration)
    execution = athena.run(f"SELECT count(*) FROM {name}", WorkGroup="limited")
    assert execution["Status"]["State"] == "CANCELLED"
    assert execution["Status"]["StateChangeReason"] == "Bytes scanned limit was exceeded"
    assert execution["Statistics"]["DataScannedInBytes"] == 11_000_100
    assert athena.rows("SELECT 1", WorkGroup="limited") == [["1"]]


def test_a_disabled_an_unknown_and_an_aimless_workgroup_refuse(athena: Athena) -> None:
    athena.api.create_work_group(Name="aimless")
    with pytest.raises(ClientError, match="No output location provided"):
        athena.start("SELECT 1", WorkGroup="aimless")
    athena.api.update_work_group(WorkGroup="aimless", State="DISABLED")
    with pytest.raises(ClientError, match="WorkGroup aimless is disabled"):
        athena.start("SELECT 1", WorkGroup="aimless")
    with pytest.raises(ClientError, match="WorkGroup unknown is not found"):
        athena.start("SELECT 1", WorkGroup="unknown")


def test_a_running_query_stops_when_it_is_told(athena: Athena) -> None:
    endless = "SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a(x), UNNEST(sequence(1, 10000)) AS b(y),"
    endless += " UNNEST(sequence(1, 10000)) AS c(z) WHERE x * y + z = 7"
    query_id = athena.start(endless)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        status = athena.api.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]
        if status["State"] == "RUNNING":
            break
        time.sleep(0.01)
    athena.api.stop_query_execution(QueryExecutionId=query_id)
    assert athena.wait(query_id)["Status"]["State"] == "CANCELLED"


def test_pages_cover_a_result_and_its_types(athena: Athena) -> None:
    columns = "x, CAST(x AS DECIMAL(10,2)) AS d, CAST(x AS DOUBLE) AS f, ARRAY[x] AS xs"
    sql = f"SELECT {columns} FROM UNNEST(sequence(1, 25)) AS t(x)"
    query_id = athena.ok(sql)["QueryExecutionId"]
    pages = [
        page["ResultSet"]
        for page in athena.api.get_paginator("get_query_results").paginate(
            QueryExecutionId=query_id, PaginationConfig={"PageSize": 10}
        )
    ]
    assert [len(page["Rows"]) for page in pages] == [10, 10, 6]
    assert [column["Type"] for column in pages[0]["ResultSetMetadata"]["ColumnInfo"]] == [
        "bigint",
        "decimal",
        "double",
        "array",
    ]
    assert pages[0]["ResultSetMetadata"]["ColumnInfo"][1]["Scale"] == 2


def test_a_request_token_starts_one_query(athena: Athena) -> None:
    token = uuid.uuid4().hex
    first = athena.start("SELECT 1", ClientRequestToken=token)
    assert athena.start("SELECT 1", ClientRequestToken=token) == first
    with pytest.raises(ClientError, match="Idempotent parameters do not match"):
        athena.start("SELECT 2", ClientRequestToken=token)


def test_parameters_and_prepared_statements_are_bound(athena: Athena) -> None:
    assert athena.rows("SELECT ?, '?' || ?", ExecutionParameters=["1", "'x'"]) == [["1", "?x"]]
    assert "expected 1 but found 2" in athena.reason("SELECT ?", ExecutionParameters=["1", "2"])
    athena.ok("PREPARE twice FROM SELECT ? * 2, ?")
    assert athena.rows("EXECUTE twice USING 21, 'a,b'") == [["42", "a,b"]]
    assert athena.rows("EXECUTE twice", ExecutionParameters=["4", "'c'"]) == [["8", "c"]]
    stored = athena.api.get_prepared_statement(StatementName="twice", WorkGroup=WORKGROUP)["PreparedStatement"]
    assert stored["QueryStatement"] == "SELECT ? * 2, ?"
    athena.ok("DEALLOCATE PREPARE twice")
    assert "Prepared statement not found: twice" in athena.reason("EXECUTE twice USING 1, 2")


def test_named_queries_are_kept_changed_and_deleted(athena: Athena) -> None:
    made = athena.api.create_named_query(Name="n", Database=DATABASE, QueryString="SELECT 1", WorkGroup=WORKGROUP)
    key = made["NamedQueryId"]
    athena.api.update_named_query(NamedQueryId=key, Name="n", QueryString="SELECT 2")
    assert athena.api.batch_get_named_query(NamedQueryIds=[key, "x"])["NamedQueries"][0]["QueryString"] == "SELECT 2"
    assert key in athena.api.list_named_queries(WorkGroup=WORKGROUP)["NamedQueryIds"]
    athena.api.delete_named_query(NamedQueryId=key)
    with pytest.raises(ClientError, match="was not found"):
        athena.api.get_named_query(NamedQueryId=key)


def test_queries_are_listed_newest_first_with_their_statistics(athena: Athena) -> None:
    first, second = (athena.ok("SELECT 1")["QueryExecutionId"] for _ in range(2))
    listed = athena.api.list_query_executions(WorkGroup=WORKGROUP, MaxResults=2)["QueryExecutionIds"]
    assert listed == [second, first]
    found = athena.api.batch_get_query_execution(QueryExecutionIds=[first, "nope"])
    assert found["QueryExecutions"][0]["StatementType"] == "DML"
    assert found["UnprocessedQueryExecutionIds"][0]["QueryExecutionId"] == "nope"
    statistics = athena.api.get_query_runtime_statistics(QueryExecutionId=first)["QueryRuntimeStatistics"]
    assert statistics["Rows"]["OutputRows"] == 1


@pytest.mark.parametrize(
    "sql",
    [
        "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE",
        "CREATE TABLE ice (id int) LOCATION 's3://x/y/' TBLPROPERTIES ('table_type' = 'ICEBERG')",
        "SELECT * FROM t MATCH_RECOGNIZE (PATTERN (a) DEFINE a AS true)",
        "VACUUM t",
    ],
)
def test_fails_and_says_that_the_laptop_lacks_it(athena: Athena, sql: str) -> None:
    assert "is not supported by the laptop's Athena; it runs on AWS only" in athena.reason(sql)


def test_fails_at_once_for_what_is_no_statement(athena: Athena) -> None:
    with pytest.raises(ClientError, match="mismatched input 'SELEC'"):
        athena.start("SELEC 1")
    with pytest.raises(ClientError, match="Only one sql statement is allowed"):
        athena.start("SELECT 1; SELECT 2")
