"""Addresses of embedded dashboards, from QuickSight."""

from __future__ import annotations

from typing import Any

from dashboard_url.settings import Settings
from dashboard_url.visits import AnonymousVisit, UserVisit


class Embedding:
    """Asks QuickSight for addresses.

    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GenerateEmbedUrlForRegisteredUser.html
    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GenerateEmbedUrlForAnonymousUser.html
    """

    def __init__(self, quicksight: Any, settings: Settings) -> None:
        self._quicksight = quicksight
        self._settings = settings

    def url(self, visit: UserVisit | AnonymousVisit) -> str:
        """Return an address that can be opened once, within five minutes."""
        settings = self._settings
        shared: dict[str, Any] = {
            "AwsAccountId": settings.account,
            "SessionLifetimeInMinutes": settings.session_minutes,
            "ExperienceConfiguration": {"Dashboard": {"InitialDashboardId": visit.dashboard}},
            **({"AllowedDomains": list(settings.domains)} if settings.domains else {}),
        }
        if isinstance(visit, UserVisit):
            ask, who = self._quicksight.generate_embed_url_for_registered_user, self._user(visit)
        else:
            ask, who = self._quicksight.generate_embed_url_for_anonymous_user, self._anonymous(visit)
        return str(ask(**shared, **who)["EmbedUrl"])

    def _user(self, visit: UserVisit) -> dict[str, Any]:
        return {"UserArn": self._settings.user_arn(visit.user)}

    def _anonymous(self, visit: AnonymousVisit) -> dict[str, Any]:
        tags = [{"Key": name, "Value": value} for name, value in sorted(visit.tags.items())]
        return {
            "Namespace": self._settings.namespace,
            "AuthorizedResourceArns": [self._settings.dashboard_arn(visit.dashboard)],
            **({"SessionTags": tags} if tags else {}),
        }
