"""What may be said of business intelligence, and what is refused before synthesis."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from config.loader import load
from config.model import LakeConfig


def changed(**changes: Any) -> LakeConfig:
    """Return the laptop's configuration, business intelligence on, with some values replaced; `__` stands for a dot."""
    values = load("laptop").model_dump()
    for path, value in {"bi__enabled": True, **changes}.items():
        *way, last = path.split("__")
        place = values
        for name in way:
            place = place[name]
        place[last] = value
    return LakeConfig.model_validate(values)


def without_team(team: str) -> tuple[Any, ...]:
    return tuple(each.model_dump() for each in load("laptop").query.workgroups if each.team != team)


def test_people_and_groups_are_named_by_kind_namespace_and_name() -> None:
    people = ("group/default/board", "user/default/ada", "user/default/Analysts/ada@example.com")
    assert changed(bi__owners=people).bi.owners == people


@pytest.mark.parametrize(
    "principal",
    [
        "ada",
        "user/ada",
        "namespace/default",
        "arn:aws:quicksight:us-east-1:000000000000:user/default/ada",
        "user/default/ada lovelace",
        "arn:aws:iam::000000000000:root",
    ],
)
def test_fails_for_what_is_no_principal(principal: str) -> None:
    with pytest.raises(ValidationError, match=r"bi\.owners\.0"):
        changed(bi__owners=(principal,))


def test_fails_for_somebody_who_reads_and_owns() -> None:
    with pytest.raises(ValidationError, match=r"owner needs not be among readers; got \['user/default/ada'\]"):
        changed(bi__owners=("user/default/ada",), bi__readers=("user/default/ada",))


def test_fails_where_groups_would_be_made_outside_of_the_identity_region() -> None:
    message = (
        r"create_groups must be false where bi.identity_region \(eu-west-1\) is not environment.region \(us-east-1\)"
    )
    with pytest.raises(ValidationError, match=message):
        changed(bi__identity_region="eu-west-1")
    assert changed(bi__identity_region="eu-west-1", bi__create_groups=False).bi.identity_region == "eu-west-1"


def test_fails_without_the_workgroup_of_quicksight_only_where_it_is_on() -> None:
    with pytest.raises(ValidationError, match=r"query.workgroups must have the team 'bi'"):
        changed(query__workgroups=without_team("bi"))
    assert not changed(bi__enabled=False, query__workgroups=without_team("bi")).bi.enabled


def test_fails_for_a_connection_to_a_network_without_a_way_to_athena() -> None:
    with pytest.raises(ValidationError, match=r"interface_endpoints must have 'athena' where bi.vpc_connection = true"):
        changed(network__interface_endpoints=(), emr__enabled=False)


@pytest.mark.parametrize("domain", ["http://example.com", "https://example.com/page", "example.com", "*"])
def test_fails_for_what_is_no_domain_to_embed_in(domain: str) -> None:
    with pytest.raises(ValidationError, match=r"bi\.embedding\.domains"):
        changed(bi__embedding__domains=(domain,))


@pytest.mark.parametrize("domain", ["https://example.com", "https://*.example.com", "http://localhost:8080"])
def test_pages_of_a_domain_may_embed(domain: str) -> None:
    assert changed(bi__embedding__domains=(domain,)).bi.embedding.domains == (domain,)
