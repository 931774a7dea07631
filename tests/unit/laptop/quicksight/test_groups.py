"""Groups and their members under names that the API allows: any of Latin-1, slashes too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from laptop.emulator.clients import account
from laptop.emulator.quicksight import groups, identities
from laptop.emulator.store import Store


@pytest.fixture(autouse=True)
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USERS", "GROUPS", "MEMBERS"):
        store = Store(name, tmp_path)
        monkeypatch.setattr(identities, name, store)
        monkeypatch.setattr(groups, name, store, raising=False)


def ask(handler: Any, **request: Any) -> Any:
    return handler({"AwsAccountId": account(), "Namespace": "default", **request})


def register(role: str, session: str) -> None:
    given = {"IdentityType": "IAM", "UserRole": "READER", "Email": "a@example.com"}
    ask(identities.register_user, IamArn=f"arn:aws:iam::{account()}:role/{role}", SessionName=session, **given)


def members(group: str) -> list[str]:
    found = ask(groups.list_group_memberships, GroupName=group)["GroupMemberList"]
    return [member["MemberName"] for member in found]


@pytest.fixture
def sales() -> None:
    """Give two groups, one of which is called like the other and the beginning of a user, and the user of the first."""
    register("eu", "ada")
    for name in ("sales", "sales/eu"):
        ask(groups.create_group, GroupName=name)
    ask(groups.create_group_membership, GroupName="sales/eu", MemberName="eu/ada")


@pytest.mark.usefixtures("sales")
def test_a_group_has_its_own_members_only() -> None:
    register("eu", "eu/ada")
    ask(groups.create_group_membership, GroupName="sales", MemberName="eu/eu/ada")
    assert members("sales/eu") == ["eu/ada"]
    assert members("sales") == ["eu/eu/ada"]


@pytest.mark.usefixtures("sales")
def test_a_deleted_group_takes_no_other_groups_members_along() -> None:
    ask(groups.delete_group, GroupName="sales")
    assert members("sales/eu") == ["eu/ada"]
    assert identities.person("eu/ada").groups == {"sales/eu"}
