from __future__ import annotations

import pandas as pd  # type: ignore[import-untyped]
import pytest

from laptop.demo import labels
from laptop.demo.lake import Answer
from laptop.launcher import LaptopError
from laptop.report.model import WorkerFact

TRUTHS = {"s3://b/1": "spam", "s3://b/2": "ham"}


def test_the_verdict_counts_the_labels_that_are_right() -> None:
    found = labels.verdict(TRUTHS, {"s3://b/1": ["spam"], "s3://b/2": ["spam"], "s3://b/other": ["ham"]})
    assert found.startswith("2 mails, each shown to 3 of 5 workers")
    assert found.endswith("50% of the labels are right")


@pytest.mark.parametrize("second", [[], ["ham", "ham"]])
def test_fails_when_a_mail_has_no_label_or_two(second: list[str]) -> None:
    with pytest.raises(LaptopError, match=rf"one label; got {{'s3://b/2': {len(second)}}}"):
        labels.verdict(TRUTHS, {"s3://b/1": ["spam"], "s3://b/2": second})


def test_mails_of_both_kinds_are_chosen_that_are_short_and_readable() -> None:
    documents = [(f"label={kind}/{n}.txt", f"{kind} {n}".encode()) for kind in ("spam", "ham") for n in range(90)]
    documents += [("label=spam/long.txt", b"x" * 10_001), ("label=ham/latin.txt", b"\xe4")]
    chosen = labels.choose(documents)
    assert [mail.truth for mail in chosen] == ["spam"] * 30 + ["ham"] * 30
    assert chosen[1].content == b"spam 3"
    assert len({mail.key for mail in chosen}) == 60
    assert not any(mail.truth in mail.key for mail in chosen)


class FakeLake:
    def query(self, sql: str) -> Answer:
        assert "label_answers" in sql
        return Answer(pd.DataFrame([["ann", 36, 0.05], ["eve", 30, 0.5]]), 0, 0)


def test_workers_are_read_with_what_contradicts_them() -> None:
    lake: object = FakeLake()
    assert labels.workers(lake) == (WorkerFact("ann", 36, 0.05), WorkerFact("eve", 30, 0.5))  # type: ignore[arg-type]
