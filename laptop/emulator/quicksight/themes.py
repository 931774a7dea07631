"""Themes, their versions and aliases.

The starting themes of AWS are known by name: others are based on them, dashboards use them. What they look like is not
documented, so describing one is refused.
Source: `CreateTheme`, `UpdateTheme`, `CreateThemeAlias`, `ListThemes` of the API reference; the ARN of a starting theme
is from `CreateAccountCustomization`.
"""

from __future__ import annotations

from laptop.emulator.cloudformation.shape import pick, tag_map
from laptop.emulator.quicksight import permissions, versions
from laptop.emulator.quicksight.records import THEMES, exists, invalid, not_found, page, serve
from laptop.emulator.registry import Json, NotImplementedOnLaptop

_STARTERS = {
    f"arn:aws:quicksight::aws:theme/{name.upper()}": {"Name": name, "ThemeId": name.upper()}
    for name in ("Classic", "Midnight", "Seaside", "Rainier")
}
_STARTER_IDS = frozenset(starter["ThemeId"] for starter in _STARTERS.values())
_SUMMARY = ("Arn", "Name", "ThemeId", "CreatedTime", "LastUpdatedTime")


def require(arn: str) -> None:
    """Refuse the ARN of a theme that is neither there nor one of AWS' own."""
    if arn not in _STARTERS:
        THEMES.find_by_arn(arn)


def _find(request: Json) -> Json:
    if request["ThemeId"] in _STARTER_IDS:
        raise NotImplementedOnLaptop(f"what AWS' own theme {request['ThemeId']} looks like")
    return THEMES.find(request["ThemeId"])


def _version(arn: str, number: int, request: Json, base: str, configuration: Json) -> Json:
    if base not in _STARTER_IDS:
        THEMES.find(base)
    body = {"BaseThemeId": base, "Configuration": configuration, "Status": "CREATION_SUCCESSFUL"}
    if "VersionDescription" in request:
        body["Description"] = request["VersionDescription"]
    return versions.made(arn, number, body)


@serve("CreateTheme")
def create_theme(request: Json) -> Json:
    theme_id = request["ThemeId"]
    version = _version(THEMES.arn(theme_id), 1, request, request["BaseThemeId"], request["Configuration"])
    asset = {
        "ThemeId": theme_id,
        "Name": request["Name"],
        "permissions": permissions.granted(THEMES, request.get("Permissions")),
        "tags": tag_map(request.get("Tags")),
        "versions": [version],
        "aliases": {},
    }
    made = THEMES.put_new(theme_id, asset)
    return _answer(made, version)


def _answer(theme: Json, version: Json) -> Json:
    answer = {"Arn": theme["Arn"], "VersionArn": version["Arn"], "ThemeId": theme["ThemeId"]}
    return answer | {"CreationStatus": "CREATION_IN_PROGRESS"}


@serve("UpdateTheme")
def update_theme(request: Json) -> Json:
    found = _find(request)
    last = found["versions"][-1]
    version = _version(
        found["Arn"],
        len(found["versions"]) + 1,
        request,
        request["BaseThemeId"],
        request.get("Configuration", last["Configuration"]),
    )
    changed = found | {"Name": request.get("Name", found["Name"]), "versions": [*found["versions"], version]}
    return _answer(THEMES.put(request["ThemeId"], changed), version)


@serve("DescribeTheme")
def describe_theme(request: Json) -> Json:
    found = _find(request)
    # A theme has no published version: the latest one is shown.
    version = versions.find(found, request, len(found["versions"]))
    return {"Theme": pick(found, *_SUMMARY) | {"Version": version, "Type": "CUSTOM"}}


@serve("ListThemes")
def list_themes(request: Json) -> Json:
    starters = [{"Arn": arn, **starter} for arn, starter in _STARTERS.items()]
    custom = [pick(theme, *_SUMMARY) | {"LatestVersionNumber": len(theme["versions"])} for theme in THEMES.all()]
    listed = {"QUICKSIGHT": starters, "CUSTOM": custom, "ALL": [*starters, *custom]}
    return page("ThemeSummaryList", listed[request.get("Type", "ALL")], request)


@serve("ListThemeVersions")
def list_theme_versions(request: Json) -> Json:
    return page("ThemeVersionSummaryList", versions.summaries(_find(request)), request)


@serve("DeleteTheme")
def delete_theme(request: Json) -> Json:
    found = _find(request)
    if request.get("VersionNumber"):
        raise NotImplementedOnLaptop("deleting one version of a theme")
    THEMES.store.delete(request["ThemeId"])
    return {"Arn": found["Arn"], "ThemeId": request["ThemeId"]}


@serve("CreateThemeAlias")
def create_theme_alias(request: Json) -> Json:
    found = _find(request)
    if request["AliasName"] in found["aliases"]:
        raise exists(f"alias {request['AliasName']} of theme {request['ThemeId']}")
    return _put_alias(found, request)


@serve("UpdateThemeAlias")
def update_theme_alias(request: Json) -> Json:
    return _put_alias(_with_alias(request), request)


def _put_alias(theme: Json, request: Json) -> Json:
    number = request["ThemeVersionNumber"]
    if request["AliasName"].startswith("$"):
        raise invalid(f"AliasName must not be a predefined one; got {request['AliasName']}")
    if number > len(theme["versions"]):
        raise not_found(f"version {number} of theme {theme['ThemeId']} is not found")
    THEMES.put(theme["ThemeId"], theme | {"aliases": theme["aliases"] | {request["AliasName"]: number}})
    return {"ThemeAlias": _alias(theme, request["AliasName"], number)}


def _alias(theme: Json, name: str, number: int) -> Json:
    return {"Arn": f"{theme['Arn']}/alias/{name}", "AliasName": name, "ThemeVersionNumber": number}


def _with_alias(request: Json) -> Json:
    found = _find(request)
    if request["AliasName"] not in found["aliases"]:
        raise not_found(f"alias {request['AliasName']} of theme {request['ThemeId']} is not found")
    return found


@serve("DescribeThemeAlias")
def describe_theme_alias(request: Json) -> Json:
    found = _with_alias(request)
    return {"ThemeAlias": _alias(found, request["AliasName"], found["aliases"][request["AliasName"]])}


@serve("ListThemeAliases")
def list_theme_aliases(request: Json) -> Json:
    found = _find(request)
    return page("ThemeAliasList", [_alias(found, name, number) for name, number in found["aliases"].items()], request)


@serve("DeleteThemeAlias")
def delete_theme_alias(request: Json) -> Json:
    found = _with_alias(request)
    left = {name: number for name, number in found["aliases"].items() if name != request["AliasName"]}
    THEMES.put(request["ThemeId"], found | {"aliases": left})
    arn = f"{found['Arn']}/alias/{request['AliasName']}"
    return {"AliasName": request["AliasName"], "Arn": arn, "ThemeId": request["ThemeId"]}
