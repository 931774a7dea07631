"""Grok patterns as regular expressions: what a Glue table with the Grok serde, or a grok classifier, matches.

https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#classifier-builtin-patterns
"""

from __future__ import annotations

import re

_MONTHS = "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|Jun(?:e)?|Jul(?:y)?|Aug(?:ust)?"
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|[0-1]?[0-9]{1,2})"
BUILT_IN = {
    "USERNAME": r"[a-zA-Z0-9._-]+",
    "USER": r"%{USERNAME:UNWANTED}",
    "INT": r"(?:[+-]?(?:[0-9]+))",
    "BASE10NUM": r"(?<![0-9.+-])(?:[+-]?(?:(?:[0-9]+(?:\.[0-9]+)?)|(?:\.[0-9]+)))",
    "NUMBER": r"(?:%{BASE10NUM:UNWANTED})",
    "BASE16NUM": r"(?<![0-9A-Fa-f])(?:[+-]?(?:0x)?(?:[0-9A-Fa-f]+))",
    "BOOLEAN": r"(?i:true|false)",
    "POSINT": r"\b(?:[1-9][0-9]*)\b",
    "NONNEGINT": r"\b(?:[0-9]+)\b",
    "WORD": r"\b\w+\b",
    "NOTSPACE": r"\S+",
    "SPACE": r"\s*",
    "DATA": r".*?",
    "GREEDYDATA": r".*",
    "QUOTEDSTRING": r"(?:\"(?:\\.|[^\\\"])*\"|'(?:\\.|[^\\'])*'|`(?:\\.|[^\\`])*`)",
    "QS": r"%{QUOTEDSTRING:UNWANTED}",
    "UUID": r"[A-Fa-f0-9]{8}-(?:[A-Fa-f0-9]{4}-){3}[A-Fa-f0-9]{12}",
    "MAC": r"(?:[A-Fa-f0-9]{2}:){5}[A-Fa-f0-9]{2}",
    "IPV6": r"(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?:%.+)?",
    "IPV4": rf"(?<![0-9])(?:{_BYTE}\.){{3}}{_BYTE}(?![0-9])",
    "IP": r"(?:%{IPV6:UNWANTED}|%{IPV4:UNWANTED})",
    "HOSTNAME": r"\b(?:[0-9A-Za-z][0-9A-Za-z_-]{0,62})(?:\.(?:[0-9A-Za-z][0-9A-Za-z-_]{0,62}))*(?:\.?|\b)",
    "HOST": r"%{HOSTNAME:UNWANTED}",
    "IPORHOST": r"(?:%{HOSTNAME:UNWANTED}|%{IP:UNWANTED})",
    "HOSTPORT": r"(?:%{IPORHOST}:%{POSINT:PORT})",
    "UNIXPATH": r"(?:/(?:[\w_%!$@:.,~-]+|\\.)*)+",
    "WINPATH": r"(?:[A-Za-z]+:|\\)(?:\\[^\\?*]*)+",
    "PATH": r"(?:%{UNIXPATH}|%{WINPATH})",
    "TTY": r"(?:/dev/(?:pts|tty(?:[pq])?)(?:\w+)?/?(?:[0-9]+))",
    "URIPROTO": r"[A-Za-z]+(?:\+[A-Za-z+]+)?",
    "URIHOST": r"%{IPORHOST}(?::%{POSINT:port})?",
    "URIPATH": r"(?:/[A-Za-z0-9$.+!*'(){},~:;=@#%_\-]*)+",
    "URIPARAM": r"\?[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\-\[\]]*",
    "URIPATHPARAM": r"%{URIPATH}(?:%{URIPARAM})?",
    "URI": r"%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?",
    "MONTH": rf"\b(?:{_MONTHS}|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b",
    "MONTHNUM": r"(?:0?[1-9]|1[0-2])",
    "MONTHNUM2": r"(?:0[1-9]|1[0-2])",
    "MONTHDAY": r"(?:(?:0[1-9])|(?:[12][0-9])|(?:3[01])|[1-9])",
    "DAY": r"(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)",
    "YEAR": r"(?:\d\d){1,2}",
    "HOUR": r"(?:2[0123]|[01]?[0-9])",
    "MINUTE": r"(?:[0-5][0-9])",
    "SECOND": r"(?:(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?)",
    "TIME": r"(?!<[0-9])%{HOUR}:%{MINUTE}(?::%{SECOND})(?![0-9])",
    "DATE_US": r"%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}",
    "DATE_EU": r"%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}",
    "ISO8601_TIMEZONE": r"(?:Z|[+-]%{HOUR}(?::?%{MINUTE}))",
    "TIMESTAMP_ISO8601": (r"%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?"),
    "TZ": r"(?:[PMCE][SD]T|UTC)",
    "HTTPDATE": r"%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}",
    "SYSLOGTIMESTAMP": r"%{MONTH} +%{MONTHDAY} %{TIME}",
    "PROG": r"(?:[\w._/%-]+)",
    "SYSLOGPROG": r"%{PROG:program}(?:\[%{POSINT:pid}\])?",
    "SYSLOGHOST": r"%{IPORHOST}",
    "LOGLEVEL": (
        r"(?:[Aa]lert|ALERT|[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo|INFO|[Ww]arn?(?:ing)?"
        r"|WARN?(?:ING)?|[Ee]rr?(?:or)?|ERR?(?:OR)?|[Cc]rit?(?:ical)?|CRIT?(?:ICAL)?|[Ff]atal|FATAL|[Ss]evere|SEVERE)"
    ),
    "COMMONAPACHELOG": (
        r"%{IPORHOST:clientip} %{USER:ident} %{USER:auth} \[%{HTTPDATE:timestamp}\]"
        r" \"(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})\""
        r" %{NUMBER:response} (?:%{NUMBER:bytes}|-)"
    ),
    "COMBINEDAPACHELOG": r"%{COMMONAPACHELOG} %{QS:referrer} %{QS:agent}",
}
_REFERENCE = re.compile(r"%\{(\w+)(?::([\w.]+))?(?::(\w+))?\}")
MAX_DEPTH = 20


def parse_custom(text: str) -> dict[str, str]:
    """Parse custom patterns: one `NAME pattern` a line."""
    patterns: dict[str, str] = {}
    for line in text.splitlines():
        name, _, pattern = line.strip().partition(" ")
        if name and pattern:
            patterns[name] = pattern.strip()
    return patterns


def compile_grok(pattern: str, custom: str = "") -> tuple[re.Pattern[str], list[str]]:
    """Compile a grok pattern.

    Returns
    -------
    The expression, and the names of its fields in the order of its groups.

    Raises
    ------
    ValueError
        If a pattern is unknown or refers to itself.
    """
    known = BUILT_IN | parse_custom(custom)
    fields: list[str] = []

    def expand(text: str, depth: int) -> str:
        if depth > MAX_DEPTH:
            raise ValueError(f"the grok pattern {pattern!r} is nested deeper than {MAX_DEPTH}: it refers to itself")

        def replace(match: re.Match[str]) -> str:
            name, field, _ = match.groups()
            if name not in known:
                raise ValueError(f"the grok pattern %{{{name}}} is neither built in nor given as a custom pattern")
            if field and field != "UNWANTED" and (depth == 0 or field.islower()):
                fields.append(field)
                return f"(?P<g{len(fields) - 1}>{expand(known[name], depth + 1)})"
            return f"(?:{expand(known[name], depth + 1)})"

        return _REFERENCE.sub(replace, text)

    return re.compile(expand(pattern, 0)), fields
