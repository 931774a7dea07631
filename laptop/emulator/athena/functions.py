"""Functions of Athena engine version 3 that the laptop runs. Any other name is refused.

DuckDB and sqlglot know many functions that Athena does not (`ifnull`, `strftime`, `list_transform` ...); a query that
uses one would pass here and fail on AWS. https://trino.io/docs/current/functions.html
"""

from __future__ import annotations

from sqlglot import tokenize
from sqlglot.tokenizer_core import Token, TokenType

from laptop.emulator.athena.errors import NotSupportedOnLaptopError, QueryError


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SUPPORTED = _words(
    """
    abs acos all_match any_match any_value approx_distinct approx_percentile arbitrary array_agg array_distinct
    array_except array_intersect array_join array_max array_min array_position array_remove array_sort array_union
    arrays_overlap asin at_timezone atan atan2 avg bitwise_and bitwise_not bitwise_or bitwise_xor bool_and bool_or
    cardinality cast cbrt ceil ceiling chr coalesce codepoint concat concat_ws contains corr cos count count_if
    covar_pop covar_samp crc32 cube cume_dist current_date current_timestamp date date_add date_diff date_format
    date_parse date_trunc day day_of_month day_of_week day_of_year degrees dense_rank dow doy e element_at every exp
    extract filter first_value flatten floor format_datetime from_base64 from_hex from_iso8601_date
    from_iso8601_timestamp from_unixtime from_utf8 greatest grouping hamming_distance histogram hour if is_finite
    is_infinite is_nan json_array_get json_array_length json_extract json_extract_scalar json_format json_parse lag
    last_day_of_month last_value lead least length levenshtein_distance listagg ln localtimestamp log log10 log2
    lower lpad ltrim map map_agg map_concat map_entries map_from_entries map_keys map_values max max_by md5
    millisecond min min_by minute mod month none_match now nth_value ntile nullif parse_datetime percent_rank pi
    position pow power quarter radians rand random rank reduce regexp_count regexp_extract regexp_extract_all
    regexp_like regexp_replace regexp_split replace reverse rollup round row row_number rpad rtrim second sequence
    sets sha1 sha256 sign sin skewness slice split split_part sqrt starts_with stddev stddev_pop stddev_samp strpos
    substr substring sum tan to_base64 to_hex to_iso8601 to_unixtime to_utf8 transform translate trim truncate try
    try_cast unnest upper url_decode url_encode url_extract_fragment url_extract_host url_extract_parameter
    url_extract_path url_extract_port url_extract_protocol url_extract_query var_pop var_samp variance week
    week_of_year width_bucket year year_of_week zip zip_with
    """
)
# Known to Athena, absent here: the message must say that the laptop is at fault, not the query.
ATHENA_ONLY = _words(
    """
    approx_most_frequent approx_set bit_count repeat typeof array_first array_last beta_cdf bing_tile
    bitwise_left_shift bitwise_right_shift bitwise_right_shift_arithmetic checksum classify combinations
    cosine_similarity date_histogram empty_approx_set entropy features find_first find_first_index format
    format_number from_base from_base32 from_big_endian_32 from_big_endian_64 from_geojson_geometry from_ieee754_32
    from_ieee754_64 from_iso8601_timestamp_nanos from_unixtime_nanos geometric_mean great_circle_distance hmac_md5
    hmac_sha1 hmac_sha256 hmac_sha512 human_readable_seconds infinity inverse_normal_cdf is_json_scalar json_array
    json_array_contains json_exists json_object json_query json_size json_value kurtosis learn_classifier
    match_recognize luhn_check make_set_digest map_filter map_union map_zip_with merge merge_set_digest multimap_agg
    multimap_from_entries murmur3 nan ngrams normal_cdf normalize numeric_histogram parse_data_size parse_duration
    parse_presto_data_size qdigest_agg quantile_at_value reduce_agg regexp_position regr_intercept regr_slope render
    shuffle sinh soundex spatial_partitions spooky_hash_v2_32 spooky_hash_v2_64 split_to_map split_to_multimap
    st_area st_contains st_distance st_geometryfromtext st_point sha512 cosh tanh tdigest_agg timezone_hour
    timezone_minute to_base to_base32 to_big_endian_32 to_big_endian_64 to_geojson_geometry to_ieee754_32
    to_ieee754_64 to_milliseconds transform_keys transform_values trim_array uuid value_at_quantile
    values_at_quantiles wilson_interval_lower wilson_interval_upper with_timezone word_stem xxhash64 yow
    """
)
# Words that a parenthesis may follow without a call.
_NOT_CALLS = _words(
    """
    all and any array as between by case date decimal char varchar distinct double else except exists filter from
    fetch full having in inner intersect interval into is join lateral left like limit map natural not offset on or
    order outer over partition precision recursive right row rows select set sets some table tablesample then time
    timestamp union unnest using value values view when where window with within group bernoulli system range groups
    return returns ordinality cross
    """
)
_NAMES = {TokenType.VAR, TokenType.IDENTIFIER}


def check(sql: str) -> None:
    """Refuse functions and spellings that Athena refuses and the tools beneath would accept.

    Raises
    ------
    QueryError
        With Athena's code and the position in the text.
    """
    try:
        tokens = tokenize(sql, read="athena")
    except Exception as error:
        raise QueryError("SYNTAX_ERROR", str(error)) from error
    declared = _declared_names(tokens)
    for index, token in enumerate(tokens[:-1]):
        following = tokens[index + 1]
        if following.token_type is not TokenType.L_PAREN:
            continue
        previous = tokens[index - 1] if index else None
        name = token.text.lower()
        is_word = token.text.replace("_", "a").isalnum() and not token.text[0].isdigit()
        if not is_word or token.token_type in {TokenType.STRING, TokenType.NUMBER}:
            continue
        if name in declared or (previous and previous.token_type in {TokenType.ALIAS, TokenType.R_PAREN}):
            continue
        if previous and previous.token_type is TokenType.STAR and name in {"exclude", "replace", "rename"}:
            raise QueryError("SYNTAX_ERROR", f"mismatched input '{token.text}'", _position(token))
        _check_function(name, token)
    for index, token in enumerate(tokens):
        _check_operator(token)
        if token.token_type is TokenType.FROM and (index == 0 or tokens[index - 1].token_type is TokenType.L_PAREN):
            raise QueryError("SYNTAX_ERROR", f"mismatched input '{token.text}'", _position(token))
        _check_bracket(token, tokens[index - 1] if index else None)
    _check_limit_before_offset(tokens)


def _declared_names(tokens: list[Token]) -> set[str]:
    """Return names that a column list may follow: `WITH name (a, b) AS`, `AS t (a)`, `t (a)` after a parenthesis."""
    names = set()
    for index, token in enumerate(tokens[:-2]):
        after = tokens[index + 1]
        if after.token_type is not TokenType.L_PAREN:
            continue
        depth, end = 0, index + 1
        while end < len(tokens):
            depth += tokens[end].token_type is TokenType.L_PAREN
            depth -= tokens[end].token_type is TokenType.R_PAREN
            if depth == 0:
                break
            end += 1
        if end + 1 < len(tokens) and tokens[end + 1].token_type is TokenType.ALIAS and token.token_type in _NAMES:
            following = tokens[end + 2] if end + 2 < len(tokens) else None
            if following and following.token_type is TokenType.L_PAREN:
                names.add(token.text.lower())
    return names


def _check_function(name: str, token: Token) -> None:
    if name in SUPPORTED or name in _NOT_CALLS:
        return
    if name in ATHENA_ONLY:
        what = "MATCH_RECOGNIZE" if name == "match_recognize" else f"The function {name}"
        raise NotSupportedOnLaptopError(what)
    raise QueryError("FUNCTION_NOT_FOUND", f"Function '{name}' not registered", _position(token))


_FOREIGN_OPERATORS = {"::", "==", "//", "~", "~~", "!~", "**", "^", "<=>", "ilike", "qualify", "@>", "->>", "&&"}


def _check_operator(token: Token) -> None:
    if token.token_type in {TokenType.STRING, TokenType.IDENTIFIER}:
        return
    if token.text.lower() in _FOREIGN_OPERATORS:
        raise QueryError("SYNTAX_ERROR", f"mismatched input '{token.text}'", _position(token))


def _check_bracket(token: Token, previous: Token | None) -> None:
    """Refuse DuckDB's list literal: a bracket follows ARRAY or the value that it indexes."""
    if token.token_type is TokenType.L_BRACKET:
        values = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.ARRAY, *_NAMES}
        if previous is None or (previous.token_type not in values and not previous.text.isidentifier()):
            raise QueryError("SYNTAX_ERROR", "mismatched input '['", _position(token))
        if previous.text.lower() in {"select", "in", "values", "from", "where", "and", "or", "not", "then", "else"}:
            raise QueryError("SYNTAX_ERROR", "mismatched input '['", _position(token))


def _check_limit_before_offset(tokens: list[Token]) -> None:
    """In Trino's grammar OFFSET stands before LIMIT."""
    for index, token in enumerate(tokens[:-2]):
        if token.token_type is TokenType.LIMIT and tokens[index + 2].token_type is TokenType.OFFSET:
            raise QueryError("SYNTAX_ERROR", "mismatched input 'OFFSET'", _position(tokens[index + 2]))


def _position(token: Token) -> tuple[int, int]:
    return token.line, max(token.col - len(token.text) + 1, 1)
