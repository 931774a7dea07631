"""The page of one task, and the headers that keep it apart. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

# The real elements come from AWS; a laptop need not be online.
_CROWD_SCRIPT = re.compile(
    r"<script\b[^>]*\bsrc\s*=\s*[\"']?https://assets\.crowd\.aws/[^\s\"'>]+[\"']?[^>]*>\s*</script\s*>", re.IGNORECASE
)
_OURS = '<script type="module" src="/static/crowd/elements.js"></script>'
_HEAD = '<!doctype html><meta charset="utf-8"><title>Task</title>'


def task_page(rendered: str) -> str:
    """Return a rendered template as a page, with our own crowd elements."""
    replaced, count = _CROWD_SCRIPT.subn(_OURS, rendered)
    return f"{_HEAD}{replaced if count else _OURS + rendered}"


def problem_page(message: str) -> str:
    """Return a page that shows a message in place of a task."""
    style = "font: 17px system-ui, sans-serif; padding: 40px; color: #c4302b"
    return f'{_HEAD}<p role="alert" style="{style}">{escape(message)}</p>'


def portal_headers() -> dict[str, str]:
    """Return headers of the portal's own pages."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy, "X-Frame-Options": "DENY"}


def task_headers(origins: Sequence[str], images: str) -> dict[str, str]:
    """Return headers of a task's page: scripts run, in an origin of their own, and reach nothing.

    Parameters
    ----------
    origins
        Of the portal: in a sandbox 'self' is nothing.
    images
        Where the objects' contents come from.
    """
    origin = " ".join(origins)
    policy = (
        f"sandbox allow-scripts; default-src 'none'; script-src {origin} 'unsafe-inline'; "
        f"style-src {origin} 'unsafe-inline'; img-src {images} {origin} data:; "
        f"media-src {images}; frame-ancestors {origin}; form-action 'none'; base-uri 'none'"
    )
    return {"Content-Security-Policy": policy}
