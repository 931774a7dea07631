from __future__ import annotations

import pytest

from emr_steps.documents import mail
from emr_steps.documents.refused import RefusedError

HEAD = b"From: a@example.com\nDate: Mon, 30 Sep 2002 08:00:05 -0000\n"


def test_of_alternatives_the_plain_one_is_read_and_attachments_are_left_out() -> None:
    message = (
        HEAD
        + b"""Subject: Two ways
Content-Type: multipart/mixed; boundary=out

--out
Content-Type: multipart/alternative; boundary=in

--in
Content-Type: text/html

<p>Seen in <i>HTML</i></p>
--in
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Seen in pl=C3=A4in text
--in--
--out
Content-Type: image/gif
Content-Transfer-Encoding: base64

R0lGODlhAQABAAAAACw=
--out
Content-Type: text/plain
Content-Disposition: attachment; filename=notes.txt

An attachment
--out--
"""
    )
    assert mail.read(message) == mail.Mail("Two ways", "Two ways\n\nSeen in pläin text", "utf-8")


def test_html_alone_is_stripped_and_its_alternative_may_be_empty() -> None:
    message = (
        HEAD
        + b"""Content-Type: multipart/alternative; boundary=in

--in
Content-Type: text/plain


--in
Content-Type: text/html

<html><head><title>No</title><script>var x</script></head><body>Buy&nbsp;<b>n</b>ow &amp; here</body></html>
--in--
"""
    )
    assert mail.read(message).text == "No\nBuy\xa0now & here".replace("\xa0", " ")


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
        (b"=?utf-8?Q?Gr=C3=BC?=\n =?utf-8?Q?=C3=9Fe?= all", "Grüße all"),
        (b"=?no-such-charset?Q?caf=E9?=", "café"),
        (b"plain\n folded", "plain folded"),
        (b"8 bit \xe9", "8 bit é"),
        (b"=?utf-8?B?broken", "=?utf-8?B?broken"),
        (b"=?utf-8?B?a?=", None),
    ],
)
def test_subjects_are_decoded_however_they_were_sent(raw: bytes, subject: str | None) -> None:
    found = mail.read(HEAD + b"Subject: " + raw + b"\n\nText").subject
    assert found == ("=?utf-8?B?a?=" if subject is None else subject)


def test_a_part_that_is_not_the_text_it_says_does_not_cost_the_others() -> None:
    message = (
        HEAD
        + b"""Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain

Words
--x
Content-Type: text/plain
Content-Transfer-Encoding: base64

AAECAwQFBgcI
--x--
"""
    )
    assert mail.read(message).text == "Words"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (HEAD + b"\nText", True),
        (b"From sender Mon Sep 30\n" + HEAD + b"\nText", True),
        (b"Return-Path: <a@b>\r\nReceived: from x\r\n\r\nText", True),
        (b"From: the author\n\nDear reader", False),
        (b"Date: today\nSubject: notes\n\nText", False),
        (b"Once upon a time\n" + HEAD, False),
        (b"", False),
    ],
)
def test_a_mail_is_known_by_its_headers(data: bytes, expected: bool) -> None:
    assert mail.is_mail(data) is expected


def test_fails_for_a_mail_without_subject_and_text() -> None:
    with pytest.raises(RefusedError, match="empty: a mail without subject and text"):
        mail.read(HEAD + b"Content-Type: image/gif\n\nGIF89a")
