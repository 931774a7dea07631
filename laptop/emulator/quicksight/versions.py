"""Versions of dashboards and themes: numbered from 1; what is deleted takes all of them along."""

from __future__ import annotations

import time

from laptop.emulator.quicksight.records import not_found
from laptop.emulator.registry import Json

_SUMMARY = ("VersionNumber", "Arn", "Description", "CreatedTime", "Status")


def made(arn: str, number: int, body: Json) -> Json:
    """Return a version."""
    return {"VersionNumber": number, "Arn": f"{arn}/version/{number}", "CreatedTime": time.time(), **body}


def published(dashboard: Json) -> Json:
    """Return the version that readers of a dashboard see."""
    found: Json = dashboard["versions"][dashboard["published"] - 1]
    return found


def find(asset: Json, request: Json, default: int) -> Json:
    """Return the version that a request asks for: by number, by alias, or the default, which is $PUBLISHED.

    Raises
    ------
    ServiceError
        There is no such version.
    """
    versions = asset["versions"]
    alias = request.get("AliasName", "$PUBLISHED")
    named = {"$LATEST": len(versions), "$PUBLISHED": default} | asset.get("aliases", {})
    number = request.get("VersionNumber") or named.get(alias, 0)
    if not 1 <= number <= len(versions):
        raise not_found(f"version {request.get('VersionNumber') or alias} is not found; there are {len(versions)}")
    found: Json = versions[number - 1]
    return found


def summaries(asset: Json) -> list[Json]:
    return [{name: version[name] for name in _SUMMARY if name in version} for version in asset["versions"]]
