from __future__ import annotations

import pytest

from emr_steps.documents.decoding import decode
from emr_steps.documents.refused import RefusedError


@pytest.mark.parametrize(
    ("data", "declared", "expected"),
    [
        ("Grüße".encode(), None, ("Grüße", "utf-8")),
        (b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe", None, ("Grüße", "utf-8")),
        ("Grüße".encode("utf-16-le"), "utf-16-le", None),
        ("\ufeffGrüße".encode("utf-16-be"), None, ("Grüße", "utf-16")),
        ("\ufeffGrüße".encode("utf-32-le"), None, ("Grüße", "utf-32")),
        ("Grüße".encode("latin-1"), None, ("Grüße", "cp1252")),
        ("€ 5".encode("cp1252"), "iso-8859-15", ("\x80 5", "iso8859-15")),
        ("日本".encode("iso2022_jp"), "iso-2022-jp", ("日本", "iso2022_jp")),
        ("Привет".encode("koi8-r"), "koi8-r", ("Привет", "koi8-r")),
        ("Grüße".encode(), "no-such-charset", ("Grüße", "utf-8")),
        ("Grüße".encode(), "us-ascii", ("Grüße", "utf-8")),
        (b"half +2AA- a character", "utf-7", ("half +2AA- a character", "utf-8")),
        (b"\x81 undefined in Windows-1252", None, ("\x81 undefined in Windows-1252", "latin-1")),
        (b"DOS\r\nMac\rUnix\n", None, ("DOS\nMac\nUnix\n", "utf-8")),
    ],
)
def test_text_is_decoded_by_its_mark_then_as_declared_then_as_what_it_can_be(
    data: bytes, declared: str | None, expected: tuple[str, str] | None
) -> None:
    if expected is None:
        with pytest.raises(RefusedError, match="binary"):
            decode(data, declared)
    else:
        assert decode(data, declared) == expected


@pytest.mark.parametrize("data", [b"\x7fELF\x02\x01\x01", b"\x00", b"PK\x03\x04\x14\x06\x08", b"\x1f\x8b\x08\x08\x01"])
def test_fails_for_what_is_no_text(data: bytes) -> None:
    with pytest.raises(RefusedError, match="binary: control characters that no text has"):
        decode(data)


def test_colours_of_a_terminal_and_page_breaks_are_text() -> None:
    assert decode(b"\x1b[31mred\x1b[0m\x0c next page\x1a")[0].startswith("\x1b[31mred")
