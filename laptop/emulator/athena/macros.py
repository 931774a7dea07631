"""DuckDB's side of Athena's functions: settings, and macros for what differs.

A macro fails without DuckDB's `error()`, which TRY cannot catch: it casts the message to a number, and
`engine.translate` finds the message again.
"""

from __future__ import annotations

import re

SETTINGS = (
    "SET timezone = 'UTC'",
    "SET integer_division = true",
    "SET ieee_floating_point_ops = true",
    "SET default_null_order = 'nulls_last'",
    "SET preserve_insertion_order = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
)

MACROS = r"""
CREATE MACRO trino_fail(message) AS CAST('[[' || message || ']]' AS INTEGER);
CREATE MACRO trino_substr(s, first) AS
  CASE WHEN first = 0 OR abs(first) > length(s) THEN '' ELSE substr(s, first) END;
CREATE MACRO trino_substr3(s, first, size) AS
  CASE WHEN first = 0 OR abs(first) > length(s) OR size <= 0 THEN '' ELSE substr(s, first, size) END;
CREATE MACRO trino_split_part(s, separator, position) AS
  CASE WHEN position > len(string_split(s, separator)) THEN NULL ELSE split_part(s, separator, position) END;
CREATE MACRO trino_regexp_extract(s, pattern, part) AS
  CASE WHEN regexp_matches(s, pattern) THEN regexp_extract(s, pattern, part) END;
CREATE MACRO trino_subscript(a, i) AS a[CASE
  WHEN i BETWEEN 1 AND len(a) THEN i
  WHEN i = 0 THEN trino_fail('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')
  WHEN i < 0 THEN trino_fail('INVALID_FUNCTION_ARGUMENT: Array subscript is negative: ' || i)
  WHEN i IS NOT NULL AND a IS NOT NULL THEN
    trino_fail('INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: '
      || i || ' > ' || len(a)) END];
CREATE MACRO trino_map_subscript(m, k) AS list_extract(map_extract(m, k), CASE
  WHEN m IS NULL OR map_contains(m, k) THEN 1
  ELSE trino_fail('INVALID_FUNCTION_ARGUMENT: Key not present in map: ' || k) END);
CREATE MACRO trino_slice(a, first, size) AS
  CASE WHEN first > 0 THEN list_slice(a, first, first + size - 1)
       WHEN -first > len(a) THEN a[1:0]
       ELSE list_slice(a, len(a) + first + 1, len(a) + first + size) END;
CREATE MACRO trino_array_distinct(a) AS list_filter(a, lambda e, i: coalesce(list_position(a, e) = i,
  i = len(list_filter(a[1:i], lambda x: x IS NULL)) + len(list_filter(a[1:i], lambda x: x IS NOT NULL))
  AND len(list_filter(a[1:i], lambda x: x IS NULL)) = 1));
CREATE MACRO trino_array_position(a, e) AS
  CASE WHEN a IS NOT NULL AND e IS NOT NULL THEN CAST(coalesce(list_position(a, e), 0) AS BIGINT) END;
CREATE MACRO trino_array_sort(a) AS list_sort(a, 'ASC', 'NULLS LAST');
CREATE MACRO trino_contains(a, e) AS
  CASE WHEN list_contains(a, e) THEN true WHEN len(list_filter(a, lambda x: x IS NULL)) > 0 THEN NULL
       WHEN a IS NULL OR e IS NULL THEN NULL ELSE false END;
CREATE MACRO trino_any_match(l) AS coalesce(list_bool_or(l), CASE WHEN len(l) = 0 THEN false END);
CREATE MACRO trino_all_match(l) AS coalesce(list_bool_and(l), CASE WHEN len(l) = 0 THEN true END);
CREATE MACRO trino_array_union(a, b) AS trino_array_distinct(list_concat(a, b));
CREATE MACRO trino_arrays_overlap(a, b) AS list_has_any(a, b);
CREATE MACRO trino_map_agg(k, v) AS map(list(k), list(v));
CREATE MACRO trino_whole_months(a, b) AS (
  (year(b) - year(a)) * 12 + month(b) - month(a)
  - CASE WHEN b >= a AND (day(b), CAST(b AS TIMESTAMP)::TIME) < (day(a), CAST(a AS TIMESTAMP)::TIME) THEN 1
         WHEN b < a AND (day(b), CAST(b AS TIMESTAMP)::TIME) > (day(a), CAST(a AS TIMESTAMP)::TIME) THEN -1
         ELSE 0 END);
CREATE MACRO trino_json_scalar(j, path) AS
  CASE WHEN json_type(json_extract(j, path)) NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN json_extract_string(j, path) END;
CREATE MACRO trino_json_array_length(j) AS CASE WHEN json_type(j) = 'ARRAY' THEN json_array_length(j) END;
CREATE MACRO trino_json_array_get(j, i) AS json_extract(j, '$[' || i || ']');
CREATE MACRO trino_int_text(s) AS
  CASE WHEN regexp_full_match(s, '[+-]?[0-9]+') THEN s ELSE '[[' || s || ']]' END;
CREATE MACRO trino_to_iso8601(t) AS
  CASE typeof(t) WHEN 'DATE' THEN strftime(t, '%Y-%m-%d')
    WHEN 'TIMESTAMP WITH TIME ZONE' THEN strftime(t, '%Y-%m-%dT%H:%M:%S.%gZ')
    ELSE strftime(t, '%Y-%m-%dT%H:%M:%S.%g') END;
CREATE MACRO trino_url_extract_protocol(u) AS nullif(regexp_extract(u, '^([a-zA-Z][a-zA-Z0-9+.-]*):', 1), '');
CREATE MACRO trino_url_extract_host(u) AS
  nullif(regexp_extract(u, '^[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/@]*@)?([^/:?#]+)', 1), '');
CREATE MACRO trino_url_extract_port(u) AS
  try_cast(nullif(regexp_extract(u, '^[a-zA-Z][a-zA-Z0-9+.-]*://[^/:?#]+:([0-9]+)', 1), '') AS BIGINT);
CREATE MACRO trino_url_extract_path(u) AS regexp_extract(u, '^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*([^?#]*)', 1);
CREATE MACRO trino_url_extract_query(u) AS regexp_extract(u, '\?([^#]*)', 1);
CREATE MACRO trino_url_extract_fragment(u) AS regexp_extract(u, '#(.*)$', 1);
CREATE MACRO trino_url_extract_parameter(u, name) AS
  CASE WHEN regexp_matches(u, '[?&]' || name || '=') THEN
    url_decode(regexp_extract(u, '[?&]' || name || '=([^&#]*)', 1)) END;
CREATE MACRO trino_width_bucket(x, low, high, n) AS
  CAST(CASE WHEN x < low THEN 0 WHEN x >= high THEN n + 1
    ELSE floor("/"((x - low) * n, CAST(high - low AS DOUBLE))) + 1 END AS BIGINT);
CREATE MACRO trino_crc32(b) AS CAST(xor(4294967295::UBIGINT, list_reduce(
  list_prepend(4294967295::UBIGINT, list_transform(
    range(octet_length(b)), lambda i: CAST('0x' || substr(hex(b), 2 * i + 1, 2) AS UBIGINT))),
  lambda state, byte: list_reduce(
    list_prepend(xor(state, byte), [0::UBIGINT, 0, 0, 0, 0, 0, 0, 0]),
    lambda x, _: xor(x >> 1, (x & 1) * 3988292384::UBIGINT)))) AS BIGINT);
CREATE MACRO trino_codepoint(s) AS unicode(s);
CREATE MACRO trino_is_nan(x) AS isnan(x);
CREATE MACRO trino_is_finite(x) AS isfinite(x);
CREATE MACRO trino_is_infinite(x) AS isinf(x);
CREATE MACRO trino_map_concat(a, b) AS map_concat(a, b);
CREATE MACRO trino_hamming_distance(a, b) AS hamming(a, b);
CREATE MACRO trino_millisecond(t) AS CAST(date_part('millisecond', t) AS BIGINT) % 1000;
CREATE MACRO trino_log(base, x) AS "/"(ln(x), ln(base));
CREATE MACRO trino_url_encode(u) AS replace(url_encode(u), '%20', '+');
"""

_NAME = re.compile(r"\btrino_\w+")
_DEFINITIONS = {_NAME.findall(text)[0]: text for text in re.split(r"^(?=CREATE )", MACROS, flags=re.MULTILINE)[1:]}


def defining(sql: str) -> str:
    """Give the statements that create the macros which a query calls: to create all takes longer than most queries."""
    called: set[str] = set()
    pending = set(_NAME.findall(sql.lower())) & _DEFINITIONS.keys()
    while pending:
        called |= pending
        pending = {name for one in pending for name in _NAME.findall(_DEFINITIONS[one])} - called
    created = "".join(text for name, text in _DEFINITIONS.items() if name in called)
    return created.replace("CREATE MACRO", "CREATE OR REPLACE MACRO")


# Anonymous functions of the parsed tree that one macro answers.
# fmt: off
BY_NAME = frozenset(
    {
        "array_union", "arrays_overlap", "map_agg", "to_iso8601", "url_extract_protocol", "url_extract_host",
        "url_extract_port", "url_extract_path", "url_extract_query", "url_extract_fragment",
        "url_extract_parameter", "json_array_length", "json_array_get", "codepoint", "crc32", "is_nan", "is_finite",
        "is_infinite", "map_concat", "hamming_distance", "millisecond", "url_encode",
    }
)
# fmt: on
# Anonymous functions that DuckDB has under another name.
RENAMED = {
    "map_entries": "map_entries",
    "map_from_entries": "map_from_entries",
    "array_intersect": "list_intersect",
    "url_decode": "url_decode",
    "every": "bool_and",
    "zip": "list_zip",
    "last_day_of_month": "last_day",
}
