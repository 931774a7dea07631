"""Walks a JSONata state machine with tasks that a test provides: fast, without waiting, one item of a map at a time.

It follows the Amazon States Language (https://states-language.net/) as far as the lake's definitions use it, scopes of
variables and order of retriers included.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jsonata

Json = Any
Task = Callable[[Json], Json]
# An execution that enters so many states here would run for ever.
MOST_STATES = 500


class StatesError(Exception):
    """An error with a name, as a task or a Fail state raises it."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


@dataclass
class Execution:
    """One run: what was asked of tasks, in order, and how it ended."""

    definition: Mapping[str, Json]
    tasks: Mapping[str, Task]
    name: str
    calls: list[tuple[str, Json]] = field(default_factory=list)
    output: Json = None
    failure: StatesError | None = None
    entered: int = 0

    @property
    def id(self) -> str:
        return f"arn:aws:states:us-east-1:000000000000:execution:Pipeline:{self.name}"

    @property
    def resources(self) -> list[str]:
        """The tasks that were called, without the ARN's common prefix."""
        return [resource for resource, _ in self.calls]

    def run(self, document: Json) -> Execution:
        try:
            self.output = self._walk(self.definition, document, {}, {})
        except StatesError as error:
            self.failure = error
        return self

    def _walk(self, machine: Mapping[str, Json], document: Json, variables: dict[str, Json], item: Json) -> Json:
        name: str | None = machine["StartAt"]
        while name:
            self.entered += 1
            assert self.entered <= MOST_STATES, f"the execution must end; it is in {name} after {MOST_STATES} states"
            state, scope = machine["States"][name], _Scope(document, variables, self._context(name, item))
            name, document = getattr(self, f"_{state['Type'].lower()}")(state, scope)
        return document

    def _context(self, state: str, item: Json) -> Json:
        execution = {"Id": self.id, "Name": self.name, "StartTime": "2026-01-01T00:00:00Z"}
        return {"Execution": execution, "State": {"Name": state, "EnteredTime": "2026-01-01T00:00:00Z"}, **item}

    def _choice(self, state: Json, scope: _Scope) -> tuple[str, Json]:
        for rule in state["Choices"]:
            if scope.resolve(rule["Condition"]) is True:
                scope.assign(rule)
                return rule["Next"], scope.resolve(rule.get("Output", scope.document))
        return state["Default"], scope.document

    def _pass(self, state: Json, scope: _Scope) -> tuple[str | None, Json]:
        scope.assign(state)
        return state.get("Next"), scope.resolve(state.get("Output", scope.document))

    def _wait(self, state: Json, scope: _Scope) -> tuple[str | None, Json]:
        return state.get("Next"), scope.document

    def _succeed(self, state: Json, scope: _Scope) -> tuple[None, Json]:
        return None, scope.resolve(state.get("Output", scope.document))

    def _fail(self, state: Json, scope: _Scope) -> tuple[None, Json]:
        raise StatesError(scope.resolve(state["Error"]), scope.resolve(state["Cause"]))

    def _task(self, state: Json, scope: _Scope) -> tuple[str | None, Json]:
        def attempt() -> Json:
            resource = state["Resource"].removeprefix("arn:aws:states:::")
            arguments = scope.resolve(state["Arguments"])
            self.calls.append((resource, arguments))
            return self.tasks[resource](arguments)

        return self._retried(state, scope, attempt)

    def _map(self, state: Json, scope: _Scope) -> tuple[str | None, Json]:
        def attempt() -> Json:
            results = []
            for value in scope.resolve(state["Items"]):
                item = {"Map": {"Item": {"Value": value}}}
                selected = _Scope(scope.document, scope.variables, scope.context | item).resolve(state["ItemSelector"])
                results.append(self._walk(state["ItemProcessor"], selected, dict(scope.variables), item))
            return results

        return self._retried(state, scope, attempt)

    def _retried(self, state: Json, scope: _Scope, attempt: Callable[[], Json]) -> tuple[str | None, Json]:
        left = [retrier.get("MaxAttempts", 3) for retrier in state.get("Retry", [])]
        while True:
            try:
                scope.result = attempt()
                scope.assign(state)
                return state.get("Next"), scope.resolve(state.get("Output", scope.result))
            except StatesError as error:
                retrier = _first_match(state.get("Retry", []), error.error)
                if retrier is not None and left[retrier] > 0:
                    left[retrier] -= 1
                    continue
                catcher = _first_match(state.get("Catch", []), error.error)
                if catcher is None:
                    raise
                scope.error_output = {"Error": error.error, "Cause": error.cause}
                scope.assign(state["Catch"][catcher])
                output = state["Catch"][catcher].get("Output", scope.error_output)
                return state["Catch"][catcher]["Next"], scope.resolve(output)


@dataclass
class _Scope:
    document: Json
    variables: dict[str, Json]
    context: Json
    result: Json = None
    error_output: Json = None

    def assign(self, state: Json) -> None:
        values = self.resolve(state.get("Assign", {}))
        self.variables.update(values)

    def resolve(self, value: Json) -> Json:
        if isinstance(value, dict):
            return {key: self.resolve(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.resolve(each) for each in value]
        if isinstance(value, str) and value.startswith("{%") and value.endswith("%}"):
            return self._evaluate(value[2:-2].strip())
        return value

    def _evaluate(self, expression: str) -> Json:
        states = {"input": self.document, "context": self.context}
        states |= {"result": self.result} if self.result is not None else {}
        states |= {"errorOutput": self.error_output} if self.error_output is not None else {}
        value = _compiled(expression).evaluate(None, {**self.variables, "states": states})
        if value is None:
            raise StatesError("States.QueryEvaluationError", f"undefined: {expression}")
        # The engine's own lists and maps become plain data.
        return json.loads(json.dumps(value))


@cache
def _compiled(expression: str) -> jsonata.Jsonata:
    """Parse an expression once: tests walk the same definition hundreds of times."""
    compiled = jsonata.Jsonata(expression)
    compiled.register_lambda("hash", lambda text, _algorithm: hashlib.sha256(text.encode()).hexdigest())
    compiled.register_lambda("parse", json.loads)
    return compiled


def _first_match(rules: list[Json], error: str) -> int | None:
    """Find the first rule for an error; the wildcards are those of the specification."""
    for index, rule in enumerate(rules):
        names = rule["ErrorEquals"]
        wildcard = "States.ALL" in names or ("States.TaskFailed" in names and error != "States.Timeout")
        if error in names or wildcard:
            return index
    return None
