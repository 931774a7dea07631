"""Serves the portal on loopback.

Requests must name this host, and those that change something must come from the portal's own page: a page of another
site, or a name that another site points here, is refused.
"""

from __future__ import annotations

import json
import logging
import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from laptop.portal import pages
from laptop.portal.desk import Desk, Json, TaskBrokenError, TaskGoneError

logger = logging.getLogger("laptop.portal")

_STATIC = Path(__file__).parent / "static"
_FILES = {file.relative_to(_STATIC).as_posix(): file for file in _STATIC.rglob("*.*")}
_MOST_BYTES = 1_000_000
# How long closing may take.
_POLL_SECONDS = 0.05
# What is read of a request that is too large: who still sends does not see why it was refused.
_DRAINED_BYTES = 16 * _MOST_BYTES
_LONGEST_NAME = 64


class Portal:
    """A running portal.

    Parameters
    ----------
    desk
        Keeps the tasks.
    images
        Origin of the addresses of objects in the pages of tasks, e.g. `http://127.0.0.1:20000`.
    ports
        The first free one of them is taken.
    """

    def __init__(self, desk: Desk, images: str, ports: range = range(1)) -> None:
        self.desk = desk
        self.images = images
        self._server = _listen(ports, self)
        self.port: int = self._server.server_address[1]
        Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True, name="laptop-portal").start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def hosts(self) -> list[str]:
        return [f"127.0.0.1:{self.port}", f"localhost:{self.port}"]

    @property
    def origins(self) -> list[str]:
        return [f"http://{host}" for host in self.hosts]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _listen(ports: range, portal: Portal) -> ThreadingHTTPServer:
    handler = type("Handler", (_Handler,), {"portal": portal})
    for port in ports:
        try:
            return ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError:
            continue
    raise OSError(f"one port of {ports.start}-{ports.stop - 1} must be free for the portal; got none")


class _Refusal(Exception):  # noqa: N818 (it is an answer, not an error of ours)
    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    portal: Portal
    protocol_version = "HTTP/1.1"
    server_version = "laptop-portal"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def _answer(self, work: Callable[[], None]) -> None:
        try:
            if self.headers.get("Host") not in self.portal.hosts:
                raise _Refusal(HTTPStatus.FORBIDDEN, f"the portal is at {self.portal.origin}")
            work()
        except _Refusal as refusal:
            self._json({"message": str(refusal)}, refusal.status)
        except TaskGoneError as error:
            self._json({"message": str(error)}, HTTPStatus.CONFLICT)
        except Exception as error:
            logger.exception("portal: %s", self.path)
            self._json({"message": f"{type(error).__name__}: {error}"}, HTTPStatus.INTERNAL_SERVER_ERROR)

    def _get(self) -> None:
        url = urlsplit(self.path)
        name = url.path.removeprefix("/static/")
        if url.path == "/":
            self._send(_FILES["portal.html"].read_bytes(), "text/html", pages.portal_headers())
        elif url.path.startswith("/static/") and name in _FILES:
            kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0] or "text/plain"
            # A task's page has an origin of its own, and modules need leave across origins.
            self._send(_FILES[name].read_bytes(), kind, {"Access-Control-Allow-Origin": "*"})
        elif url.path == "/task":
            self._task({key: values[0] for key, values in parse_qs(url.query).items()})
        elif url.path == "/api/members":
            self._json({"members": self.portal.desk.members()})
        else:
            raise _Refusal(HTTPStatus.NOT_FOUND, f"there is no page {url.path}")

    def _task(self, query: Mapping[str, str]) -> None:
        try:
            page = pages.task_page(self.portal.desk.page(query["job"], query["id"], query["worker"]))
        except (TaskGoneError, TaskBrokenError) as error:
            page = pages.problem_page(str(error))
        self._send(page.encode(), "text/html", pages.task_headers(self.portal.origins, self.portal.images))

    def _post(self) -> None:
        if self.headers.get("Origin") not in self.portal.origins:
            raise _Refusal(HTTPStatus.FORBIDDEN, "only the portal's own page may change something")
        body = self._body()
        worker = body.get("worker")
        if not isinstance(worker, str) or not 0 < len(worker.strip()) <= _LONGEST_NAME:
            raise _Refusal(HTTPStatus.BAD_REQUEST, f"a worker must have a name of 1 to {_LONGEST_NAME} characters")
        action = _ACTIONS.get(self.path)
        if action is None:
            raise _Refusal(HTTPStatus.NOT_FOUND, f"there is no action {self.path}")
        try:
            self._json(action(self.portal.desk, worker.strip(), body))
        except KeyError as error:
            raise _Refusal(HTTPStatus.BAD_REQUEST, f"a request of {self.path} must have {error}") from error

    def _body(self) -> Json:
        length = int(self.headers.get("Content-Length") or 0)
        if self.headers.get_content_type() != "application/json" or not 0 < length <= _MOST_BYTES:
            self._drain(length)
            raise _Refusal(HTTPStatus.BAD_REQUEST, f"a request must be JSON of at most {_MOST_BYTES} bytes")
        try:
            body = json.loads(self.rfile.read(length))
        except ValueError as error:
            raise _Refusal(HTTPStatus.BAD_REQUEST, f"a request must be JSON; {error}") from error
        if not isinstance(body, dict):
            raise _Refusal(HTTPStatus.BAD_REQUEST, "a request must be a JSON object")
        return body

    def _drain(self, length: int) -> None:
        left = min(length, _DRAINED_BYTES)
        while left > 0 and (read := self.rfile.read(min(left, 1 << 16))):
            left -= len(read)

    def _json(self, document: Json, status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(json.dumps(document).encode(), "application/json", {}, status)

    def _send(self, content: bytes, kind: str, headers: Mapping[str, str], status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        usual = {
            "Content-Type": f"{kind}; charset=utf-8",
            "Content-Length": str(len(content)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        # What was not read of a refused request must not be taken for the next one.
        closing = {"Connection": "close"} if status >= HTTPStatus.BAD_REQUEST else {}
        for name, value in {**usual, **headers, **closing}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        logger.debug(format, *args)


def _jobs(desk: Desk, worker: str, body: Json) -> Json:
    return {"jobs": [asdict(job) for job in desk.jobs(worker)]}


def _claim(desk: Desk, worker: str, body: Json) -> Json:
    task = desk.claim(body["job"], worker)
    return {"task": asdict(task) if task else None, "job": asdict(desk.job(body["job"], worker))}


def _submit(desk: Desk, worker: str, body: Json) -> Json:
    desk.submit(body["job"], body["id"], worker, body["content"])
    return {}


def _release(desk: Desk, worker: str, body: Json) -> Json:
    desk.give_back(body["job"], body["id"], worker, decline=False)
    return {}


def _decline(desk: Desk, worker: str, body: Json) -> Json:
    desk.give_back(body["job"], body["id"], worker, decline=True)
    return {}


_ACTIONS: Mapping[str, Callable[[Desk, str, Json], Json]] = {
    "/api/jobs": _jobs,
    "/api/claim": _claim,
    "/api/submit": _submit,
    "/api/release": _release,
    "/api/decline": _decline,
}
