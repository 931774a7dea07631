import duckdb
import pytest

from laptop.emulator.sql import literal, quoted


@pytest.mark.parametrize("text", ["plain", "it's", 'a "b"', "", "Größe; DROP TABLE x --", "a\nb"])
def test_names_and_texts_come_back_as_they_were(text: str) -> None:
    name = text or "x"
    result = duckdb.execute(f"SELECT {literal(text)} AS {quoted(name)}")
    assert [column[0] for column in result.description or []] == [name]
    assert result.fetchall() == [(text,)]
