"""Whether the content of an object is what its task labels."""

from __future__ import annotations

from lake_common.labeling.tasks import Task

IMAGE_BYTES = 40 * 1024 * 1024
TEXT_BYTES = 100_000
_IMAGES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}


def most_bytes(task: Task) -> int:
    """How large an object of the task may be.

    https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html
    """
    return IMAGE_BYTES if task.is_image else TEXT_BYTES


def problem_of(content: bytes, task: Task) -> str | None:
    """Say why a content cannot be labeled; None if it can."""
    if not content.strip():
        return "it is empty"
    if len(content) > most_bytes(task):
        return f"it has {len(content)} bytes; at most {most_bytes(task)} can be labeled"
    if task.is_image:
        return None if content.startswith(tuple(_IMAGES)) else f"it is none of {sorted(_IMAGES.values())}"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"it is no UTF-8 text: {error.reason} at byte {error.start}"
    return None
