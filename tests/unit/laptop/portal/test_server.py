"""What the portal's server answers, and whom it refuses."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from laptop.portal.desk import Task, TaskGoneError, Work
from laptop.portal.server import Portal

WORK = Work("job", "Title", "Text", ["word"], 1, 0, 1, True)


class Desk:
    """One task, for Ada."""

    def __init__(self) -> None:
        self.answers: list[Any] = []

    def members(self) -> list[str]:
        return ["Ada"]

    def jobs(self, worker: str) -> list[Work]:
        return [WORK]

    def job(self, name: str, worker: str) -> Work:
        return WORK

    def claim(self, job: str, worker: str) -> Task | None:
        return Task(job, "0", 9e9) if worker == "Ada" else None

    def page(self, job: str, task: str, worker: str) -> str:
        if worker != "Ada":
            raise TaskGoneError("not <yours>")
        return "<crowd-form></crowd-form>"

    def submit(self, job: str, task: str, worker: str, content: Any) -> None:
        if worker != "Ada":
            raise TaskGoneError("its time is up")
        self.answers.append((worker, content))

    def give_back(self, job: str, task: str, worker: str, *, decline: bool) -> None:
        self.answers.append((worker, "declined" if decline else "released"))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def portal(desk: Desk) -> Iterator[Portal]:
    running = Portal(desk, "http://127.0.0.1:1")
    yield running
    running.close()


def send(portal: Portal, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=10)
    usual = {"Content-Type": "application/json", "Origin": portal.origin} if method == "POST" else {}
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    connection.request(method, path, content, {**usual, **headers})
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read().decode()
    connection.close()
    return found


def test_an_answer_reaches_the_desk(portal: Portal, desk: Desk) -> None:
    status, _, _ = send(portal, "POST", "/api/submit", {"worker": "Ada", "job": "job", "id": "0", "content": {"a": 1}})
    assert (status, desk.answers) == (200, [("Ada", {"a": 1})])


def test_a_task_is_given_and_given_back(portal: Portal, desk: Desk) -> None:
    _, _, text = send(portal, "POST", "/api/claim", {"worker": " Ada ", "job": "job"})
    assert json.loads(text)["task"] == {"job": "job", "id": "0", "until": 9e9}
    for action in ("decline", "release"):
        send(portal, "POST", f"/api/{action}", {"worker": "Ada", "job": "job", "id": "0"})
    assert desk.answers == [("Ada", "declined"), ("Ada", "released")]


def test_fails_with_a_conflict_for_a_task_that_is_gone(portal: Portal) -> None:
    status, _, text = send(portal, "POST", "/api/submit", {"worker": "Eve", "job": "job", "id": "0", "content": 1})
    assert (status, json.loads(text)) == (409, {"message": "its time is up"})


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Origin": "https://example.com"}, "page of another site"),
        ({"Origin": "null"}, "a sandboxed frame, such as a task's own page"),
        ({"Host": "example.com"}, "a name that another site points here"),
    ],
)
def test_fails_for_requests_that_do_not_come_from_the_portals_own_page(
    portal: Portal, desk: Desk, headers: dict[str, str], why: str
) -> None:
    body = {"worker": "Ada", "job": "job", "id": "0", "content": {}}
    status, answered, _ = send(portal, "POST", "/api/submit", body, **headers)
    assert (status, desk.answers) == (403, []), why
    assert "Access-Control-Allow-Origin" not in answered


def test_fails_for_another_host_when_pages_are_read(portal: Portal) -> None:
    assert send(portal, "GET", "/", Host="attacker.example")[0] == 403


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"no json", "must be JSON"),
        (b"[]", "JSON object"),
        (b"x" * 1_000_001, "at most 1000000 bytes"),
        ({"worker": "", "job": "job"}, "name of 1 to 64"),
        ({"worker": 7, "job": "job"}, "name of 1 to 64"),
        ({"worker": "Ada"}, "must have 'job'"),
    ],
)
def test_fails_for_requests_that_are_none(portal: Portal, body: Any, problem: str) -> None:
    status, _, text = send(portal, "POST", "/api/claim", body)
    assert status == 400
    assert problem in json.loads(text)["message"]


def test_fails_for_a_form_of_another_site_that_pretends_to_be_text(portal: Portal) -> None:
    assert send(portal, "POST", "/api/jobs", {"worker": "Ada"}, **{"Content-Type": "text/plain"})[0] == 400


@pytest.mark.parametrize(
    "path", ["/static/../server.py", "/static/%2e%2e/server.py", "/static/", "/etc/passwd", "/api"]
)
def test_fails_for_files_that_are_not_the_portals_own(portal: Portal, path: str) -> None:
    assert send(portal, "GET", path)[0] == 404


def test_a_task_is_a_sandboxed_page_that_reaches_nothing(portal: Portal) -> None:
    status, headers, text = send(portal, "GET", "/task?worker=Ada&job=job&id=0")
    policy = headers["Content-Security-Policy"]
    assert status == 200
    assert policy.startswith("sandbox allow-scripts; default-src 'none'")
    assert "connect-src" not in policy
    assert "img-src http://127.0.0.1:1 " in policy
    assert "crowd-form" in text


def test_a_task_of_somebody_else_is_refused_with_words_and_not_with_markup(portal: Portal) -> None:
    _, _, text = send(portal, "GET", "/task?worker=Eve&job=job&id=0")
    assert "not &lt;yours&gt;" in text
    assert "crowd-form" not in text


def test_the_portal_takes_the_next_port_if_one_is_taken(portal: Portal, desk: Desk) -> None:
    second = Portal(desk, "data:", range(portal.port, portal.port + 50))
    assert second.port > portal.port
    second.close()


def test_fails_if_no_port_is_free(portal: Portal, desk: Desk) -> None:
    with pytest.raises(OSError, match="must be free"):
        Portal(desk, "data:", range(portal.port, portal.port + 1))
