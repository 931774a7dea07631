"""Athena's expressions with the values that Trino's documentation gives them."""

from __future__ import annotations

from pathlib import Path

import pytest

from laptop.emulator.athena import engine
from laptop.emulator.athena.errors import NotSupportedOnLaptopError, QueryError
from laptop.emulator.athena.values import text

Row = tuple[str | None, ...]


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKE_CACHE_DIR", str(tmp_path))


def run(sql: str) -> list[Row]:
    with engine.prepare(sql, "default", engine.Control()) as prepared:
        relation = prepared.relation()
        cursor = prepared.execute(prepared.rows_sql(relation))
        return [tuple(text(value) for value in row) for row in prepared.rows(cursor)]


def names(sql: str) -> list[str]:
    with engine.prepare(sql, "default", engine.Control()) as prepared:
        return list(prepared.relation().columns)


VALUES: list[tuple[str, str | None]] = [
    ("7/2", "3"),
    ("-7/2", "-3"),
    ("7.0/2", "3.5"),
    ("1.0/3", "0.3"),
    ("CAST(7 AS DECIMAL(10,2))/2", "3.50"),
    ("1e0/0", "Infinity"),
    ("try(1/0)", None),
    ("date_diff('day', DATE '2020-01-01', DATE '2020-03-01')", "60"),
    ("date_diff('month', DATE '2020-01-31', DATE '2020-02-29')", "0"),
    ("date_diff('month', DATE '2020-01-31', DATE '2020-03-31')", "2"),
    ("date_diff('hour', TIMESTAMP '2020-01-01 00:59:00', TIMESTAMP '2020-01-01 02:00:00')", "1"),
    ("date_diff('year', DATE '2019-06-01', DATE '2020-05-31')", "0"),
    ("date_add('month', 1, DATE '2020-01-31')", "2020-02-29"),
    ("date_add('day', -1, DATE '2020-03-01')", "2020-02-29"),
    ("date_trunc('month', DATE '2020-05-17')", "2020-05-01"),
    ("date_trunc('hour', TIMESTAMP '2020-05-17 12:34:56')", "2020-05-17 12:00:00.000"),
    ("DATE '2020-01-31' + INTERVAL '1' MONTH", "2020-02-29"),
    (r"regexp_replace('1a 2b 14m', '(\d+)([ab]) ', '3c$2 ')", "3ca 3cb 14m"),
    (r"regexp_replace('1a 2b 14m', '\d+[ab] ')", "14m"),
    (r"regexp_extract('1a 2b 14m', '\d+')", "1"),
    (r"regexp_extract('1a 2b 14m', '(\d+)([a-z]+)', 2)", "a"),
    (r"regexp_extract('abc', '\d+')", None),
    (r"regexp_extract_all('1a 2b 14m', '\d+')", "[1, 2, 14]"),
    (r"regexp_like('1a 2b', '\d+b')", "true"),
    (r"regexp_count('1a 2b 14m', '\s*[a-z]+\s*')", "3"),
    (r"regexp_split('1a 2b 14m', '\s*[a-z]+\s*')", "[1, 2, 14, ]"),
    ("slice(ARRAY[1,2,3,4], 2, 2)", "[2, 3]"),
    ("slice(ARRAY[1,2,3,4], -2, 2)", "[3, 4]"),
    ("array_distinct(ARRAY[3,1,3,2,1])", "[3, 1, 2]"),
    ("ARRAY[1,2,3][2]", "2"),
    ("element_at(ARRAY[1,2,3], -1)", "3"),
    ("element_at(ARRAY[1,2,3], 9)", None),
    ("element_at(MAP(ARRAY['a','b'], ARRAY[1,2]), 'b')", "2"),
    ("element_at(MAP(ARRAY['a','b'], ARRAY[1,2]), 'x')", None),
    ("MAP(ARRAY['a'], ARRAY[1])['a']", "1"),
    ("cardinality(ARRAY[1,2,3])", "3"),
    ("cardinality(MAP(ARRAY['a'], ARRAY[1]))", "1"),
    ("contains(ARRAY[1,2], 2)", "true"),
    ("contains(ARRAY[1,NULL], 2)", None),
    ("array_position(ARRAY['a','b'], 'z')", "0"),
    ("array_join(ARRAY['a',NULL,'c'], '-')", "a-c"),
    ("array_sort(ARRAY[3,NULL,1])", "[1, 3, null]"),
    ("array_max(ARRAY[1,5,2])", "5"),
    ("flatten(ARRAY[ARRAY[1,2],ARRAY[3]])", "[1, 2, 3]"),
    ("sequence(1, 5, 2)", "[1, 3, 5]"),
    ("sequence(DATE '2020-01-01', DATE '2020-01-03', INTERVAL '1' DAY)", "[2020-01-01, 2020-01-02, 2020-01-03]"),
    ("transform(ARRAY[1,2], x -> x * 10)", "[10, 20]"),
    ("filter(ARRAY[5,-6,7], x -> x > 0)", "[5, 7]"),
    ("reduce(ARRAY[5,20,50], 0, (s, x) -> s + x, s -> s * 2)", "150"),
    ("any_match(ARRAY[1,2], x -> x > 1)", "true"),
    ("all_match(ARRAY[1,2], x -> x > 1)", "false"),
    ("none_match(ARRAY[1,2], x -> x > 5)", "true"),
    ("zip_with(ARRAY[1,3], ARRAY[2,4], (x, y) -> x + y)", "[3, 7]"),
    ("array_union(ARRAY[1,2], ARRAY[2,3])", "[1, 2, 3]"),
    ("array_except(ARRAY[1,2], ARRAY[2,3])", "[1]"),
    ("array_intersect(ARRAY[1,2], ARRAY[2,3])", "[2]"),
    ("arrays_overlap(ARRAY[1,2], ARRAY[2,3])", "true"),
    ("array_remove(ARRAY[1,2,1], 1)", "[2]"),
    ("concat('a', NULL)", None),
    ("concat('a', 'b', 'c')", "abc"),
    ("'a' || 'b'", "ab"),
    ("greatest(1, NULL)", None),
    ("greatest(1, 3)", "3"),
    ("least(2, 1)", "1"),
    ("substr('abc', 0)", ""),
    ("substr('abc', -2)", "bc"),
    ("substr('abc', 2, 1)", "b"),
    ("substring('abc' from 2 for 1)", "b"),
    ("split('a,b', ',')", "[a, b]"),
    ("split_part('a,b', ',', 2)", "b"),
    ("split_part('a,b', ',', 5)", None),
    ("strpos('abc', 'c')", "3"),
    ("position('c' IN 'abc')", "3"),
    ("length('é')", "1"),
    ("lpad('5', 3, '0')", "005"),
    ("replace('aXb', 'X', '-')", "a-b"),
    ("reverse('abc')", "cba"),
    ("upper('abc')", "ABC"),
    ("trim('  a ')", "a"),
    ("starts_with('abc', 'ab')", "true"),
    ("chr(65)", "A"),
    ("codepoint('A')", "65"),
    ("translate('abcd', 'ab', 'xy')", "xycd"),
    ("levenshtein_distance('kitten', 'sitting')", "3"),
    ("crc32(to_utf8('123456789'))", "3421780262"),
    ("crc32(to_utf8('straße'))", "2285851341"),
    ("crc32(to_utf8(''))", "0"),
    ("mod(crc32(to_utf8('rail')), 16)", "1"),
    ("to_hex(md5(to_utf8('a')))", "0CC175B9C0F1B6A831C399E269772661"),
    ("to_hex(sha256(to_utf8('')))", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"),
    ("from_utf8(to_utf8('é'))", "é"),
    ("CAST('12' AS INTEGER)", "12"),
    ("TRY_CAST('12.5' AS INTEGER)", None),
    ("try(CAST('x' AS INTEGER))", None),
    ("CAST(2.5e0 AS INTEGER)", "3"),
    ("CAST(1.5 AS INTEGER)", "2"),
    ("CAST(DATE '2020-01-01' AS VARCHAR)", "2020-01-01"),
    ("CAST(TIMESTAMP '2020-01-01 01:02:03' AS VARCHAR)", "2020-01-01 01:02:03"),
    ("CAST('2020-01-01' AS DATE)", "2020-01-01"),
    ("CAST('abcdef' AS VARCHAR(3))", "abc"),
    ("date_format(TIMESTAMP '2020-01-02 03:04:05', '%Y-%m-%d %H:%i:%s')", "2020-01-02 03:04:05"),
    ("date_parse('2020/01/02', '%Y/%m/%d')", "2020-01-02 00:00:00.000"),
    ("format_datetime(TIMESTAMP '2020-01-02 03:04:05', 'yyyy-MM')", "2020-01"),
    ("from_unixtime(0)", "1970-01-01 00:00:00.000 UTC"),
    ("to_unixtime(TIMESTAMP '1970-01-01 00:01:00')", "60.0"),
    ("from_iso8601_date('2020-01-02')", "2020-01-02"),
    ("from_iso8601_timestamp('2020-01-02T03:04:05Z')", "2020-01-02 03:04:05.000 UTC"),
    ("to_iso8601(DATE '2020-01-02')", "2020-01-02"),
    ("day_of_week(DATE '2020-01-05')", "7"),
    ("day_of_year(DATE '2020-02-01')", "32"),
    ("week(DATE '2020-01-05')", "1"),
    ("quarter(DATE '2020-05-05')", "2"),
    ("year(DATE '2020-05-05')", "2020"),
    ("extract(month FROM DATE '2020-05-05')", "5"),
    ("last_day_of_month(DATE '2020-02-05')", "2020-02-29"),
    ("date(TIMESTAMP '2020-02-05 10:00:00')", "2020-02-05"),
    ('json_extract_scalar(\'{"a": {"b": "x"}}\', \'$.a.b\')', "x"),
    ('json_extract_scalar(\'{"a": {"b": "x"}}\', \'$.a\')', None),
    ("json_extract('{\"a\": {\"b\": 1}}', '$.a')", '{"b":1}'),
    ("json_array_length('[1, 2, 3]')", "3"),
    ("json_format(json_parse('[1]'))", "[1]"),
    ("url_extract_host('https://example.com:8080/p?k=v#f')", "example.com"),
    ("url_extract_port('https://example.com:8080/p?k=v#f')", "8080"),
    ("url_extract_parameter('https://example.com/p?k=a%20b', 'k')", "a b"),
    ("url_extract_path('https://example.com/p/q?k=v')", "/p/q"),
    ("round(2.5)", "3"),
    ("round(-2.5)", "-3"),
    ("round(2.345, 2)", "2.350"),
    ("round(2.5e0)", "3.0"),
    ("ceil(1.2e0)", "2.0"),
    ("mod(-5, 3)", "-2"),
    ("-5 % 3", "-2"),
    ("power(2, 10)", "1024.0"),
    ("log(2, 8)", "3.0"),
    ("truncate(1.9e0)", "1.0"),
    ("sign(-3)", "-1"),
    ("width_bucket(5.3e0, 0.2e0, 10.6e0, 5)", "3"),
    ("bitwise_and(19, 25)", "17"),
    ("coalesce(NULL, 'a')", "a"),
    ("nullif(1, 1)", None),
    ("if(1 > 2, 'a', 'b')", "b"),
    ("CASE WHEN 1 IS DISTINCT FROM NULL THEN 'y' ELSE 'n' END", "y"),
    ("CAST(ROW(1, 'x') AS ROW(a INTEGER, b VARCHAR)).b", "x"),
    ("CAST(ROW(1, 'x') AS ROW(a INTEGER, b VARCHAR))", "{a=1, b=x}"),
    ("'a' LIKE 'A'", "false"),
    ("1e10", "1.0E10"),
    ("true AND NULL", None),
    ("concat_ws(',', 'a', 'b')", "a,b"),
    ("from_base64('aGk=')", "68 69"),
    ("to_base64(to_utf8('hi'))", "aGk="),
    ("map_keys(MAP(ARRAY['a'], ARRAY[1]))", "[a]"),
    ("map_concat(MAP(ARRAY['a'], ARRAY[1]), MAP(ARRAY['b'], ARRAY[2]))", "{a=1, b=2}"),
    ("date_add('hour', 2, TIMESTAMP '2020-01-01 23:00:00')", "2020-01-02 01:00:00.000"),
    ("hamming_distance('abc', 'abd')", "1"),
    ("is_nan(1e0)", "false"),
    ("pi()", "3.141592653589793"),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES, ids=[expression for expression, _ in VALUES])
def test_expression_has_the_value_that_trino_documents(expression: str, expected: str | None) -> None:
    assert run(f"SELECT {expression}") == [(expected,)]


ERRORS: list[tuple[str, str]] = [
    ("SELECT 1/0", "DIVISION_BY_ZERO"),
    (
        "SELECT ARRAY[1,2][5]",
        "INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: 5 > 2",
    ),
    ("SELECT MAP(ARRAY['a'], ARRAY[1])['b']", "INVALID_FUNCTION_ARGUMENT: Key not present in map: b"),
    ("SELECT CAST('12.5' AS INTEGER)", "INVALID_CAST_ARGUMENT: Cannot cast '12.5' to INT"),
    ("SELECT 1 = '1'", "TYPE_MISMATCH: line 1:8: Cannot apply operator: integer = varchar(1)"),
    ("SELECT DATE '2020-01-01' < '2020-01-02'", "TYPE_MISMATCH"),
    ("SELECT 1 IN ('a')", "TYPE_MISMATCH"),
    ("SELECT 1 || 'a'", "FUNCTION_NOT_FOUND"),
    ("SELECT '1' + 1", "TYPE_MISMATCH"),
    ("SELECT 1::varchar", "SYNTAX_ERROR"),
    ("SELECT [1, 2]", "SYNTAX_ERROR"),
    ("SELECT ifnull(1, 2)", "FUNCTION_NOT_FOUND"),
    ("SELECT strftime(DATE '2020-01-01', '%Y')", "FUNCTION_NOT_FOUND"),
    ("SELECT 1 == 1", "SYNTAX_ERROR"),
    ("SELECT nope", "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved"),
    ("SELECT a FROM (VALUES 1) AS t(a) QUALIFY a > 0", "SYNTAX_ERROR"),
    ("SELECT * EXCLUDE (a) FROM (VALUES (1, 2)) AS t(a, b)", "SYNTAX_ERROR"),
    ("SELECT a FROM (VALUES 1) AS t(a) LIMIT 1 OFFSET 1", "SYNTAX_ERROR: line 1:42: mismatched input 'OFFSET'"),
    (
        "SELECT a + 1 AS b FROM (VALUES 1) AS t(a) WHERE b > 1",
        "COLUMN_NOT_FOUND: line 1:17: Column 'b' cannot be resolved",
    ),
    ("SELECT a + 1 AS b, count(*) FROM (VALUES 1) AS t(a) GROUP BY b", "COLUMN_NOT_FOUND"),
    ("SELECT 1 AS a, a + 1", "COLUMN_NOT_FOUND"),
    ("SELECT a, count(*) FROM (VALUES 1) AS t(a)", "EXPRESSION_NOT_AGGREGATE"),
    ("SELECT a FROM (VALUES 1) AS t(a) GROUP BY ALL", "SYNTAX_ERROR"),
    ("SELECT DISTINCT ON (a) a FROM (VALUES 1) AS t(a)", "SYNTAX_ERROR"),
    ("FROM (VALUES 1) AS t(a)", "SYNTAX_ERROR"),
    ("SELECT * FROM read_csv('x.csv')", "FUNCTION_NOT_FOUND"),
    ("SELECT 'a' ILIKE 'A'", "SYNTAX_ERROR: line 1:12: mismatched input 'ILIKE'"),
    ("SELECT sum(a) FROM (VALUES 'x') AS t(a)", "FUNCTION_NOT_FOUND"),
    ("SELECT coalesce(a, 'x') FROM (VALUES 1) AS t(a)", "TYPE_MISMATCH"),
    ("SELECT 1 FROM (VALUES 1) AS t(a) WHERE a", "TYPE_MISMATCH"),
    ("SELECT a FROM (VALUES 1) AS t(a), (VALUES 2) AS u(a)", "AMBIGUOUS_NAME"),
    ("SELECT DATE '2020-01-01' + 1", "TYPE_MISMATCH: line 1:14: Cannot apply operator: date + integer"),
    ("SELECT lower(a) FROM (VALUES 1) AS t(a)", "FUNCTION_NOT_FOUND"),
    ("SELECT lower(5)", "FUNCTION_NOT_FOUND: line 1:14: Unexpected parameters (integer) for function lower"),
    (
        "SELECT year('2020-01-01')",
        "FUNCTION_NOT_FOUND: line 1:14: Unexpected parameters (varchar(10)) for function year",
    ),
    ("SELECT date_diff('day', '2020-01-01', current_date)", "FUNCTION_NOT_FOUND"),
    ("SELECT CAST('2020-13-01' AS DATE)", "INVALID_CAST_ARGUMENT: Value cannot be cast to date: 2020-13-01"),
    ("SELECT 5 % 0", "DIVISION_BY_ZERO"),
    ("SELECT * FROM t FOR TIMESTAMP AS OF TIMESTAMP '2020-01-01 00:00:00'", "NOT_SUPPORTED"),
]


@pytest.mark.parametrize(("sql", "message"), ERRORS, ids=[sql for sql, _ in ERRORS])
def test_fails_with_the_error_of_athena(sql: str, message: str) -> None:
    with pytest.raises(QueryError) as failure:
        run(sql)
    assert str(failure.value).startswith(message)


def test_fails_and_says_so_for_a_function_that_only_athena_has() -> None:
    with pytest.raises(NotSupportedOnLaptopError, match="word_stem is not supported by the laptop's Athena"):
        run("SELECT word_stem('running')")


QUERIES: list[tuple[str, list[Row]]] = [
    ("SELECT x FROM UNNEST(ARRAY['a', 'b']) AS t(x)", [("a",), ("b",)]),
    ("SELECT n, o FROM UNNEST(ARRAY['a', 'b']) WITH ORDINALITY AS t(n, o)", [("a", "1"), ("b", "2")]),
    ("SELECT k, v FROM UNNEST(MAP(ARRAY['a', 'b'], ARRAY[1, 2])) AS t(k, v)", [("a", "1"), ("b", "2")]),
    ("SELECT a, b FROM UNNEST(ARRAY[1, 2], ARRAY['x']) AS t(a, b)", [("1", "x"), ("2", None)]),
    (
        "SELECT id, x FROM (VALUES (1, ARRAY[10, 20]), (2, ARRAY[30])) AS s(id, xs) CROSS JOIN UNNEST(xs) AS t(x)",
        [("1", "10"), ("1", "20"), ("2", "30")],
    ),
    (
        "SELECT id, k, v FROM (VALUES (1, MAP(ARRAY['a'], ARRAY[5]))) AS s(id, m), UNNEST(m) AS t(k, v)",
        [("1", "a", "5")],
    ),
    ("SELECT a FROM (VALUES 1, 2, 3) AS t(a) ORDER BY a DESC OFFSET 1 LIMIT 1", [("2",)]),
    ("SELECT a FROM (VALUES 2, NULL, 1) AS t(a) ORDER BY a", [("1",), ("2",), (None,)]),
    ("SELECT a FROM (VALUES 2, NULL, 1) AS t(a) ORDER BY a DESC", [("2",), ("1",), (None,)]),
    ("SELECT sum(a) / count(*) FROM (VALUES 1, 2, 4) AS t(a)", [("2",)]),
    ("SELECT avg(a) FROM (VALUES 1.00, 2.01) AS t(a)", [("1.51",)]),
    ("SELECT avg(a) FROM (VALUES 1, 2) AS t(a)", [("1.5",)]),
    ("SELECT avg(a) OVER () FROM (VALUES 1.00) AS t(a)", [("1.00",)]),
    ("SELECT avg(a) FILTER (WHERE a > 0) FROM (VALUES 1.00, 2.01) AS t(a)", [("1.51",)]),
    ("SELECT EXTRACT(DOW FROM DATE '2020-01-05')", [("7",)]),
    ("SELECT DATE '2020-01-05' - DATE '2020-01-01'", [("4 00:00:00.000",)]),
    ("SELECT approx_distinct(a) FROM (VALUES 1, 2, 2) AS t(a)", [("2",)]),
    ("SELECT max_by(a, b) FROM (VALUES ('x', 1), ('y', 2)) AS t(a, b)", [("y",)]),
    ("SELECT count_if(a > 1) FROM (VALUES 1, 2, 3) AS t(a)", [("2",)]),
    ("SELECT array_agg(a ORDER BY a DESC) FROM (VALUES 1, 2) AS t(a)", [("[2, 1]",)]),
    ("SELECT map_agg(k, v) FROM (VALUES ('a', 1)) AS t(k, v)", [("{a=1}",)]),
    ("SELECT listagg(a, ',') WITHIN GROUP (ORDER BY a) FROM (VALUES 'y', 'x') AS t(a)", [("x,y",)]),
    ("SELECT count(*) FILTER (WHERE a > 1) FROM (VALUES 1, 2) AS t(a)", [("1",)]),
    (
        "SELECT k, sum(v) FROM (VALUES ('a', 1), ('b', 2)) AS t(k, v) GROUP BY ROLLUP (k) ORDER BY k",
        [("a", "1"), ("b", "2"), (None, "3")],
    ),
    (
        "SELECT v, row_number() OVER (ORDER BY v DESC) FROM (VALUES 1, 2) AS t(v) ORDER BY v",
        [("1", "2"), ("2", "1")],
    ),
    ("SELECT lag(v) OVER (ORDER BY v) FROM (VALUES 1, 2) AS t(v) ORDER BY v", [(None,), ("1",)]),
    (
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT sum(n) FROM t",
        [("6",)],
    ),
    ("WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT x, y FROM a, b", [("1", "2")]),
    ("SELECT 1 UNION ALL SELECT 1", [("1",), ("1",)]),
    ("SELECT a FROM (VALUES 1, 2) AS t(a) WHERE EXISTS (SELECT 1 FROM (VALUES 2) AS u(b) WHERE b = a)", [("2",)]),
    ("SELECT a FROM (VALUES 1, 2) AS t(a) WHERE a IN (SELECT b FROM (VALUES 2) AS u(b))", [("2",)]),
    ("SELECT t.r.b FROM (SELECT CAST(ROW(1, 'x') AS ROW(a INTEGER, b VARCHAR)) AS r) AS t", [("x",)]),
    ("VALUES (1, 'a'), (2, 'b')", [("1", "a"), ("2", "b")]),
    ("(SELECT 1)", [("1",)]),
]


@pytest.mark.parametrize(("sql", "expected"), QUERIES, ids=[sql for sql, _ in QUERIES])
def test_query_has_the_rows_that_trino_gives(sql: str, expected: list[Row]) -> None:
    assert run(sql) == expected


def test_unnamed_columns_have_the_names_of_trino() -> None:
    assert names("SELECT 1, 2 AS b, count(*), CAST(1 AS VARCHAR)") == ["_col0", "b", "_col2", "_col3"]
    assert names("SELECT *, 1 FROM (VALUES (1, 2)) AS t(a, b)") == ["a", "b", "_col2"]


def test_dates_plus_days_stay_dates_in_a_result() -> None:
    assert run("SELECT d + INTERVAL '1' DAY FROM (VALUES DATE '2020-02-28') AS t(d)") == [("2020-02-29",)]


def test_a_double_prints_as_in_java() -> None:
    printed = run("SELECT 1e7, 1e-4, 123456.789e0, -0e0, 1e0/3")[0]
    assert printed == ("1.0E7", "1.0E-4", "123456.789", "-0.0", "0.3333333333333333")
