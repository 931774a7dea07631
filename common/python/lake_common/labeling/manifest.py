"""Input manifests of labeling jobs: one JSON object a line.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-input-data-input-manifest.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lake_common.labeling.tasks import Task

LINE_CHARACTERS = 100_000
ATTRIBUTE_CHARACTERS = 20_000
# https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html
JOB_OBJECTS = 100_000
# What the lake adds to each line, and Ground Truth copies to its output: the object's name in the lake.
OBJECT = "lake-object"
_OWN_NAMES = ("source", "source-ref", OBJECT)
_ENDINGS = ("-metadata", "-ref")

Line = Mapping[str, Any]


class ManifestError(ValueError):
    """A manifest that Ground Truth would refuse, or pay for in vain."""


def line_of(*, object_name: str, source_ref: str | None = None, source: str | None = None) -> dict[str, Any]:
    """Describe one object: by the `s3://` address of its content, or by its text."""
    if (source_ref is None) == (source is None):
        raise ManifestError(f"object {object_name!r} must have source_ref or source; got both or neither")
    where = {"source-ref": source_ref} if source_ref is not None else {"source": source}
    return {**where, OBJECT: object_name}


def name_of(line: Line) -> str:
    """Return the name of a line's object: what the lake calls it, else its address, else a digest of its text."""
    if OBJECT in line:
        return str(line[OBJECT])
    if "source-ref" in line:
        return str(line["source-ref"])
    return f"text-{hashlib.sha256(str(line.get('source')).encode()).hexdigest()}"


def check(lines: Sequence[Line], task: Task, *, image_bucket: str) -> None:
    """Refuse a manifest with which a job would fail.

    Parameters
    ----------
    image_bucket
        The only bucket from which a worker's browser may show images.

    Raises
    ------
    ManifestError
        With the number of the first bad line, counted from 1, and what is wrong with it.
    """
    check_attribute(task.name)
    if not lines:
        raise ManifestError("a manifest must have at least one object; got none")
    if len(lines) > JOB_OBJECTS:
        raise ManifestError(f"a job takes at most {JOB_OBJECTS} objects; got {len(lines)}")
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        problem = _problem(line, task, image_bucket)
        if not problem and name_of(line) in seen:
            problem = f"object {name_of(line)!r} occurs twice"
        if problem:
            raise ManifestError(f"line {number} of the manifest of {task.name}: {problem}")
        seen.add(name_of(line))


def check_attribute(name: str) -> None:
    """Refuse a label attribute whose name Ground Truth or the manifest uses for something else."""
    if name in _OWN_NAMES:
        raise ManifestError(f"a label attribute must not be called as one of {list(_OWN_NAMES)}; got {name!r}")
    if name.endswith(_ENDINGS):
        raise ManifestError(f"a label attribute must not end with one of {list(_ENDINGS)}; got {name!r}")


def _problem(line: Line, task: Task, image_bucket: str) -> str | None:
    if ("source" in line) == ("source-ref" in line):
        return f"it must have either source or source-ref; got {sorted(line)}"
    if task.name in line or f"{task.name}-metadata" in line:
        return f"it has the label attribute {task.name!r} already"
    if task.audits and task.audits not in line:
        return f"it must have the label {task.audits!r} to audit; got {sorted(line)}"
    dollars = [name for name in line if name.startswith("$")]
    if dollars:
        return f"names of attributes must not begin with $; got {dollars}"
    return _source_problem(line, task, image_bucket) or _size_problem(line)


def _source_problem(line: Line, task: Task, image_bucket: str) -> str | None:
    if task.is_image:
        address = line.get("source-ref")
        if not address or not str(address).startswith(f"s3://{image_bucket}/"):
            return f"images must lie in s3://{image_bucket}/, which browsers may read from; got {address!r}"
        return None
    text = line.get("source", line.get("source-ref"))
    return None if isinstance(text, str) and text.strip() else f"its text must not be empty; got {text!r}"


def _size_problem(line: Line) -> str | None:
    characters = len(_written(line))
    if characters > LINE_CHARACTERS:
        return f"a line has at most {LINE_CHARACTERS} characters; got {characters}"
    for name, value in line.items():
        length = len(value if isinstance(value, str) else _written(value))
        if length > ATTRIBUTE_CHARACTERS:
            return f"an attribute has at most {ATTRIBUTE_CHARACTERS} characters; got {length} in {name!r}"
    return None


def write(lines: Iterable[Line]) -> bytes:
    """Write a manifest: the same lines give the same bytes."""
    return "".join(f"{_written(line)}\n" for line in lines).encode()


def read(content: bytes) -> list[dict[str, Any]]:
    """Read a manifest, an output manifest too.

    Raises
    ------
    ManifestError
        If a line is no JSON object.
    """
    lines = []
    for number, text in enumerate(content.decode("utf-8").split("\n"), start=1):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
        except json.JSONDecodeError as error:
            raise ManifestError(f"line {number} of a manifest must be JSON: {error}") from error
        if not isinstance(line, dict):
            raise ManifestError(f"line {number} of a manifest must be a JSON object; got {type(line).__name__}")
        lines.append(line)
    return lines


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
