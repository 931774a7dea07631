from __future__ import annotations

import pytest

from laptop.emulator.athena.grok import compile_grok

LINE = '192.0.2.1 - - [01/Feb/2026:00:00:59 +0000] "POST /x HTTP/2.0" 503 - "-" "Mozilla/5.0 (X11)"'


def fields(pattern: str, line: str, custom: str = "") -> dict[str, str | None] | None:
    compiled, names = compile_grok(pattern, custom)
    match = compiled.search(line)
    return {name: match[f"g{index}"] for index, name in enumerate(names)} if match else None


def test_a_combined_log_line_is_taken_apart() -> None:
    found = fields("%{COMBINEDAPACHELOG}", LINE)
    assert found is not None
    assert (found["clientip"], found["verb"], found["response"], found["bytes"]) == ("192.0.2.1", "POST", "503", None)
    assert found["timestamp"] == "01/Feb/2026:00:00:59 +0000"
    assert found["agent"] == '"Mozilla/5.0 (X11)"'


def test_custom_patterns_are_used_and_may_use_others() -> None:
    custom = "ORDER ORD-%{INT}\nSTATE open|closed"
    assert fields("%{ORDER:order} %{STATE:state}", "ORD-12 closed", custom) == {"order": "ORD-12", "state": "closed"}


def test_other_text_around_the_fields_must_match() -> None:
    assert fields(r"\[%{WORD:level}\] %{GREEDYDATA:message}", "[warn] disk is full") == {
        "level": "warn",
        "message": "disk is full",
    }
    assert fields(r"\[%{WORD:level}\]", "warn") is None


def test_fails_for_an_unknown_pattern_and_for_one_that_refers_to_itself() -> None:
    with pytest.raises(ValueError, match="NOPE"):
        compile_grok("%{NOPE:x}")
    with pytest.raises(ValueError, match="refers to itself"):
        compile_grok("%{LOOP:x}", "LOOP a%{LOOP}")
