"""People of the laptop: who looks at its dashboards, one of each group."""

from __future__ import annotations

from typing import Any

from laptop import aws
from laptop.preview.gather import NAMESPACE

# On AWS somebody in charge of people registers users and puts them into groups; here these four stand for them.
PEOPLE = {"ada": "lake-managers", "ron": "lake-retention", "olga": "lake-operators", "max": "lake-authors"}


def register(quicksight: Any) -> None:
    """Register those who are not there yet, and put whoever is in no group into their own."""
    place = {"AwsAccountId": aws.ACCOUNT, "Namespace": NAMESPACE}
    for name, group in PEOPLE.items():
        role = "AUTHOR" if group == "lake-authors" else "READER"
        try:
            quicksight.register_user(
                **place, IdentityType="QUICKSIGHT", Email=f"{name}@example.com", UserRole=role, UserName=name
            )
        except quicksight.exceptions.ResourceExistsException:
            # Whoever has another group by hand keeps it; a registration that was killed halfway left none.
            if quicksight.list_user_groups(**place, UserName=name)["GroupList"]:
                continue
        quicksight.create_group_membership(**place, MemberName=name, GroupName=group)
