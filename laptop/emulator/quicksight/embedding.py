"""URLs of embedded dashboards: checked as documented, and of the documented form. They open nothing on the laptop.

| rule | source |
|---|---|
| 15 to 600 minutes; up to three domains, with https unless they are on this machine | `GenerateEmbedUrl*` |
| the user must be registered, and may read the dashboard | `GenerateEmbedUrlForRegisteredUser` |
| the first dashboard is one of the authorized resources, which all exist | `GenerateEmbedUrlForAnonymousUser` |
| tags are keys of a data set of the dashboards with tag-based rules | "SessionTags" |
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterable

from laptop.emulator.clients import account, region
from laptop.emulator.quicksight import data_sets, identities, permissions, themes, versions
from laptop.emulator.quicksight.records import DASHBOARDS, DATA_SETS, invalid, not_found, serve
from laptop.emulator.registry import Json, NotImplementedOnLaptop, ServiceError

_MAX_DOMAINS = 3
_DOMAIN = re.compile(r"https://(\*\.)?[A-Za-z0-9.-]+(:\d+)?/?|http://localhost(:\d+)?/?")


@serve("GenerateEmbedUrlForRegisteredUser")
def for_registered_user(request: Json) -> Json:
    _require_domains(request.get("AllowedDomains") or [])
    user = identities.user_of(request["UserArn"])
    if user is None:
        raise ServiceError("QuickSightUserNotFoundException", f"user {request['UserArn']} is not found", 404)
    dashboard = _dashboard(request["ExperienceConfiguration"])
    person = identities.person(user["UserName"])
    if not permissions.may_read(DASHBOARDS, dashboard, identities.principals(person)):
        message = f"{request['UserArn']} must have permissions on dashboard {dashboard['DashboardId']}"
        raise ServiceError("AccessDeniedException", message, 401)
    return {"EmbedUrl": _url(dashboard["DashboardId"])}


@serve("GenerateEmbedUrlForAnonymousUser")
def for_anonymous_user(request: Json) -> Json:
    _require_domains(request.get("AllowedDomains") or [])
    if request["Namespace"] != identities.DEFAULT_NAMESPACE:
        raise not_found(f"Namespace {request['Namespace']} is not found")
    dashboard, authorized = _dashboard(request["ExperienceConfiguration"]), request["AuthorizedResourceArns"]
    if dashboard["Arn"] not in authorized:
        raise invalid(f"AuthorizedResourceArns must have the first dashboard {dashboard['Arn']}; got {authorized}")
    found = [_authorized(arn) for arn in authorized]
    _require_tags(request.get("SessionTags") or [], [each for each in found if each])
    return {
        "EmbedUrl": _url(dashboard["DashboardId"]),
        "AnonymousUserArn": f"arn:aws:quicksight:{region()}:{account()}:anonymousUser/default/{uuid.uuid4()}",
    }


def _require_domains(domains: list[str]) -> None:
    if len(domains) > _MAX_DOMAINS:
        raise invalid(f"AllowedDomains must be at most {_MAX_DOMAINS}; got {len(domains)}")
    wrong = [domain for domain in domains if not _DOMAIN.fullmatch(domain)]
    if wrong:
        raise invalid(f"AllowedDomains must be like https://*.example.com; got {', '.join(wrong)}")


def _dashboard(experience: Json) -> Json:
    if len(experience) != 1:
        raise invalid(f"ExperienceConfiguration must be of one kind; got {' and '.join(experience) or 'none'}")
    ((kind, body),) = experience.items()
    if kind == "Dashboard":
        return DASHBOARDS.find(body["InitialDashboardId"])
    if kind != "DashboardVisual":
        raise NotImplementedOnLaptop(f"embedding of {kind}")
    wanted = body["InitialDashboardVisualId"]
    dashboard = DASHBOARDS.find(wanted["DashboardId"])
    for sheet in versions.published(dashboard)["Definition"].get("Sheets") or []:
        visuals = [next(iter(visual.values()))["VisualId"] for visual in sheet.get("Visuals") or []]
        if sheet["SheetId"] == wanted["SheetId"] and wanted["VisualId"] in visuals:
            return dashboard
    raise not_found(f"visual {wanted['VisualId']} of sheet {wanted['SheetId']} is not found in {wanted['DashboardId']}")


def _authorized(arn: str) -> Json | None:
    """Return the dashboard of an ARN, or None for a theme."""
    if ":theme/" in arn:
        themes.require(arn)
        return None
    return DASHBOARDS.find_by_arn(arn)


def _require_tags(tags: Iterable[Json], dashboards: Iterable[Json]) -> None:
    keys: set[str] = set()
    for dashboard in dashboards:
        for arn in versions.published(dashboard)["DataSetArns"]:
            _, configuration = data_sets.row_security_of(DATA_SETS.find_by_arn(arn))
            keys |= {rule["TagKey"] for rule in (configuration or {}).get("TagRules", [])}
    unknown = sorted({tag["Key"] for tag in tags} - keys)
    if unknown:
        known = ", ".join(sorted(keys)) or "none"
        raise invalid(f"SessionTags must be keys of tag rules ({known}); got {', '.join(unknown)}")


def _url(dashboard_id: str) -> str:
    embed, code = secrets.token_hex(16), secrets.token_urlsafe(64)
    return (
        f"https://{region()}.quicksight.aws.amazon.com/embed/{embed}/dashboards/{dashboard_id}"
        f"?code={code}&identityprovider=quicksight&isauthcode=true"
    )
