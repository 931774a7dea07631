"""Versions of dashboards and themes: numbered from 1; what is deleted takes all of them along. Pure."""

from __future__ import annotations

import time
from typing import Any

from laptop.emulator.quicksight.records import not_found

Json = dict[str, Any]

_SUMMARY = ("VersionNumber", "Arn", "Description", "CreatedTime", "Status")


def made(arn: str, number: int, body: Json) -> Json:
    """Return a version."""
    return {"VersionNumber": number, "Arn": f"{arn}/version/{number}", "CreatedTime": time.time(), **body}


def find(asset: Json, request: Json, published: int) -> Json:
    """Return the version that a request asks for: by number, by alias, or the published one.

    Raises
    ------
    ServiceError
        There is no such version.
    """
    versions = asset["versions"]
    alias = request.get("AliasName", "$PUBLISHED")
    named = {"$LATEST": len(versions), "$PUBLISHED": published} | asset.get("aliases", {})
    number = request.get("VersionNumber") or named.get(alias, 0)
    if not 1 <= number <= len(versions):
        raise not_found(f"version {request.get('VersionNumber') or alias} is not found; there are {len(versions)}")
    found: Json = versions[number - 1]
    return found


def summaries(asset: Json) -> list[Json]:
    return [{name: version[name] for name in _SUMMARY if name in version} for version in asset["versions"]]
