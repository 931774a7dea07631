"""How a ledger names what it keeps of a task: objects, contents, verdicts, the latest job, and whose turn it is.

The partition key is the task, so the sort keys below need not name it.
"""

from __future__ import annotations

import hashlib

OBJECT = "object#"
CONTENT = "content#"
VERDICT = "verdict#"


def labeled(name: str) -> str:
    """Key of the item that says that an object has its label, and which."""
    return f"{OBJECT}{name}"


def content(content: bytes) -> str:
    """Key of the item that says which object has a content first."""
    return f"{CONTENT}{hashlib.sha256(content).hexdigest()}"


def verdict(name: str) -> str:
    """Key of the item that says why an object needs no worker."""
    return f"{VERDICT}{name}"
