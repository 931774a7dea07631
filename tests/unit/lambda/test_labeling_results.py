"""From the files of a labeling job to rows, whatever workers, services and copies left there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any

import pytest
from labeling_results.answers import Answer, line_of, read, timestamp
from labeling_results.aws import Files, Ledger
from labeling_results.report import report
from labeling_results.rows import Known, Outcome, Row, outcome
from labeling_results.statements import Harvest, staging_key, unload_answers, unload_labels
from labeling_results.whole_job import consolidated
from lake_common.labeling.tasks import Task

from components import labeling_staging
from contracts.loader import load
from tests.unit.labeling.making import TASKS

NOW = "2026-01-02 00:00:00.000"


def entry(worker: str, content: Any, at: str = "2026-01-01T10:00:00Z") -> dict[str, Any]:
    return {"workerId": worker, "answerContent": content, "submissionTime": at, "timeSpentInSeconds": 4}


def said(label: str) -> dict[str, Any]:
    return {"label": {"label": label}}


def line(name: str, label: int | None = None, **metadata: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"source-ref": f"s3://b/{name}", "lake-object": name}
    if label is None:
        return found
    return found | {"sports": label, "sports-metadata": {"confidence": 0.9, "human-annotated": "yes"} | metadata}


def results(
    *lines: dict[str, Any],
    answers: Mapping[int, list[Answer]] | None = None,
    known: Mapping[str, Known] | None = None,
    labels: Mapping[str, Any] | None = None,
    task: str = "sports",
    again: Callable[[Iterable[Row], Task], Iterable[Row]] = lambda rows, _: rows,
) -> Outcome:
    return outcome(
        lines,
        answers or {},
        TASKS[task],
        request="monday",
        ended=NOW,
        verdict_of=(known or {}).get,
        label_of=(labels or {}).get,
        again=again,
    )


def answer(worker: str, label: str | None, problem: str | None = None) -> Answer:
    return Answer(worker=worker, answer=label, problem=problem, seconds=2.0, answered_at=NOW)


def test_answers_are_read_from_the_folder_of_their_object() -> None:
    root = "jobs/sports/sports-00001-abcdef01/annotations"
    assert line_of(f"{root}/worker-response/iteration-2/17/2026-01-01_00:00:00.json") == 17
    assert line_of(f"{root}/consolidated-annotation/consolidation-request/iteration-1/x.json") is None


def test_latest_answer_of_a_worker_counts() -> None:
    documents = [
        {"answers": [entry("w1", said("soccer"), "2026-01-01T11:00:00Z"), entry("w2", said("cricket"))]},
        {"answers": [entry("w1", said("cricket"), "2026-01-01T10:00:00Z")]},
    ]

    found = read(documents, TASKS["sports"])

    assert [(each.worker, each.answer) for each in found] == [("w1", "soccer"), ("w2", "cricket")]
    assert (found[0].seconds, found[0].answered_at) == (4.0, "2026-01-01 11:00:00.000")


@pytest.mark.parametrize("content", [None, "", "{", [], {}, {"label": {"label": "chess"}}, {"label": {}}])
def test_answer_that_cannot_be_used_keeps_its_worker_and_its_reason(content: Any) -> None:
    (found,) = read([{"answers": [entry("w1", content)]}], TASKS["sports"])

    assert found.answer is None
    assert found.problem
    assert found.worker == "w1"


def test_marks_are_kept_as_json() -> None:
    spans = {"entities": {"entities": [{"startOffset": 0, "endOffset": 3, "label": "person"}]}}

    (found,) = read([{"answers": [entry("w1", spans)]}], TASKS["entities"])

    assert json.loads(found.answer or "") == [{"start": 0, "end": 3, "label": "person"}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-25T00:30:00Z", "2026-10-25 00:30:00.000"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25 00:30:00.000"),
        ("2026-10-25T02:30:00.123456", "2026-10-25 02:30:00.123"),
        ("yesterday", None),
        (None, None),
    ],
)
def test_times_are_utc_whatever_their_offset(text: Any, expected: str | None) -> None:
    assert timestamp(text) == expected


def test_row_tells_label_confidence_workers_and_agreement() -> None:
    metadata = {"class-name": "swimming", "creation-date": "2026-01-01T12:00:00.000000"}
    answers = {0: [answer("a", "swimming"), answer("b", "soccer"), answer("c", None, "no label was chosen")]}

    (row,) = results(line("x", 1, **metadata), answers=answers).rows

    assert (row.object, row.label, row.confidence, row.labeled_by) == ("x", "swimming", 0.9, "human")
    assert (row.workers, row.agreement, row.labeled_at) == (2, 0.5, "2026-01-01 12:00:00.000")
    assert [(each["worker"], each["agrees"]) for each in row.answers] == [("a", True), ("b", False), ("c", None)]


def test_class_without_a_name_is_found_by_its_number() -> None:
    (row,) = results(line("x", 2)).rows
    assert row.label == "baseball"


def test_label_of_a_model_is_a_machines() -> None:
    (row,) = results(line("x", 2, **{"human-annotated": "no"})).rows
    assert (row.labeled_by, row.workers, row.agreement) == ("machine", 0, None)


def test_marks_have_the_mean_of_their_confidences() -> None:
    boxes = {"annotations": [{"class_id": 0, "left": 1, "top": 2, "width": 3, "height": 4}], "image_size": []}
    metadata = {"objects": [{"confidence": 0.5}, {"confidence": 1.0}], "human-annotated": "yes"}
    made = {"source-ref": "s3://b/x", "lake-object": "x", "boxes": boxes, "boxes-metadata": metadata}

    (row,) = results(made, task="boxes").rows

    assert (row.label, row.confidence) == (None, 0.75)
    assert json.loads(row.annotation or "") == boxes


def test_copies_get_the_label_of_their_original_from_this_job_or_an_earlier_one() -> None:
    found = results(
        line("copy"),
        line("original", 0),
        line("late copy"),
        line("orphan"),
        known={
            "copy": Known(verdict="duplicate", of="original"),
            "late copy": Known(verdict="duplicate", of="older"),
            "orphan": Known(verdict="duplicate", of="unlabeled"),
        },
        labels={"older": {"label": "cricket", "annotation": None, "confidence": 0.7}},
    )

    rows = {row.object: row for row in found.rows}
    assert (rows["copy"].label, rows["copy"].labeled_by, rows["copy"].workers) == ("soccer", "duplicate", 0)
    assert (rows["late copy"].label, rows["late copy"].confidence) == ("cricket", 0.7)
    assert found.without == {"orphan": "unlabeled, which has the same content, has no label"}


def test_what_a_service_was_sure_of_is_a_machines_label() -> None:
    known = {"x": Known(verdict="machine", label="soccer", confidence=0.99)}
    (row,) = results(line("x"), known=known).rows
    assert (row.label, row.confidence, row.labeled_by) == ("soccer", 0.99, "machine")


def test_every_object_without_a_label_has_a_reason() -> None:
    found = results(
        line("expired"),
        line("nonsense"),
        line("broken"),
        line("done before"),
        answers={1: [answer("a", None, "the answer is empty")]},
        known={
            "broken": Known(verdict="refused", problem="it is empty"),
            "done before": Known(verdict="labeled"),
        },
    )

    assert found.rows == ()
    assert found.without == {
        "expired": "no worker answered in time",
        "nonsense": "its workers gave no usable answer",
        "broken": "it is empty",
    }


def row(**changes: Any) -> Row:
    fields: dict[str, Any] = {
        "object": "x",
        "label": "soccer",
        "annotation": None,
        "confidence": 0.9,
        "labeled_by": "human",
        "workers": 1,
        "agreement": 1.0,
        "labeled_at": NOW,
        "source_ref": None,
        "request": "monday",
        "answers": (),
    }
    return Row(**{**fields, **changes})


def judged(worker: str, agrees: bool | None) -> dict[str, Any]:
    return {"worker": worker, "agrees": agrees, "problem": None if agrees is not None else "empty"}


def test_report_tells_cost_quality_and_who_disagrees() -> None:
    rows = (
        row(answers=(judged("a", True), judged("b", False))),
        row(confidence=0.5, answers=(judged("a", True), judged("b", True), judged("c", None))),
        row(labeled_by="machine", confidence=1.0),
    )
    found = report(
        Outcome(rows=rows, without={"y": "late", "z": "late"}),
        {"HumanLabeled": 2, "MachineLabeled": 1},
        object_usd=0.08,
        answer_usd=0.1,
    )

    assert found == {
        "objects": 5,
        "labeled": {"human": 2, "machine": 1, "duplicate": 0},
        "unlabeled": 2,
        "reasons": {"late": 2},
        "mean_confidence": 0.8,
        "unsure": 1,
        "answers": 5,
        "unusable_answers": 1,
        "workers": 3,
        "most_disagreeing_workers": {"b": 0.5, "a": 0.0},
        "estimated_cost_usd": 0.74,
    }


def test_rows_are_read_as_they_were_written_whatever_separates_lines_elsewhere() -> None:
    s3 = Store()
    files = Files(s3)  # type: ignore[arg-type]
    rows = [{"object": "a\u2028b\x85c\x0b"}, {"object": "häßlich 🦆\n"}]

    files.write_lines("bucket", "rows.json.gz", rows)

    assert list(files.read_lines("bucket", "rows.json.gz")) == rows


class Throttled:
    """A table of DynamoDB that leaves one item of a batch over, so many times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.taken: list[Any] = []

    def batch_write_item(self, *, RequestItems: dict[str, list[Any]]) -> Any:  # noqa: N803
        (table, batch), *_ = RequestItems.items()
        left = batch[-1:] if self.times else []
        self.times = max(0, self.times - 1)
        self.taken += batch[: len(batch) - len(left)]
        return {"UnprocessedItems": {table: left} if left else {}}


def marked(dynamodb: Throttled) -> int:
    rows = [{"object": str(number), "label": "a", "annotation": None, "confidence": 1.0} for number in range(30)]
    return Ledger(dynamodb, "ledger", "sports").mark_labeled(rows, "job")  # type: ignore[arg-type]


def test_items_that_a_busy_table_left_over_are_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    dynamodb = Throttled(3)

    assert marked(dynamodb) == 30
    assert len(dynamodb.taken) == 30


def test_fails_when_a_table_takes_no_item_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    with pytest.raises(RuntimeError, match="ledger must take all items; 1 are left"):
        marked(Throttled(100))


class Store:
    """One object of S3."""

    def put_object(self, *, Body: bytes, **_: str) -> None:  # noqa: N803
        self.content = Body

    def get_object(self, **_: str) -> Any:
        return {"Body": BytesIO(self.content)}


def test_report_of_nothing_is_a_report() -> None:
    found = report(Outcome(rows=(), without={}), {}, object_usd=1, answer_usd=1)
    assert (found["objects"], found["mean_confidence"], found["estimated_cost_usd"]) == (0, 0.0, 0)


def test_rows_fit_the_staging_table_and_the_statements_the_tables_of_the_contracts() -> None:
    harvest = Harvest(task="sports", job="sports-00001-abcdef01", id="h1")
    made = row(answers=({"worker": "w"},)).as_dict()
    assert list(made) == list(labeling_staging._COLUMNS)
    for table, sql in (
        ("labels", unload_labels(harvest, raw_database="lake_raw", curated_bucket="c")),
        ("label_answers", unload_answers(harvest, raw_database="lake_raw", curated_bucket="c")),
    ):
        selected = sql.split("select ")[1].split("\nfrom")[0].split(",")
        columns = [each.split(" as ")[-1].strip() for each in selected]
        assert columns == [column.name for column in load(table).data_columns]
        assert f"to 's3://c/{table}/task=sports/job=sports-00001-abcdef01/harvest=h1/'" in sql
    assert staging_key(harvest) == "results/task=sports/job=sports-00001-abcdef01/harvest=h1/rows.json.gz"


def test_fields_of_an_answer_are_in_the_order_of_the_staging_type() -> None:
    sql = unload_answers(Harvest(task="t", job="j", id="h"), raw_database="r", curated_bucket="c")
    unnested = sql.split("as t (")[1].split(")")[0].split(", ")
    assert unnested == [field.split(":")[0] for field in labeling_staging._ANSWER.split(",")]


@pytest.mark.parametrize("value", ["a'b", "", "A", "../x"])
def test_fails_for_a_name_that_would_change_the_statement(value: str) -> None:
    with pytest.raises(ValueError, match="must match"):
        Harvest(task="sports", job=value, id="h")


def whole_job(task: str = "sports") -> Outcome:
    """Forty objects: two workers know the sport, three always say soccer; the manifest believes the three."""
    sports = TASKS["sports"].categories
    lines, answers = [], {}
    for number in range(40):
        lines.append(line(f"o{number}", 0, **{"class-name": "soccer"}))
        good = [answer(f"good-{seat}", sports[number % 3]) for seat in range(2)]
        answers[number] = [*good, *(answer(f"bad-{seat}", "soccer") for seat in range(3))]
    lines.append(line("machine", 1, **{"class-name": "swimming", "human-annotated": "no"}))
    lines.append(line("copy"))
    known = {"copy": Known(verdict="duplicate", of="o1")}
    if task == "sports":
        return results(*lines, answers=answers, known=known, again=consolidated)
    audited = [{name.replace("sports", task): value for name, value in each.items()} for each in lines]
    return results(*audited, answers=answers, known=known, task=task, again=consolidated)


def test_labels_are_consolidated_again_with_all_that_the_job_tells_of_its_workers() -> None:
    sports = TASKS["sports"].categories
    rows = {row.object: row for row in whole_job().rows}
    assert [rows[f"o{number}"].label for number in range(40)] == [sports[number % 3] for number in range(40)]
    assert rows["o1"].confidence > 0.8
    assert rows["o1"].agreement == pytest.approx(0.4)
    assert [each["agrees"] for each in rows["o1"].answers] == [True, True, False, False, False]


def test_copy_of_an_object_gets_the_label_of_the_end_and_a_machines_label_stays() -> None:
    rows = {row.object: row for row in whole_job().rows}
    assert (rows["copy"].label, rows["copy"].confidence) == (rows["o1"].label, rows["o1"].confidence)
    assert (rows["machine"].label, rows["machine"].confidence) == ("swimming", 0.9)


def test_votes_are_not_counted_again() -> None:
    assert {row.label for row in whole_job("sports-check").rows} == {"soccer", "swimming"}
