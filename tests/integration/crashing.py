"""Wraps the deployed consumer for a test: it notes each call and dies at some of them, before or after its work.

It is packed into the archive of the function and runs in the emulator's process of that function.
"""

import base64
import os
from typing import Any

from clickstream_to_lake import handler

NOTES = os.environ["NOTES"]
DIES_BEFORE, DIES_AFTER = range(3, 60, 16), range(6, 60, 16)
DEADLY = b'"user_id":"deadly"'


def handle(event: dict[str, Any], context: Any) -> Any:
    call = _note(f"{os.getpid()}")
    if "HEALED" not in os.environ:
        if call in DIES_BEFORE:
            os._exit(3)
        if any(DEADLY in base64.b64decode(record["kinesis"]["data"]) for record in event["Records"]):
            os._exit(4)
    answer = handler.handle(event, context)
    if "HEALED" not in os.environ and call in DIES_AFTER:
        os._exit(5)
    return answer


def _note(line: str) -> int:
    """Append a line to the notes, and return how many there were before."""
    with open(NOTES, "a+") as notes:  # noqa: PTH123 - nothing but the standard library of the function's process
        notes.write(f"{line}\n")
        notes.flush()
        notes.seek(0)
        return len(notes.readlines()) - 1
