import re
from html.parser import HTMLParser

import pytest

from laptop.report.model import QueryFact, Report, price
from laptop.report.page import render

VOID = {"meta", "br"}


class _Nesting(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_nested(report: Report) -> None:
    parser = _Nesting()
    parser.feed(render(report))
    assert parser.open == []
    assert "svg" in parser.tags


def test_the_page_needs_nothing_from_elsewhere(report: Report) -> None:
    page = render(report)
    assert not re.search(r"<(script|link|img|iframe)|@import|url\((?!#)|src=", page)


def test_data_is_shown_as_text(report: Report) -> None:
    page = render(report)
    assert '<script>alert("x")' not in page
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;" in page
    assert "Dollars &amp; orders" in page
    assert "," * 100 not in page


def test_what_does_not_add_up_and_what_is_not_proven_is_never_green(report: Report) -> None:
    page = render(report)
    orders, census = (re.search(rf"<td>{name}</td>.*?</tr>", page, re.DOTALL) for name in ("orders", "census"))
    assert orders
    assert 'class="good">✓' in orders.group()
    assert census
    assert 'class="bad">✗' in census.group()
    assert '<span class="state unsure">? not proven</span>' in page
    assert '<span class="state bad">✗ failed</span>' in page
    assert "<b>1 of 3</b>" in page


def test_numbers_are_readable(report: Report) -> None:
    page = render(report)
    assert "69,811" in page
    assert "98.4% less" in page
    assert "14.5% more" in page
    assert "1997-02: $379,590.03" in page
    assert "7 AWS" not in page
    assert "7 S3::Bucket" in page


def test_athena_charges_at_least_ten_megabytes() -> None:
    assert price(0) == price(10_000_000) == pytest.approx(0.00005)
    assert price(2 * 10**12) == pytest.approx(10.0)
    query = QueryFact("q", "", "w", 1, 1, scanned_bytes=1, raw_bytes=10**12)
    assert query.price == pytest.approx(0.00005)
    assert query.raw_price == pytest.approx(5.0)


def test_searches_show_what_they_found_and_what_they_read(report: Report) -> None:
    page = render(report)
    assert "Grant &amp; 1870 &lt;b&gt; <span class='soft'>0.123</span><br>Hayes 1877" in page
    assert "<td class=n>87 ms</td><td class=n>41 kB</td>" in page


def test_each_worker_has_a_line_with_how_often_the_labels_contradict(report: Report) -> None:
    page = render(report)
    assert "<code>private.us-east-1.0a1b</code></td><td class=n>36</td><td class=n>0%</td>" in page
    assert "<code>private.&lt;i&gt;</code></td><td class=n>36</td><td class=n>46%</td>" in page


def test_the_report_links_to_the_dashboards_and_says_who_sees_how_much(report: Report) -> None:
    page = render(report)
    assert '<a href="../dashboards/index.html">' in page
    assert "<td class=n>30,512</td><td class=n>69,659</td>" in page
    assert "ron &lt;b&gt;" in page
    assert "<code>customer_id</code>" in page
