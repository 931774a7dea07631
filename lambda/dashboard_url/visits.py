"""Who wants to see which dashboard, checked before QuickSight is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard_url.settings import Settings

# Names of users, also of those who come by a role of IAM: role/session.
_USER = re.compile(r"[\w+=,.@-]+(/[\w+=,.@-]+)?")
_MOST_TAG_CHARACTERS = 256
_FORMS = "{dashboard, user} or {dashboard, tags}"


class RequestError(ValueError):
    """The request cannot be met as it is; the message says what was expected."""


@dataclass(frozen=True, kw_only=True)
class UserVisit:
    """A registered user, whose own permissions and rows count."""

    dashboard: str
    user: str


@dataclass(frozen=True, kw_only=True)
class AnonymousVisit:
    """A visitor without a user, who sees the rows that the tags let through."""

    dashboard: str
    tags: Mapping[str, str]


def visit(request: Any, settings: Settings) -> UserVisit | AnonymousVisit:
    """Read a request; `dashboard` is an id, with or without `lake-` before it.

    Raises
    ------
    RequestError
        If it is no such request, the dashboard is not offered, or it does not say who looks at it.
    """
    if not isinstance(request, Mapping):
        raise RequestError(f"a request must be {_FORMS}; got {type(request).__name__}")
    given = set(request)
    if given == {"dashboard", "user"}:
        user = request["user"]
        if not isinstance(user, str) or not _USER.fullmatch(user):
            raise RequestError(f"user must be the name of a QuickSight user, as `name` or `role/session`; got {user!r}")
        return UserVisit(dashboard=_offered(request["dashboard"], settings.dashboards, "users"), user=user)
    if given == {"dashboard", "tags"}:
        dashboard = _offered(request["dashboard"], settings.anonymous, "visitors without a user")
        return AnonymousVisit(dashboard=dashboard, tags=_tags(request["tags"], settings.anonymous[dashboard]))
    raise RequestError(f"a request must be {_FORMS}; got {sorted(given)}")


def _offered(dashboard: Any, known: Mapping[str, Any] | tuple[str, ...], whom: str) -> str:
    if isinstance(dashboard, str):
        for name in (dashboard, f"lake-{dashboard}"):
            if name in known:
                return name
    raise RequestError(f"dashboard must be among {sorted(known)}, which {whom} may see; got {dashboard!r}")


def _tags(tags: Any, needed: tuple[str, ...]) -> dict[str, str]:
    """Require every tag and no other: a forgotten one must be an error, and not a page with the wrong rows."""
    if not isinstance(tags, Mapping) or set(tags) != set(needed):
        got = sorted(tags) if isinstance(tags, Mapping) else type(tags).__name__
        raise RequestError(f"tags must give a value for each of {sorted(needed)}; got {got}")
    for name, value in tags.items():
        if not isinstance(value, str) or not 1 <= len(value) <= _MOST_TAG_CHARACTERS:
            raise RequestError(f"tag {name} must be a text of 1 to {_MOST_TAG_CHARACTERS} characters; got {value!r}")
    return dict(tags)
